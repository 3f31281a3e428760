import { createRequire } from 'node:module';
import path from 'node:path';
import { inject } from 'vitest';

type Parts = readonly unknown[] | undefined;

/** The part of TypeScript 5 that is used here. The newest one is a program without modules to load. */
interface TypeScript {
  createLanguageService(host: object): {
    getQuickInfoAtPosition(
      file: string,
      position: number,
    ): { documentation: Parts; tags?: { name: string; text: Parts }[] } | undefined;
  };
  displayPartsToString(parts: Parts): string;
  getDefaultLibFilePath(options: object): string;
  ModuleKind: { NodeNext: number };
  ScriptSnapshot: { fromString(text: string): object };
  ScriptTarget: { ES2022: number };
  sys: { readFile(file: string): string | undefined };
}

/** What an editor shows at each `/*?*\/` in `code`, a module of a project in which `runner` is installed. */
export function hintsIn(runner: string, code: string): string[] {
  const installed = inject('installed');
  const ts: TypeScript = createRequire(path.join(installed, 'typescript54/'))('typescript');
  const file = path.join(installed, runner, 'hints.mts');
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => true,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name: string) => {
      const text = name === file ? code : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => path.dirname(file),
    getCompilationSettings: () => ({
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
    }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return [...code.matchAll(/\/\*\?\*\//g)].map((mark) => {
    const info = service.getQuickInfoAtPosition(file, mark.index + mark[0].length);
    const tags = info?.tags?.map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`) ?? [];
    return [ts.displayPartsToString(info?.documentation), ...tags].join('\n');
  });
}
