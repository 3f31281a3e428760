import { ofOwnNamespace } from '../namespace/environment.cjs';

/** The environment of a child that shall enter a mount namespace of its own, and before anything else runs. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ...ofOwnNamespace(), NODE_OPTIONS: '' };
}
