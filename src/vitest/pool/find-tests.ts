import type { RunnerTestFile, TestModule, TestProject, TestSpecification, Vitest } from 'vitest/node';

/** The tests of a file, as far as they can be found in its source: nothing of it runs. */
export async function findTests(project: TestProject, filepath: string): Promise<RunnerTestFile> {
  const [module] = await parseSpecifications(project.vitest, [project.createSpecification(filepath)]);
  const { task: file } = module as unknown as { task: RunnerTestFile };
  const { result } = file;
  const message = result?.errors?.[0]?.message;
  // Tests may be made by a function of another name.
  if (file.tasks.length === 0 && message?.startsWith('No test')) return withPlaceholder(file);
  // Vitest 4 expects errors of another parser, whose text has another name.
  if (result?.errors && !message) {
    await project.vite.environments.ssr
      .transformRequest(filepath)
      .catch(({ name, message, stack = message }: Error) => {
        result.errors = [{ name, message, stack }];
      });
  }
  return file;
}

function withPlaceholder({ result, ...rest }: RunnerTestFile): RunnerTestFile {
  const file = { ...rest, tasks: [] } as unknown as RunnerTestFile;
  file.file = file;
  file.tasks.push({
    type: 'test',
    id: `${file.id}_0`,
    name: 'its tests',
    fullName: `${file.fullName} > its tests`,
    fullTestName: 'its tests',
    file,
    suite: file,
    mode: 'run',
    meta: {},
    context: {} as never,
    timeout: 0,
    annotations: [],
    artifacts: [],
    // Of Vitest 5.
    ...{ benchmarks: [] },
  });
  return file;
}

type Parse = (specifications: TestSpecification[]) => Promise<TestModule[]>;

/** Vitest 5 has the name without "experimental". */
function parseSpecifications(vitest: Vitest, specifications: TestSpecification[]): Promise<TestModule[]> {
  const { parseSpecifications: parse = vitest.experimental_parseSpecifications } = vitest as Vitest & {
    parseSpecifications?: Parse;
  };
  return parse.call(vitest, specifications);
}
