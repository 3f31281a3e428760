import { mountNamespaces } from 'mountns/vitest/config';
import { defineConfig } from 'vitest/config';

export default defineConfig({ plugins: [mountNamespaces()] });
