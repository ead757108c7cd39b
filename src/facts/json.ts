/** What package.json and tsconfig.json say that the engine needs. Tolerant: comments, trailing commas, half-written files. */
import { parse } from 'jsonc-parser';
import { isTooDeep } from '../base/nesting.ts';

export interface PackageFacts {
  kind: 'package';
  name?: string;
  /** `module` or `commonjs`. */
  type?: string;
  scripts: { [name: string]: string };
  /** All dependency kinds together: name → range. */
  dependencies: { [name: string]: string };
  /** Globs of workspace folders. */
  workspaces: string[];
  main?: string;
  module?: string;
  types?: string;
  /** Entry (`.`, `./db`) → files, in the order of their conditions. */
  exports?: { [entry: string]: string[] };
}

export interface TsconfigFacts {
  kind: 'tsconfig';
  extends: string[];
  baseUrl?: string;
  paths?: { [pattern: string]: string[] };
  /** Globs as written; `undefined` when the file doesn't say. */
  include?: string[];
  exclude?: string[];
  files?: string[];
  /** Paths of referenced projects: folders or files. */
  references: string[];
}

type Fields = { [key: string]: unknown };

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function rootOf(text: string): Fields {
  return isTooDeep(text) ? {} : fieldsOf(parse(text, [], { allowTrailingComma: true }));
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Facts of a package.json; what has an unexpected form is left out. */
export function extractPackageJson(text: string): PackageFacts {
  const root = rootOf(text);
  const dependencies: { [name: string]: string } = {};
  for (const group of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])
    for (const [name, range] of Object.entries(fieldsOf(root[group])))
      if (typeof range === 'string') dependencies[name] ??= range;
  const workspaces = Array.isArray(root['workspaces'])
    ? stringsOf(root['workspaces'])
    : stringsOf(fieldsOf(root['workspaces'])['packages']);
  const scripts = Object.fromEntries(
    Object.entries(fieldsOf(root['scripts'])).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
  const facts: PackageFacts = { kind: 'package', scripts, dependencies, workspaces };
  for (const key of ['name', 'type', 'main', 'module', 'types'] as const) {
    const value = textOf(root[key]);
    if (value !== undefined) facts[key] = value;
  }
  const exported = exportsOf(root['exports']);
  if (exported) facts.exports = exported;
  return facts;
}

function exportsOf(value: unknown): { [entry: string]: string[] } | undefined {
  if (value === undefined) return undefined;
  const fields = fieldsOf(value);
  const isMap = Object.keys(fields).some((key) => key.startsWith('.'));
  const entries: [string, unknown][] = isMap ? Object.entries(fields) : [['.', value]];
  return Object.fromEntries(entries.map(([entry, target]) => [entry, targetsOf(target)]));
}

function targetsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(targetsOf);
  return Object.values(fieldsOf(value)).flatMap(targetsOf);
}

/** Facts of a tsconfig.json or jsconfig.json. */
export function extractTsconfig(text: string): TsconfigFacts {
  const root = rootOf(text);
  const options = fieldsOf(root['compilerOptions']);
  const parent = textOf(root['extends']);
  const references = Array.isArray(root['references'])
    ? root['references'].flatMap((item) => textOf(fieldsOf(item)['path']) ?? [])
    : [];
  const facts: TsconfigFacts = {
    kind: 'tsconfig',
    extends: parent === undefined ? stringsOf(root['extends']) : [parent],
    references,
  };
  for (const key of ['include', 'exclude', 'files'] as const)
    if (root[key] !== undefined) facts[key] = stringsOf(root[key]);
  const baseUrl = textOf(options['baseUrl']);
  if (baseUrl !== undefined) facts.baseUrl = baseUrl;
  if (options['paths'] !== undefined)
    facts.paths = Object.fromEntries(
      Object.entries(fieldsOf(options['paths'])).map(([pattern, targets]) => [pattern, stringsOf(targets)]),
    );
  return facts;
}
