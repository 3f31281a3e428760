import { defineConfig } from 'vitest/config';

/** All examples in one run; each folder also works by itself. */
export default defineConfig({ test: { projects: ['./*/vitest.config.ts'] } });
