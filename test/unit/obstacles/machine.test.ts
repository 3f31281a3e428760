import { expect, test } from 'vitest';
import { detectMachine, fixFor, formatFix } from '../../../src/obstacles/machine.cjs';

test('Kubernetes is known by its environment', () => {
  expect(detectMachine({ KUBERNETES_SERVICE_HOST: '10.0.0.1', GITHUB_ACTIONS: 'true' })).toBe('Kubernetes');
});

test('a fix is told for the place, and for all places when it has none for this one', () => {
  const fix = { laptop: 'sudo true', Docker: '--privileged' };
  expect(fixFor(fix, 'Docker')).toBe('--privileged');
  expect(fixFor(fix, 'Kubernetes')).toBe('laptop: sudo true\nDocker: --privileged');
  expect(fixFor('the same everywhere', 'laptop')).toBe('the same everywhere');
  expect(formatFix(fix)).toBe('laptop: sudo true\nDocker: --privileged');
});
