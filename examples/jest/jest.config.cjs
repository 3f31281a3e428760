module.exports = { runner: 'mountns/jest/runner' };
