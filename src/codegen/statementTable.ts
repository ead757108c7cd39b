/** `docs/migrations.md`: what each kind of statement does to tables with rows, and what the rules say of it. */
import { cell } from './ruleDocs.ts';
import { replaceSection } from './readme.ts';

/** What a statement does to tables that have rows; what isn't named doesn't happen. */
export interface StatementEffect {
  /** Rows that are in no table afterwards. */
  rows?: number;
  /** Values that are in no row afterwards. */
  values?: number;
  /** `some rows`: only rows that don't fit make it fail. `always`: whatever is in the tables. */
  fails?: 'some rows' | 'always';
  /** SQLSTATE of that failure. */
  code?: string;
  /** A table is written anew, into another file. */
  rewritten?: boolean;
  /** The strongest lock on a table that was there before. */
  lock?: string;
}

export interface StatementRow {
  sql: string;
  effect: StatementEffect;
  /** What `destructive-migration` finds, kinds of hazards separated by commas; how it says it in brackets. */
  destructive?: string;
  /** What `unsafe-migration` finds. */
  unsafe?: string;
  /** The edit of schema.prisma for which Prisma Migrate writes it; without it, it is written by hand. */
  edit?: string;
  /** Earlier migrations, beside those that all rows share. */
  setup?: string;
  /** It can't run inside a transaction; its lock is what the manual says. */
  alone?: boolean;
  /** Why what is told and what happens are not the same. */
  why?: string;
}

export interface StatementGroup {
  title: string;
  rows: readonly StatementRow[];
}

/** The document with its table up to date. */
export function statementsWith(text: string, groups: readonly StatementGroup[]): string {
  const parts = groups.flatMap(({ title, rows }) => [
    `## ${title}`,
    '',
    '| Statement | Rows and values | Fails | Written anew | Lock | `destructive-migration` | `unsafe-migration` |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(line),
    '',
  ]);
  return replaceSection(text, 'statements', parts.join('\n').trimEnd());
}

function line(row: StatementRow): string {
  const { effect, edit, setup, why } = row;
  const before = [
    edit === undefined ? '' : `*${edit}*<br>`,
    setup === undefined ? '' : `after ${code(setup)}<br>`,
  ].join('');
  return `| ${[
    `${before}${code(row.sql)}`,
    lost(effect),
    effect.fails === undefined ? 'no' : `${effect.fails} (${effect.code ?? ''})`,
    effect.rewritten === true ? 'yes' : 'no',
    effect.lock ?? 'none',
    row.destructive ?? '—',
    `${row.unsafe ?? '—'}${why === undefined ? '' : `<br>${cell(why)}`}`,
  ].join(' | ')} |`;
}

/** SQL on one line as code, whatever backticks and bars it has. */
function code(sql: string): string {
  const text = cell(sql);
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text}${fence}`;
}

function lost({ rows, values }: StatementEffect): string {
  const parts = [
    rows === undefined ? '' : `${String(rows)} ${rows === 1 ? 'row' : 'rows'}`,
    values === undefined ? '' : `${String(values)} ${values === 1 ? 'value' : 'values'}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'kept' : `lost: ${parts.join(', ')}`;
}
