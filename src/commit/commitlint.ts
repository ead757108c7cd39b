/** A project's commitlint configuration, in the forms that can be read without running anything. */
import { parse as parseJsonc, type ParseError } from 'jsonc-parser';
import { parse as parseYaml } from 'yaml';
import { basename, join, type FileId } from '../base/path.ts';
import { staticExport } from '../facts/staticExport.ts';

/** Where commitlint looks, in its order; a package.json counts when it has a `commitlint` key. */
export const commitlintFiles: readonly string[] = [
  'package.json',
  '.commitlintrc',
  ...['json', 'yaml', 'yml', 'js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map(
    (ending) => `.commitlintrc.${ending}`,
  ),
  ...['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map((ending) => `commitlint.config.${ending}`),
];

export interface LintRule {
  level: 'error' | 'warning';
  /** `never` turns the meaning around. */
  when: 'always' | 'never';
  value: unknown;
}

export interface CommitRules {
  rules: ReadonlyMap<string, LintRule>;
  /** Where they come from; `undefined` for ours. */
  file: FileId | undefined;
  /** What could not be taken over, and why, for people. */
  notes: string[];
}

const rule = (
  value?: unknown,
  when: LintRule['when'] = 'always',
  level: LintRule['level'] = 'error',
): LintRule => ({
  level,
  when,
  value,
});

const conventionalTypes = [
  'build',
  'chore',
  'ci',
  'docs',
  'feat',
  'fix',
  'perf',
  'refactor',
  'revert',
  'style',
  'test',
];

/** `@commitlint/config-conventional`, version 20. */
const conventional: readonly [string, LintRule][] = [
  ['type-enum', rule(conventionalTypes)],
  ['type-case', rule('lower-case')],
  ['type-empty', rule(undefined, 'never')],
  ['subject-empty', rule(undefined, 'never')],
  ['subject-full-stop', rule('.', 'never')],
  ['subject-case', rule(['sentence-case', 'start-case', 'pascal-case', 'upper-case'], 'never')],
  ['header-max-length', rule(100)],
  ['body-leading-blank', rule(undefined, 'always', 'warning')],
  ['body-max-line-length', rule(100)],
  ['footer-max-line-length', rule(100)],
];

/** Without a configuration: the conventional types and the contract's own `db`. */
export const ownRules: CommitRules = {
  rules: new Map([
    ...conventional,
    ['type-enum', rule(['db', ...conventionalTypes])],
    ['subject-case', rule([], 'never')],
  ]),
  file: undefined,
  notes: [],
};

/** Rules that `checkMessage` knows. */
const known = new Set([
  ...conventional.map(([name]) => name),
  'scope-enum',
  'scope-empty',
  'scope-case',
  'subject-max-length',
  'header-min-length',
]);

const isRecord = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A project's rules: of the first file that has some, ours where none has.
 * @param folders where to look, the nearest first
 * @param read the text of a file, `undefined` when it is not there
 */
export function nearestRules(
  folders: readonly FileId[],
  read: (file: FileId) => string | undefined,
): CommitRules {
  for (const folder of folders)
    for (const name of commitlintFiles) {
      const file = join(folder, name);
      const text = file === undefined ? undefined : read(file);
      const rules = file === undefined || text === undefined ? undefined : readCommitlint(file, text);
      if (rules) return rules;
    }
  return ownRules;
}

/**
 * Rules of a configuration file.
 * @returns `undefined` for a package.json that configures nothing
 */
export function readCommitlint(file: FileId, text: string): CommitRules | undefined {
  const notes: string[] = [];
  const value = readValue(file, text, notes);
  if (value === undefined && basename(file) === 'package.json') return undefined;
  if (!isRecord(value))
    return {
      ...ownRules,
      file,
      notes: [...notes, `${file} has no configuration that can be read without running it`],
    };
  const rules = new Map<string, LintRule>();
  const bases = typeof value['extends'] === 'string' ? [value['extends']] : value['extends'];
  for (const base of Array.isArray(bases) ? bases : []) {
    if (base === '@commitlint/config-conventional')
      for (const [name, one] of conventional) rules.set(name, one);
    else notes.push(`${file} extends ${JSON.stringify(base)}, which is not read`);
  }
  for (const [name, setting] of Object.entries(isRecord(value['rules']) ? value['rules'] : {})) {
    const read = readRule(setting);
    if (read === 'off') rules.delete(name);
    else if (read === undefined || !known.has(name))
      notes.push(`the rule "${name}" of ${file} is not checked`);
    else rules.set(name, read);
  }
  return { rules, file, notes };
}

function readValue(file: FileId, text: string, notes: string[]): unknown {
  try {
    if (basename(file) === 'package.json') {
      const manifest: unknown = JSON.parse(text);
      return isRecord(manifest) ? manifest['commitlint'] : undefined;
    }
    if (/\.[cm]?[jt]s$/.test(file)) {
      const { value, isPartial } = staticExport(file, text);
      if (isPartial) notes.push(`parts of ${file} are computed and are not read`);
      return value;
    }
    if (!file.endsWith('.json')) return parseYaml(text);
    const errors: ParseError[] = [];
    const value: unknown = parseJsonc(text, errors);
    if (errors.length > 0) throw new Error('it is not JSON');
    return value;
  } catch (error) {
    notes.push(
      `${file} cannot be read: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`,
    );
    return undefined;
  }
}

/** `[level, when, value]`, level 0 to 2. */
function readRule(setting: unknown): LintRule | 'off' | undefined {
  const [level, when = 'always', value] = Array.isArray(setting) ? (setting as unknown[]) : [setting];
  if (level === 0) return 'off';
  if ((level !== 1 && level !== 2) || (when !== 'always' && when !== 'never')) return undefined;
  return { level: level === 2 ? 'error' : 'warning', when, value };
}
