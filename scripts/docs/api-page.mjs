// @ts-check
import fs from 'node:fs';
import path from 'node:path';

import { givenFor } from './code-context.mjs';
import { readExports, readMembers } from './declarations.mjs';
import { parseDocstring } from './docstring.mjs';
import { anchorOf } from './markdown.mjs';
import { repository } from './pages.mjs';

/**
 * @typedef {import('./declarations.mjs').Declaration} Declaration
 * @typedef {import('./declarations.mjs').Statement} Statement
 */

/** What each import is for. */
const IMPORTS = /** @type {Record<string, string>} */ ({
  '.': 'Scopes, mount tables and errors. It works in every runner, and imports none.',
  './vitest': '`test` with fixtures and `expect` with matchers, for test files of Vitest.',
  './vitest/config': 'The plugin, for vitest.config.ts.',
  './matchers': 'The matchers as plain functions, for other assertion libraries: `expect.extend(matchers)`.',
  './jest':
    'All of `mountns`, for test files of Jest. Importing it registers the matchers and the snapshot serializer; so does putting it into `setupFilesAfterEnv`.',
  './jest/runner': 'The runner, for `runner` in the configuration of Jest.',
  './register':
    'The preload: `node --require mountns/register`. It enters a mount namespace before anything else runs, and exports nothing.',
});

/** The text of docs/api.md, from the declarations that the build has emitted. */
export function apiPage() {
  const { exports } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));
  const modules = Object.entries(exports)
    .filter(([name]) => name !== './package.json')
    .map(([name, target]) => {
      const about = IMPORTS[name];
      if (about === undefined) throw new Error(`scripts/docs/api-page.mjs does not say what ${name} is for`);
      return {
        name: `mountns${name.slice(1)}`,
        about,
        exports: readExports(path.join(repository, typesOf(target))),
      };
    });
  const known = new Set(modules.flatMap((module) => [...module.exports.keys()]));
  /** @type {Map<string, string>} */
  const written = new Map();
  const sections = modules.map(({ name, about, exports: names }) => {
    const external = [...names].flatMap(([exported, what]) =>
      'external' in what ? [`\`${exported}\``] : [],
    );
    const own = [...names].flatMap(([exported, what]) => ('external' in what ? [] : [{ exported, what }]));
    /** @type {Map<string, string[]>} */
    const elsewhere = new Map();
    const parts = own.flatMap(({ exported, what }) => {
      const key = `${what.file} ${what.name}`;
      const module = written.get(key);
      if (module !== undefined) {
        elsewhere.set(module, [
          ...(elsewhere.get(module) ?? []),
          `[\`${exported}\`](#${anchorOf(exported)})`,
        ]);
        return [];
      }
      written.set(key, name);
      return [formatDeclaration(exported, what, known)];
    });
    const passedOn = [
      ...[...elsewhere].map(
        ([module, names]) => `From [\`${module}\`](#${anchorOf(module)}): ${names.join(', ')}.`,
      ),
      ...(external.length === 0 ? [] : [`As Vitest exports them: ${external.join(', ')}.`]),
    ];
    return [`## ${name}`, about, ...passedOn, ...parts].join('\n\n');
  });
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

const HEAD = `<!-- Written by scripts/docs.mjs from the docstrings in the code. -->

# API reference`;

/** @param {any} target of a condition in package.json, which nests */
function typesOf(target) {
  for (const key of ['types', 'import', 'require', 'default']) {
    if (typeof target?.[key] === 'string') return target[key];
    if (target?.[key] !== undefined) return typesOf(target[key]);
  }
  throw new Error(`no types in ${JSON.stringify(target)}`);
}

/**
 * @param {string} name
 * @param {Declaration} declaration
 * @param {Set<string>} known
 */
function formatDeclaration(name, { kind, statements }, known) {
  const [first] = /** @type {[Statement]} */ (statements);
  const parts = [`### ${name}`];
  if (kind === 'function' || kind === 'const' || kind === 'type')
    parts.push(statements.map(({ text }) => inline(signatureOf(text))).join('<br>\n'));
  else parts.push(inline(headOf(first.text)));
  parts.push(...formatDoc(statements.map(({ doc }) => doc).find(Boolean) ?? '', known));
  if (kind === 'interface') parts.push(formatFields(readMembers(first), known));
  if (kind === 'class')
    parts.push(...formatClass(name, readMembers(first), known, /extends \w*Error\b/.test(first.text)));
  return parts.filter(Boolean).join('\n\n');
}

/**
 * @param {string} name
 * @param {Statement[]} members
 * @param {Set<string>} known
 * @param {boolean} isError
 */
function formatClass(name, members, known, isError) {
  const hidden = isError
    ? /^(#|private |name: string;|constructor\()/
    : /^(#|private |(get )?\[(?!Symbol\.asyncDispose))/;
  const shown = members.filter(({ text }) => !hidden.test(text));
  const isMethod = (/** @type {Statement} */ { text }) => /^(static )?[\w.[\]]+(<[^(]*>)?\(/.test(text);
  const fields = shown.filter((member) => !isMethod(member));
  /** @type {Map<string, Statement[]>} */
  const methods = new Map();
  for (const member of shown.filter(isMethod)) {
    const [key = ''] = /^(static )?[\w.[\]]+/.exec(member.text) ?? [];
    methods.set(key, [...(methods.get(key) ?? []), member]);
  }
  return [
    formatFields(fields, known),
    ...[...methods].flatMap(([key, overloads]) => [
      `#### ${name}${key.startsWith('[') ? '' : '.'}${key.replace('static ', '')}`,
      overloads.map(({ text }) => inline(signatureOf(text))).join('<br>\n'),
      ...formatDoc(overloads.map(({ doc }) => doc).find(Boolean) ?? '', known),
    ]),
  ];
}

/**
 * @param {Statement[]} members
 * @param {Set<string>} known
 */
function formatFields(members, known) {
  return members
    .map(({ text, doc }) => {
      const { text: about, tags } = parseDocstring(doc);
      const standard = tags.find(({ name }) => name === 'defaultValue')?.text;
      const sentence = [
        link(about.replaceAll('\n', ' '), known),
        standard && `Default: ${inWords(standard)}.`,
      ]
        .filter(Boolean)
        .join(' ');
      return `- ${inline(
        signatureOf(text)
          .replace(/^(readonly|get) /, '')
          .replace('(): ', ': '),
      )}${sentence && `: ${sentence}`}`;
    })
    .join('\n');
}

/**
 * @param {string} comment
 * @param {Set<string>} known
 */
function formatDoc(comment, known) {
  const { text, tags } = parseDocstring(comment);
  const of = (/** @type {string} */ name) => tags.filter((tag) => tag.name === name).map((tag) => tag.text);
  const list = [
    ...of('param').map((each) => each.replace(/^(\S+)/, '`$1`:').replace(': -', ':')),
    ...of('defaultValue').map((each) => `Default: ${inWords(each)}`),
    ...of('returns').map((each) => `Returns ${each}`),
    ...of('throws').map((each) => `Throws ${each.replace(/^\{(\w+)\}/, '{@link $1}')}`),
    ...of('see').map((each) => `See ${each}`),
  ].map((each) => `- ${link(each.replace(/\s+/g, ' '), known)}`);
  return [link(text, known), list.join('\n'), ...of('example').map(formatExample)].filter(Boolean);
}

/** @param {string} text */
function formatExample(text) {
  const code = /^```ts\n(.*)\n```$/s.exec(text)?.[1] ?? text;
  const given = givenFor(code);
  const marker = given.length === 0 ? '' : `<!-- given: ${given.join(', ')} -->\n`;
  return `${marker}\`\`\`ts\n${code}\n\`\`\``;
}

/**
 * @param {string} text
 * @param {Set<string>} known
 */
function link(text, known) {
  return text.replace(/\{@link ([\w.]+)(?:\(\))?\}/g, (_, name) => {
    const [first] = name.split('.');
    return known.has(first) ? `[\`${name}\`](#${anchorOf(name)})` : `\`${name}\``;
  });
}

/** @param {string} text */
function headOf(text) {
  return text
    .slice(0, text.indexOf('{'))
    .replace(/^export (declare )?/, '')
    .trim();
}

/** @param {string} text */
function signatureOf(text) {
  return text
    .replace(/^(export )?(declare )?(function |const )?/, '')
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\?: (.*?) \| undefined;/g, '?: $1;')
    .replace(/import\("[^"]*"\)\./g, '')
    .replace(/\s+/g, ' ')
    .replace(/;$/, '');
}

/**
 * A default: a value, or a sentence that has its code marked.
 *
 * @param {string} text
 */
function inWords(text) {
  return text.includes('`') ? text : inline(text);
}

/** @param {string} code */
function inline(code) {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``;
}
