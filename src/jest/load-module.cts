import type { Transform, WorkerConfig } from './jest.cjs';

const modules: Record<string, unknown> = {};

/** What a module of the user's exports by default, loaded as Jest itself loads it. */
export async function loadModule<T>(config: WorkerConfig, file: string): Promise<T> {
  const { createScriptTransformer } = require(config.mountnsTransform) as Transform;
  modules[file] ??= await (await createScriptTransformer(config)).requireAndTranspileModule(file);
  return modules[file] as T;
}
