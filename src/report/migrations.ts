/** The status of migrations for a terminal, for a program and as a Markdown document. */
import type { Applies, Failure, MigrationStatus } from '../embedded/status.ts';
import { plural } from '../base/plural.ts';
import { plain } from './model.ts';
import type { Colours } from './pretty.ts';

const appliesText: { [applies in Applies]: string } = {
  yes: 'yes',
  stepwise: 'one statement at a time (Prisma 7.4 and later)',
  no: 'NO',
  unknown: 'cannot be checked',
  'not-reached': 'not reached',
  'not-run': 'not run',
};

const stateText = (isNew: boolean) => (isNew ? 'new' : 'committed');

/** `2 destructive`, `1 destructive, 1 acknowledged`; nothing as a dash. */
function destructionText(destructive: number, acknowledged: number): string {
  const parts = [
    ...(destructive > 0 ? [String(destructive)] : []),
    ...(acknowledged > 0 ? [`${acknowledged} acknowledged`] : []),
  ];
  return parts.length > 0 ? parts.join(' + ') : '–';
}

const headings = ['Migration', 'State', 'Destructive', 'Locks', 'Applies'];

function cellsOf({ migrations }: MigrationStatus): string[][] {
  return migrations.map(({ name, isNew, destructive, acknowledged, locks, applies }) => [
    name,
    stateText(isNew),
    destructionText(destructive, acknowledged),
    locks > 0 ? String(locks) : '–',
    appliesText[applies],
  ]);
}

/** `prisma/migrations/1_a/migration.sql:3:1 relation "x" does not exist (42P01)`. */
function failureText({ file, range, code, message, detail, hint }: Failure): string {
  const place = range ? `:${range.start.line + 1}:${range.start.character + 1}` : '';
  const more = [detail, hint].flatMap((text) => (text === undefined ? [] : [` ${text}`])).join('');
  return `${file}${place} ${message}${code === undefined ? '' : ` (${code})`}${more}`;
}

/** What there is to say below the table, and how good it is. */
function conclusionOf(status: MigrationStatus): { kind: 'good' | 'bad' | 'open'; text: string } {
  const { step, failure, schema } = status;
  if (failure) {
    const isFailure = status.migrations.some(({ applies }) => applies === 'no');
    return { kind: isFailure ? 'bad' : 'open', text: failureText(failure) };
  }
  switch (step.state) {
    case 'in-step':
      return { kind: 'good', text: `All migrations apply, and they build what ${schema} describes.` };
    case 'behind':
      return {
        kind: 'bad',
        text:
          `${schema} has changes that no migration holds` +
          (step.warnings.length > 0 ? `; Prisma has ${plural(step.warnings.length, 'warning')}` : '') +
          '. The next migration would be:',
      };
    case 'unknown':
      return { kind: 'open', text: `Not everything was checked: ${step.reason}` };
    default:
      return step satisfies never;
  }
}

/** Several lines of somebody else's text, each safe for a terminal. */
const plainLines = (text: string) => text.replaceAll('\t', '  ').split(/\r?\n/).map(plain);

/** For a terminal. @returns text that ends with a line feed */
export function renderMigrationsPretty(
  statuses: readonly MigrationStatus[],
  { bold, dim, green, red, yellow }: Colours,
): string {
  const lines: string[] = [];
  for (const status of statuses) {
    lines.push(`${bold(plain(status.schema))}  ${dim(`migrations in ${plain(status.folder)}`)}`, '');
    const table = [headings, ...cellsOf(status).map((row) => row.map(plain))];
    const widths = headings.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
    for (const [index, row] of table.entries()) {
      const text = row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
      const applies = status.migrations[index - 1]?.applies;
      const isBad = applies === 'no' || (status.migrations[index - 1]?.destructive ?? 0) > 0;
      lines.push(`  ${index === 0 ? dim(text) : isBad ? red(text) : text}`);
    }
    if (status.migrations.length === 0) lines.push(dim('  There are no migrations yet.'));
    const { kind, text } = conclusionOf(status);
    const mark = kind === 'good' ? green('✔') : kind === 'bad' ? red('✖') : yellow('●');
    const [first = '', ...rest] = plainLines(text);
    lines.push('', `${mark} ${first}`, ...rest.map((line) => `  ${line}`));
    if (!status.failure && status.step.state === 'behind')
      lines.push('', ...plainLines(status.step.sql.trimEnd()).map((line) => `    ${line}`.trimEnd()));
    lines.push('');
  }
  return lines.join('\n');
}

/** For a program. Positions are 1-based, columns in UTF-16 units. */
export function renderMigrationsJson(root: string, statuses: readonly MigrationStatus[]): string {
  const schemas = statuses.map(({ schema, folder, verdict, migrations, failure, step }) => ({
    schema,
    folder,
    verdict,
    inStep: step.state === 'unknown' ? null : step.state === 'in-step',
    reason: step.state === 'unknown' ? step.reason : null,
    next: step.state === 'behind' ? { sql: step.sql, warnings: step.warnings } : null,
    migrations: migrations.map(({ isNew, ...row }) => ({ ...row, new: isNew })),
    failure: failure
      ? {
          file: failure.file,
          line: failure.range ? failure.range.start.line + 1 : null,
          column: failure.range ? failure.range.start.character + 1 : null,
          endLine: failure.range ? failure.range.end.line + 1 : null,
          endColumn: failure.range ? failure.range.end.character + 1 : null,
          code: failure.code ?? null,
          message: failure.message,
          detail: failure.detail ?? null,
          hint: failure.hint ?? null,
        }
      : null,
  }));
  return `${JSON.stringify({ version: 1, root, schemas }, null, 2)}\n`;
}

/** Somebody else's text inside a line of Markdown: nothing in it has a meaning. */
function inline(text: string): string {
  return plain(text).replaceAll(/[\\`*_{}[\]()#+!|<>~&$:@-]/g, String.raw`\$&`);
}

/** Somebody else's text as a block of code, whatever it holds. */
function block(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/**
 * As a document.
 * @param linkOf the address of a file, if it can be opened from the document
 */
export function renderMigrationsMarkdown(
  statuses: readonly MigrationStatus[],
  linkOf: (file: string, line: number) => string | undefined,
): string {
  const parts = ['# Migration status'];
  if (statuses.length === 0) parts.push('No Prisma schema for PostgreSQL was found in this workspace.');
  for (const status of statuses) {
    const link = (text: string, file: string, line: number) => {
      const address = linkOf(file, line);
      return address === undefined ? inline(text) : `[${inline(text)}](<${address}>)`;
    };
    const { kind, text } = conclusionOf(status);
    const mark = kind === 'good' ? '✔' : kind === 'bad' ? '✖' : '●';
    parts.push(`## ${inline(status.schema)}`, `${mark} ${text.split(/\r?\n/).map(inline).join('  \n')}`);
    const { failure, step } = status;
    if (failure) parts.push(`Go to ${link(failure.file, failure.file, failure.range?.start.line ?? 0)}`);
    else if (step.state === 'behind') {
      parts.push(...step.warnings.map((warning) => `- **${inline(warning)}**`), block('sql', step.sql));
    }
    if (status.migrations.length > 0)
      parts.push(
        [
          `| ${headings.join(' | ')} |`,
          `|${headings.map(() => '---|').join('')}`,
          ...cellsOf(status).map(([name = '', ...rest], index) => {
            const migration = status.migrations[index];
            const first = migration ? link(name, migration.file, 0) : inline(name);
            return `| ${[first, ...rest].join(' | ')} |`;
          }),
        ].join('\n'),
      );
  }
  return `${parts.join('\n\n')}\n`;
}
