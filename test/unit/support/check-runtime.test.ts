import { describe, expect, test } from 'vitest';
import { checkRuntime, type Runtime, readRuntime } from '../../../src/support/check-runtime.js';

const linux: Runtime = {
  platform: 'linux',
  kernel: '6.8.0-45-generic',
  node: '20.19.0',
  hasPermissionModel: false,
  nodeOptions: '',
};

test('this machine gives what can be seen without trying', () => {
  expect(checkRuntime().map(({ status }) => status)).toEqual(Array(6).fill('ok'));
  expect(readRuntime()).toMatchObject({ platform: process.platform, node: process.versions.node });
});

describe('refused', () => {
  test.each([
    [{ platform: 'darwin' }, 'mountns needs Linux, this is darwin'],
    [{ platform: 'win32' }, 'mountns needs Linux, this is win32'],
    [{ node: '20.18.9' }, 'mountns needs Node 20.19 or later, this is 20.18.9'],
    [{ node: '18.20.0' }, 'mountns needs Node 20.19 or later, this is 18.20.0'],
    [{ kernel: '5.11.22' }, 'mountns needs Linux 5.12 or later, this is 5.11.22'],
    [{ kernel: '4.18.0-553.el8.x86_64' }, 'mountns needs Linux 5.12 or later, this is 4.18.0-553.el8.x86_64'],
  ])('%j', (change, detail) => {
    const checks = checkRuntime({ ...linux, ...change });
    expect(checks.at(-1)).toMatchObject({ status: 'refused', detail });
    expect(checks.slice(0, -1).every(({ status }) => status === 'ok')).toBe(true);
  });

  test.each([
    '--permission',
    '--experimental-permission',
    '--no-warnings --permission --allow-child-process',
  ])('NODE_OPTIONS=%s', (nodeOptions) => {
    const option = nodeOptions.includes('experimental') ? '--experimental-permission' : '--permission';
    expect(checkRuntime({ ...linux, nodeOptions }).at(-1)).toMatchObject({
      name: 'permissions',
      status: 'refused',
      why: `NODE_OPTIONS holds ${option}, and workers inherit it`,
    });
  });
});

test.each([{ kernel: '5.12' }, { kernel: '10.0.1' }, { node: '26.0.0' }, { nodeOptions: '--permissive=1' }])(
  'not refused: %j',
  (change) => {
    expect(checkRuntime({ ...linux, ...change }).map(({ status }) => status)).toEqual(Array(6).fill('ok'));
  },
);
