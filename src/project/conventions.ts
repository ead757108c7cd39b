/** The habits of a project, counted from the tokens of its files: what inserted code should look like. */
import { dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { ImportedName, StyleToken } from './style.ts';

/** Something of the project that code may import. */
export interface ProjectSymbol {
  name: string;
  file: FileId;
  /** How most files that don't import it relatively write its module. */
  spec: string | undefined;
  /** Files that use it. */
  uses: number;
}

export interface GuardHelper extends ProjectSymbol {
  /** `call`: stops or returns a proof; `wrapper`: takes the handler; `client`: builds actions. */
  kind: 'call' | 'wrapper' | 'client';
  roles: string[] | undefined;
}

export interface ResultStyle {
  /** The key that says whether it went well, such as `success`. */
  flag: string | undefined;
  /** All keys of a result, the flag first. */
  keys: string[];
  /** Keys of the object under `error`; empty when the error is a text. */
  errorKeys: string[];
  /** Failures carry the flag too, as in `{ success: false, error }`: its value is a boolean. */
  isFlagged: boolean;
  /** At least half of the files with actions return it. */
  isFollowed: boolean;
  /** The declared type of results. */
  type: ProjectSymbol | undefined;
  /** Functions that make results. */
  ok: ProjectSymbol | undefined;
  fail: ProjectSymbol | undefined;
}

export interface LoggerStyle {
  /** What the calls are made on, such as `logger` or `console`. */
  object: string;
  source: { name: string; file: FileId | undefined; spec: string } | undefined;
  /** `logger.error('what', error)` or `logger.error({ error }, 'what')`. */
  order: 'message-first' | 'object-first';
}

export interface ProjectConventions {
  /** Folder that holds most of the files of a kind. */
  actions: string | undefined;
  services: string | undefined;
  validations: string | undefined;
  /** At least half of the server's files with shared schemas are modules for validation. */
  sharesValidations: boolean;
  result: ResultStyle | undefined;
  logger: LoggerStyle;
  /** `@/`, when imports use it. */
  alias: string | undefined;
}

/** What the helpers of an application do for it: told apart from its habits, since a guard's own letters change it. */
export interface ProjectGuards {
  /** The function that gives the session, such as `auth` of `@/auth`. */
  session: ProjectSymbol | undefined;
  /** Guards by how often they are used, most used first. */
  guards: GuardHelper[];
}

export interface StyledFile {
  file: FileId;
  tokens: readonly StyleToken[];
}

/** The value named most often; the first by order of text where two are equal. */
export function majority<T>(values: readonly T[], keyOf: (value: T) => string): T | undefined {
  const counts = new Map<string, { value: T; count: number }>();
  for (const value of values) {
    const key = keyOf(value);
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { value, count: 1 });
  }
  return [...counts].toSorted(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))[0]?.[1].value;
}

/** The folder of most files: the deepest that holds at least half of them, so that `actions/a`, `actions/b` count as `actions`. */
export function majorityFolder(files: readonly FileId[]): string | undefined {
  const direct = majority(files.map(dirname), (dir) => dir);
  if (direct === undefined) return undefined;
  if (files.filter((file) => dirname(file) === direct).length * 2 >= files.length) return direct;
  const counts = new Map<string, number>();
  for (const file of files)
    for (let dir = dirname(file); dir !== ''; dir = dirname(dir)) counts.set(dir, (counts.get(dir) ?? 0) + 1);
  const common = [...counts]
    .filter(([, count]) => count * 2 >= files.length)
    .toSorted(([a], [b]) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1));
  return common[0]?.[0] ?? direct;
}

/** Symbols that a set of imports leads to, most used first. */
export function symbolsOf(uses: readonly ImportedName[]): ProjectSymbol[] {
  const groups = new Map<string, ImportedName[]>();
  for (const use of uses) {
    if (use.file === undefined) continue;
    const key = `${use.file}#${use.name}`;
    const group = groups.get(key);
    if (group) group.push(use);
    else groups.set(key, [use]);
  }
  return [...groups.values()]
    .flatMap((group): ProjectSymbol[] => {
      const [first] = group;
      if (first?.file === undefined) return [];
      const spec = majority(
        group.filter((use) => !use.spec.startsWith('.')),
        (use) => use.spec,
      )?.spec;
      return [{ name: first.name, file: first.file, spec, uses: group.length }];
    })
    .toSorted((a, b) => b.uses - a.uses || (`${a.file}#${a.name}` < `${b.file}#${b.name}` ? -1 : 1));
}

/** The logger that most files report errors with; `console` where nobody logs. */
export function loggerOf(files: readonly StyledFile[]): LoggerStyle {
  const tokens = files.flatMap(({ tokens: all }) => all.filter((token) => token.t === 'logger'));
  // A logger of the project is preferred as soon as a few files use it: `console` is what is left over.
  const own = tokens.filter((token) => token.source);
  const pool = own.length * 3 >= tokens.length ? own : tokens.filter((token) => !token.source);
  const found = majority(
    pool,
    (token) => `${token.object} ${token.source?.file ?? token.source?.spec ?? ''}`,
  );
  if (!found) return { object: 'console', source: undefined, order: 'message-first' };
  const same = pool.filter((token) => token.object === found.object);
  const order = majority(same, (token) => token.order)?.order ?? 'message-first';
  const spec = majority(
    same.flatMap((token) => (token.source && !token.source.spec.startsWith('.') ? [token.source.spec] : [])),
    (text) => text,
  );
  return {
    object: found.object,
    source: found.source && { ...found.source, spec: spec ?? found.source.spec },
    order,
  };
}

/** Names that say how a result went. */
const FLAG = /^(success|ok|isSuccess|succeeded)$/;

/** The shape of the results that actions return: literals in them, and the results of helpers. */
export function resultOf(
  shapes: readonly { keys: readonly string[]; error: readonly string[] }[],
): Omit<ResultStyle, 'type' | 'ok' | 'fail' | 'isFollowed'> | undefined {
  const named = shapes.filter(({ keys }) => isResultLike(keys));
  if (named.length === 0) return undefined;
  const flag = majority(
    named.flatMap(({ keys }) => keys.map(bare).filter((key) => FLAG.test(key))),
    (key) => key,
  );
  const counts = new Map<string, number>();
  for (const { keys } of named)
    for (const key of new Set(keys.map(bare))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const common = [...counts]
    .filter(
      ([key, count]) => !FLAG.test(key) && (count * 4 >= named.length || /^(data|error|message)$/.test(key)),
    )
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const order = ['data', 'error', 'code', 'message'];
  const shared = common
    .map(([key]) => key)
    .toSorted((a, b) => (order.indexOf(a) + 1 || 9) - (order.indexOf(b) + 1 || 9));
  const error = majority(
    named.filter((shape) => shape.error.length > 0).map((shape) => shape.error),
    (list) => list.join(),
  );
  const isFailure = (keys: readonly string[]): boolean =>
    keys.some((key) => /^(error|errors)$/.test(key)) || keys.includes(`${flag}=false`);
  const failures = named.filter(({ keys }) => isFailure(keys));
  const flagged = failures.filter(({ keys }) => keys.some((key) => bare(key) === flag));
  return {
    flag,
    isFlagged: flag !== undefined && flagged.length * 2 >= failures.length,
    keys: [...(flag === undefined ? [] : [flag]), ...shared],
    errorKeys: (error ?? []).filter((key) => key !== ''),
  };
}

/** Whether an object with these keys says how something went. */
export function isResultLike(keys: readonly string[]): boolean {
  return keys.some((key) => FLAG.test(bare(key)) || bare(key) === 'error' || bare(key) === 'errors');
}

/** Whether an object with these keys says that something failed: it names an error, or its flag is false. */
export function isFailureLike(keys: readonly string[]): boolean {
  return keys.some((key) => /^errors?$/.test(bare(key)) || (FLAG.test(bare(key)) && !key.endsWith('=true')));
}

function bare(key: string): string {
  return key.replace(/=(true|false)$/, '');
}
