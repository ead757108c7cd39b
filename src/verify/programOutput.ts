/** What compilers and Prisma write, read: it is text for people, so that what isn't recognised is kept as it is. */
import { join, type FileId } from '../base/path.ts';
import type { StepProblem } from './model.ts';

/** Without the colours of a terminal. */
export function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex -- the control characters are what this is about
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}

/** A path as a program names it, from the folder in which it ran; `undefined` when it leads out of the workspace. */
function fileFrom(folder: FileId, named: string): FileId | undefined {
  const slashed = named.replaceAll('\\', '/');
  if (/^(\/|[A-Za-z]:)/.test(slashed)) return undefined;
  return join(folder, slashed);
}

/**
 * Diagnostics of `tsc --pretty false`: `file(line,column): error TS1: text`, or `error TS1: text`, with further lines indented below.
 * @param folder in which the compiler ran, from the workspace root
 */
export function readDiagnostics(output: string, folder: FileId): StepProblem[] {
  const problems: StepProblem[] = [];
  for (const line of withoutColours(output).split(/\r?\n/)) {
    const found = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/.exec(line);
    if (found) {
      const [, named, row, column, rule = '', message = ''] = found;
      const file = named === undefined ? undefined : fileFrom(folder, named);
      problems.push({
        severity: 'error',
        rule,
        message: file === undefined && named !== undefined ? `${named}: ${message}` : message,
        ...(file === undefined ? {} : { file, line: Number(row) - 1, character: Number(column) - 1 }),
      });
      continue;
    }
    const last = problems.at(-1);
    if (last && /^\s+\S/.test(line)) last.message += `\n${line.trimEnd()}`;
  }
  return problems;
}

/** What to do about errors that only say that something was not generated. */
export function compilerAdvice(problems: readonly StepProblem[]): string | undefined {
  const says = (pattern: RegExp) => problems.some(({ message }) => pattern.test(message));
  if (says(/Cannot find module '[^']*(generated|prisma)[^']*'/))
    return 'The Prisma client seems not to be generated: npx prisma generate';
  if (says(/Cannot find name '(PageProps|LayoutProps|RouteContext)'/))
    return "The types of Next.js' routes are not generated: npx next typegen";
  return undefined;
}

/** `error: text`, and below it `-->  prisma/schema.prisma:12`. @param folder in which Prisma ran, from the workspace root */
export function readSchemaErrors(output: string, folder: FileId): StepProblem[] {
  const text = withoutColours(output);
  return [...text.matchAll(/^error: (.*)\r?\n(?:\s*-->\s+(.+):(\d+))?/gm)].map(
    ([, message = '', named, line]) => {
      const file = named === undefined ? undefined : fileFrom(folder, named);
      return {
        severity: 'error',
        message,
        ...(file === undefined ? {} : { file, line: Number(line) - 1, character: 0 }),
      };
    },
  );
}

/** The variable that a Prisma configuration wants and the environment doesn't have. */
export function missingVariable(output: string): string | undefined {
  return (
    /Missing required environment variable: ([A-Za-z_]\w*)/.exec(output)?.[1] ??
    /Cannot resolve environment variable: ([A-Za-z_]\w*)/.exec(output)?.[1] ??
    /Environment variable not found: ([A-Za-z_]\w*)/.exec(output)?.[1]
  );
}

/** So much of a line fits into a table. */
const longestLine = 200;

/** The line that says most: the first error, else the last line. */
export function tellingLine(output: string): string {
  const lines = withoutColours(output)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.find((one) => /\berror\b/i.test(one)) ?? lines.at(-1) ?? '';
  return line.replace(/^error: /i, '').slice(0, longestLine);
}

export type DatabaseState =
  | { state: 'current'; database: string }
  | { state: 'behind'; database: string; summary: string; problems: StepProblem[] }
  | { state: 'unreachable'; reason: string };

/** Codes of Prisma for a server that can't be reached, or lets nobody in. */
const unreachable = /\bP10(00|01|02|03|08|09|10|11|13|17)\b/;

/** Names of migrations below a heading, one a line, up to an empty one. */
function namesBelow(text: string, heading: RegExp): string[] {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => heading.test(line));
  if (at < 0) return [];
  const names: string[] = [];
  for (const line of lines.slice(at + 1)) {
    if (line.trim() === '') {
      if (names.length > 0) break;
      continue;
    }
    names.push(line.trim());
  }
  return names;
}

/** What `prisma migrate status` found. @param code its exit status */
export function readDatabaseState(output: string, code: number | null): DatabaseState {
  const text = withoutColours(output);
  const [, engine = 'the database', name, place] =
    /^Datasource "[^"]*": (\w+) database(?: "([^"]*)")?.*?(?: at "([^"]*)")?\s*$/m.exec(text) ?? [];
  const database = [engine, name, place && `at ${place}`].filter(Boolean).join(' ');
  if (code === 0) return { state: 'current', database };
  if (unreachable.test(text)) return { state: 'unreachable', reason: tellingLine(text) };
  const missing = missingVariable(text);
  if (missing !== undefined) return { state: 'unreachable', reason: `${missing} is not set` };
  if (/datasource(\.url)?.*(property )?(is )?required|datasource url is missing/i.test(text))
    return { state: 'unreachable', reason: 'no address of a database is configured' };
  const pending = namesBelow(text, /have not yet been applied/);
  const failed = namesBelow(text, /have failed/);
  const foreign = namesBelow(text, /from the database are not found locally/);
  const say = (names: readonly string[], what: string): StepProblem[] =>
    names.map((migration) => ({ severity: 'error', message: `${migration} ${what}` }));
  const problems = [
    ...say(pending, 'is not applied'),
    ...say(failed, 'failed in the database'),
    ...say(foreign, 'is in the database and not in the folder'),
  ];
  if (problems.length > 0)
    return {
      state: 'behind',
      database,
      problems,
      summary: [
        pending.length > 0 ? `${pending.length} not applied` : '',
        failed.length > 0 ? `${failed.length} failed` : '',
        foreign.length > 0 ? `${foreign.length} not in the folder` : '',
      ]
        .filter(Boolean)
        .join(', '),
    };
  // A server that answers and doesn't agree has been named; everything else did not get as far.
  if (/not managed by Prisma Migrate|\bP3\d{3}\b|database are different:/.test(text))
    return { state: 'behind', database, problems: [], summary: tellingLine(text) };
  return { state: 'unreachable', reason: tellingLine(text) || 'Prisma said nothing' };
}
