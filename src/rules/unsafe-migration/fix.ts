import type { Json } from '../../base/json.ts';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixOutcome } from '../../edit/fix.ts';
import { folderWord, laterMigrations } from '../../edit/laterMigration.ts';
import { lineBreak, quote, textAt, whole, withComments, withoutCommands } from '../../edit/sqlText.ts';
import { styleOf } from '../../edit/style.ts';
import type { SqlAlterCommand, SqlStatement } from '../../facts/sqlModel.ts';
import { tableKey } from '../../prisma/dbState.ts';
import { sharedBy, touchedBy } from '../../prisma/touched.ts';
import type { TextEdit } from '../../run/finding.ts';
import {
  attachLater,
  checkName,
  checkText,
  domain,
  notValid,
  requireLater,
  required,
  tableText,
} from './provenFirst.ts';
import type { Found, Steps } from './provenFirst.ts';
import { alterOf, hasRecipe } from './recipes.ts';

const TITLES: Record<string, string> = {
  index: 'Build the index CONCURRENTLY, in a migration of its own',
  'new-value': 'Use the value in a migration behind this one',
  concurrently: 'Move the statement to a migration of its own',
  'foreign-key': 'Add the key NOT VALID and validate it in a migration behind it',
  check: 'Add the check NOT VALID and validate it in a migration behind it',
  domain: 'Add the rule NOT VALID and validate it in a migration behind it',
  'attach-partition': 'Prove the bounds by a check first, and attach it in a migration behind it',
  unique: 'Build the index CONCURRENTLY first, and take it over in a migration behind it',
  'set-not-null': 'Require the values by a check that is validated in a migration behind it',
  'add-required': 'Add the column without NOT NULL, and require it later',
  'rewrite-column': 'Set the default for new rows, and fill the old ones in a migration behind it',
};

const kindOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export const fixes = [
  defineFix({
    id: 'safe-recipe',
    title: ({ kind }) => TITLES[kindOf(kind)] ?? 'Write it in a form that doesn’t lock',
    trust: 'dangerous',
    preferred: true,
    edit({ finding, facts, file, text, workspace }): FixOutcome {
      if (workspace.committed(file) === true)
        return { refuse: 'This migration is committed and may be applied already; write a new one instead.' };
      const migration = workspace.migrationState(file);
      const risk = migration?.risks.find(
        (item) => item.span.start === finding.start && item.span.end === finding.end,
      );
      if (facts.kind !== 'sql' || !migration || !risk || !hasRecipe(facts, risk))
        return { refuse: 'The statement is no longer there.' };
      const { newline } = styleOf(text);
      const steps = stepsFor({ facts, risk, text, newline });
      if (typeof steps === 'string') return { refuse: steps };
      return outcome(file, migration.last, steps, newline);
    },
  }),
];

function outcome(file: FileId, last: FileId, { edits, later }: Steps, newline: string): FixOutcome {
  const files = laterMigrations(
    last,
    later.map(({ name, lines }) => ({ name, text: `${lines.join(newline)}${newline}` })),
  );
  if ('refuse' in files) return files;
  return { changes: [{ file, create: false, edits }, ...files] };
}

function stepsFor(found: Found): Steps | string {
  switch (found.risk.kind) {
    case 'index':
      return index(found);
    case 'concurrently':
      return found.facts.statements[found.risk.index]?.kind === 'create-index' ? index(found) : moved(found);
    case 'new-value':
      return moved(found);
    case 'foreign-key':
    case 'check':
      return notValid(found);
    case 'domain':
      return domain(found);
    case 'attach-partition':
      return attachLater(found);
    case 'unique':
      return unique(found);
    case 'set-not-null':
      return requireLater(found);
    case 'add-required':
      return optional(found);
    case 'rewrite-column':
      return defaultLater(found);
    default:
      return 'There is no mechanical form of this that doesn’t lock.';
  }
}

const INDEX = /^(CREATE\s+(?:UNIQUE\s+)?INDEX)(?!\s+CONCURRENTLY\b)/i;

function index({ facts, risk, text }: Found): Steps | string {
  const statement = facts.statements[risk.index];
  if (statement?.kind !== 'create-index') return 'The statement is no longer there.';
  const head = INDEX.exec(text.slice(statement.span.start));
  if (facts.statements.length === 1) {
    if (!head) return 'The statement is alone in its migration.';
    const at = statement.span.start + head[0].length;
    return { edits: [{ start: at, end: at, text: ' CONCURRENTLY' }], later: [] };
  }
  const user = facts.statements.find((other) => other !== statement && needs(other, statement));
  if (user) return 'Another statement of this migration needs the index; move that one as well.';
  const sql = textAt(text, statement.span).replace(INDEX, '$1 CONCURRENTLY');
  return {
    edits: [{ ...withComments(facts, text, statement.span), text: '' }],
    later: [
      {
        name: folderWord(`index_${risk.name ?? risk.table.name}`),
        lines: [
          '-- CreateIndex: alone in its file, because CONCURRENTLY can’t run in a transaction.',
          `${sql};`,
        ],
      },
    ],
  };
}

/** The statement as it is, alone in a migration behind. */
function moved({ facts, risk, text }: Found): Steps | string {
  const statement = facts.statements[risk.index];
  if (!statement) return 'The statement is no longer there.';
  const own = touchedBy({ ...facts, statements: [statement] });
  const isNeeded = facts.statements
    .slice(risk.index + 1)
    .some((other) => sharedBy(own, touchedBy({ ...facts, statements: [other] })).length > 0);
  if (isNeeded) return 'A later statement of this migration works on the same table; move both by hand.';
  const isValue = risk.kind === 'new-value';
  return {
    edits: [{ ...withComments(facts, text, statement.span), text: '' }],
    later: [
      {
        name: folderWord(isValue ? `use_${risk.to ?? 'value'}` : `drop_${risk.table.name}`),
        lines: [
          isValue
            ? '-- Behind the migration that adds the value, because one transaction can’t do both.'
            : '-- Alone in its file, because CONCURRENTLY can’t run in a transaction.',
          `${textAt(text, statement.span)};`,
        ],
      },
    ],
  };
}

/** Whether a statement can't do without an index: a key that points at its columns, a constraint made of it. */
function needs(other: SqlStatement, made: Extract<SqlStatement, { kind: 'create-index' }>): boolean {
  if (other.kind === 'insert') return other.onConflict !== 'none' && made.unique;
  if (other.kind !== 'alter-table') return false;
  return other.commands.some(
    (command) =>
      command.command === 'add-constraint' &&
      (command.constraint.usingIndex ||
        (made.unique &&
          command.constraint.references !== undefined &&
          tableKey(command.constraint.references.table) === tableKey(made.table) &&
          command.constraint.references.columns.every((column) => made.columns.includes(column)))),
  );
}

function unique(found: Found): Steps | string {
  const { facts, risk, text } = found;
  const alter = alterOf(facts, risk);
  const columns = /\bUNIQUE\s*(\([^()]*\))\s*$/i.exec(textAt(text, risk.clause))?.[1];
  if (!alter || risk.name === undefined || columns === undefined)
    return 'The constraint says more than its columns.';
  const table = tableText(found);
  const name = quote(risk.name);
  const rest = without(found, alter.statement, alter.command);
  return {
    edits: rest,
    later: [
      {
        name: folderWord(`index_${risk.name}`),
        lines: [
          '-- CreateIndex: alone in its file, because CONCURRENTLY can’t run in a transaction.',
          `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table}${columns};`,
        ],
      },
      {
        name: folderWord(`constrain_${risk.name}`),
        lines: [`ALTER TABLE ${table} ADD CONSTRAINT ${name} UNIQUE USING INDEX ${name};`],
      },
    ],
  };
}

/** The edit that takes a command out of its statement, or the statement with it. */
function without(
  { facts, text }: Found,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: SqlAlterCommand,
): TextEdit[] {
  const rest = withoutCommands(text, { ...statement.span, commands: statement.commands }, [command]);
  return rest === undefined
    ? [{ ...withComments(facts, text, statement.span), text: '' }]
    : [{ ...whole(text, statement.span), text: rest }];
}

/** An `ADD COLUMN` without its `NOT NULL`, and without its default. */
function bare(
  text: string,
  command: Extract<SqlAlterCommand, { command: 'add-column' }>,
): string | undefined {
  const sql = textAt(text, command.span);
  const shorter = sql.replace(/\s+NOT\s+NULL\b/i, '');
  if (command.column.default === 'none' || command.column.default === 'null') return shorter;
  const cut = shorter.replace(/\s+DEFAULT\s+[\s\S]+$/i, '');
  return cut === shorter || /\b(CHECK|COLLATE|CONSTRAINT)\b/i.test(shorter) ? undefined : cut;
}

function optional(found: Found): Steps | string {
  const { facts, risk, text, newline } = found;
  const alter = alterOf(facts, risk);
  if (alter?.command.command !== 'add-column') return 'The statement is no longer there.';
  const column = quote(alter.command.column.name);
  const plain = bare(text, alter.command);
  if (plain === undefined || plain === textAt(text, alter.command.span))
    return 'The column’s definition can’t be read.';
  const end = whole(text, alter.statement.span).end;
  const table = tableText(found);
  return {
    edits: [
      { ...alter.command.span, text: plain },
      {
        start: end,
        end,
        text: [
          '',
          `-- Expand: in schema.prisma make the field of ${column} optional for now, and deploy code that writes it.`,
          `-- Then fill the rows from before: UPDATE ${table} SET ${column} = … WHERE ${column} IS NULL;`,
          '-- Contract, in a later migration: make the field required.',
        ].join(newline),
      },
    ],
    later: [],
  };
}

function defaultLater(found: Found): Steps | string {
  const { facts, risk, text, newline } = found;
  const alter = alterOf(facts, risk);
  if (alter?.command.command !== 'add-column') return 'The statement is no longer there.';
  const { column } = alter.command;
  const value = /\sDEFAULT\s+([\s\S]+)$/i.exec(
    textAt(text, alter.command.span).replace(/\s+NOT\s+NULL\b/i, ''),
  )?.[1];
  const added = bare(text, alter.command);
  if (added === undefined || value === undefined) return 'The column’s definition can’t be read.';
  const name = quote(column.name);
  const table = tableText(found);
  const check = checkName(risk.table.name, column.name);
  const head = text.slice(alter.statement.span.start, alter.statement.commands[0]?.span.start);
  const commands = alter.statement.commands.map((item) =>
    item === alter.command ? added : textAt(text, item.span),
  );
  const fill = [
    '-- Fills the rows from before. A big table is better filled in batches, by hand, before this is deployed.',
    `UPDATE ${table} SET ${name} = ${value.trim()} WHERE ${name} IS NULL;`,
  ];
  const word = `${risk.table.name}_${column.name}`;
  return {
    edits: [
      {
        ...whole(text, alter.statement.span),
        text: [
          `${head}${commands.join(`,${lineBreak(text, alter.statement.commands)}`)};`,
          `ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${value.trim()};`,
        ].join(newline),
      },
    ],
    later: [
      {
        name: folderWord(`fill_${word}`),
        lines: column.notNull ? [...fill, `ALTER TABLE ${table} ${checkText(column.name, check)};`] : fill,
      },
      ...(column.notNull
        ? [{ name: folderWord(`require_${word}`), lines: required(table, column.name, check) }]
        : []),
    ],
  };
}
