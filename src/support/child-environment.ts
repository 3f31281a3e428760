import { HOST_MARK, NAMESPACE_MARK, PARENT_PID } from '../namespace/environment.cjs';

/** The environment of a child that shall enter a mount namespace of its own, and before anything else runs. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    [NAMESPACE_MARK]: '',
    [HOST_MARK]: '',
    [PARENT_PID]: String(process.pid),
    NODE_OPTIONS: '',
    UV_USE_IO_URING: '0',
  };
}
