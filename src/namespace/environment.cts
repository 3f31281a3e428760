/** Environment variables that this package reads or sets. All of them are private but MOUNTNS_REQUIRE. */

/** Set by the preload: the id of the namespace that it entered. Descendants there do not enter again. */
export const NAMESPACE_MARK = 'MOUNTNS_NAMESPACE';

/** Set by the preload: the id of the host's namespace, a process in it, and devices that it does not show, `ID,PID,…`. */
export const HOST_MARK = 'MOUNTNS_HOST';

/** Set by the preload: the NODE_TEST_CONTEXT of this process, which those that it starts inherit. */
export const TEST_CONTEXT = 'MOUNTNS_TEST_CONTEXT';

/** Set by who starts the process: the one that it must not outlive. */
export const PARENT_PID = 'MOUNTNS_PARENT_PID';

/** Set by the pool: what the worker needs to know before its first message, as JSON. The worker removes it. */
export const WORKER_DATA = 'MOUNTNS_WORKER';

/** Set by the pool: where imports lead to, as an equal worker has noted; empty for one that shall. The preload removes it. */
export const RESOLUTIONS = 'MOUNTNS_RESOLUTIONS';

/** Set by the pool: a directory for code that V8 has compiled. The preload removes it. */
export const COMPILE_CACHE = 'MOUNTNS_COMPILE_CACHE';

/** Set by the pool: the file of koffi's native code. The preload removes it. */
export const KOFFI = 'MOUNTNS_KOFFI';

/** Set by the pool and the Jest runner: `enforced` where root shall be held to permission bits. */
export const PERMISSIONS = 'MOUNTNS_PERMISSIONS';

/** Set by the pool and the Jest runner: which directories are copy-on-write in scopes that say nothing about it, as JSON. */
export const COPY_ON_WRITE = 'MOUNTNS_COPY_ON_WRITE';

/** Set by the Jest runner: what becomes of a file that something has reached the host from. The worker removes it. */
export const LEAKS = 'MOUNTNS_LEAKS';

/** How many milliseconds a worker may be silent beyond the time limit of its test. For tests of this package. */
export const SILENCE_MARGIN = 'MOUNTNS_SILENCE_MARGIN';

/**
 * Set for a process that starts in a user namespace: descriptors of the host's namespace and of its mountinfo,
 * `FD:FD`. Neither can be opened from inside.
 */
export const HOST_DESCRIPTORS = 'MOUNTNS_HOST_FDS';

/** Set by the Jest runner for workers that are to be debugged: a port, a host or nothing, and what says to wait. */
export const JEST_INSPECT = 'MOUNTNS_JEST_INSPECT';

/** Set by users, in CI say: a machine that gives no mount namespace fails, whatever the configuration allows. */
export const REQUIRE = 'MOUNTNS_REQUIRE';

/** A process on the host: this one, where none that it comes from has entered a namespace. */
export function hostPid(): number | 'self' {
  return Number(process.env[HOST_MARK]?.split(',')[1]) || 'self';
}

/** For a process that shall enter a namespace of its own, and end with this one. */
export function ofOwnNamespace(): Record<string, string> {
  return {
    // Else one that is started inside a test would take the namespace of that worker for its own.
    [NAMESPACE_MARK]: '',
    [HOST_MARK]: '',
    [PARENT_PID]: String(process.pid),
    // Its threads would be there before the preload, on the host.
    UV_USE_IO_URING: '0',
  };
}
