// What a worker of Vitest loads before its first test file.
import 'vitest/worker';

process.exit();
