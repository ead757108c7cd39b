/** Rules that only new rows have to follow at first: a later migration looks at the rows that were there before. */
import { folderWord } from '../../edit/laterMigration.ts';
import { quote, textAt } from '../../edit/sqlText.ts';
import type { SqlFacts } from '../../facts/sqlModel.ts';
import type { LockRisk } from '../../prisma/lockRisk.ts';
import type { TextEdit } from '../../run/finding.ts';
import { alterOf } from './recipes.ts';

export interface Found {
  facts: SqlFacts;
  risk: LockRisk;
  text: string;
  newline: string;
}

/** Edits of the migration, and the migrations that come behind it. */
export interface Steps {
  edits: TextEdit[];
  later: { name: string; lines: string[] }[];
}

export function tableText({ facts, risk, text }: Found): string {
  const statement = facts.statements[risk.index];
  return statement?.kind === 'alter-table' ? textAt(text, statement.table.span) : quote(risk.table.name);
}

export function notValid(found: Found): Steps | string {
  const { risk } = found;
  if (risk.name === undefined) return 'The constraint has no name to validate it by.';
  const what = risk.kind === 'check' ? 'ValidateCheck' : 'ValidateForeignKey';
  return {
    edits: [{ start: risk.clause.end, end: risk.clause.end, text: ' NOT VALID' }],
    later: [
      {
        name: folderWord(`validate_${risk.name}`),
        lines: [
          `-- ${what}: looks at the rows that were there before, while reads and writes go on.`,
          `ALTER TABLE ${tableText(found)} VALIDATE CONSTRAINT ${quote(risk.name)};`,
        ],
      },
    ],
  };
}

export function domain({ facts, risk, text }: Found): Steps | string {
  const statement = facts.statements[risk.index];
  if (statement?.kind !== 'alter-domain' || risk.name === undefined)
    return 'The rule has no name to validate it by.';
  const name = textAt(text, statement.type.span);
  return {
    edits: [{ start: statement.span.end, end: statement.span.end, text: ' NOT VALID' }],
    later: [
      {
        name: folderWord(`validate_${risk.name}`),
        lines: [
          '-- Looks at the rows that were there before. Before PostgreSQL 18 writes wait meanwhile.',
          `ALTER DOMAIN ${name} VALIDATE CONSTRAINT ${quote(risk.name)};`,
        ],
      },
    ],
  };
}

/** A check of the bounds first: with it proven, a table is attached without a look at its rows. */
export function attachLater({ facts, risk, text }: Found): Steps | string {
  const alter = alterOf(facts, risk);
  const [key] = risk.columns;
  if (alter?.command.command !== 'attach-partition' || key === undefined)
    return 'The statement is no longer there.';
  const { bound, partition } = alter.command;
  const column = quote(key);
  const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const rules = [`${column} IS NOT NULL`];
  if (bound.bound === 'list') rules.push(`${column} IN (${bound.values.map(literal).join(', ')})`);
  else if (bound.bound === 'range') {
    const [from] = bound.from;
    const [to] = bound.to;
    if (from !== undefined) rules.push(`${column} >= ${literal(from)}`);
    if (to !== undefined) rules.push(`${column} < ${literal(to)}`);
  }
  const check = `${risk.table.name}_bounds`.slice(0, 63);
  const table = textAt(text, partition.span);
  return {
    edits: [
      {
        ...alter.statement.span,
        text: `ALTER TABLE ${table} ADD CONSTRAINT ${quote(check)} CHECK (${rules.join(' AND ')}) NOT VALID`,
      },
    ],
    later: [
      {
        name: folderWord(`attach_${risk.table.name}`),
        lines: [
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quote(check)};`,
          '-- The check proves the bounds: ATTACH PARTITION reads no row.',
          `${textAt(text, alter.statement.span)};`,
          `ALTER TABLE ${table} DROP CONSTRAINT ${quote(check)};`,
        ],
      },
    ],
  };
}

/** The three statements that require a column whose rows have all been looked at. */
export function required(table: string, column: string, check: string): string[] {
  return [
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${quote(check)};`,
    '-- The check proves it: SET NOT NULL reads no row.',
    `ALTER TABLE ${table} ALTER COLUMN ${quote(column)} SET NOT NULL;`,
    `ALTER TABLE ${table} DROP CONSTRAINT ${quote(check)};`,
  ];
}

export const checkName = (table: string, column: string): string =>
  `${table}_${column}_not_null`.slice(0, 63);

export const checkText = (column: string, check: string): string =>
  `ADD CONSTRAINT ${quote(check)} CHECK (${quote(column)} IS NOT NULL) NOT VALID`;

export function requireLater(found: Found): Steps | string {
  const { risk } = found;
  const column = risk.columns[0];
  if (column === undefined) return 'The column can’t be read.';
  const check = checkName(risk.table.name, column);
  const table = tableText(found);
  const fill = `-- Before this runs no row may be without ${quote(column)}: UPDATE ${table} SET ${quote(column)} = … WHERE ${quote(column)} IS NULL;`;
  return {
    edits: [{ ...risk.clause, text: checkText(column, check) }],
    later: [
      {
        name: folderWord(`require_${risk.table.name}_${column}`),
        lines: [...(risk.fails ? [fill] : []), ...required(table, column, check)],
      },
    ],
  };
}
