import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { lineBreak, quote, textAt as at, whole, withComments, withoutCommands } from '../../edit/sqlText.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { Json } from '../../base/json.ts';
import { positionAt } from '../../base/lineIndex.ts';
import type { CommonFacts } from '../../facts/model.ts';
import type { SqlAlterCommand, SqlFacts, SqlType } from '../../facts/sqlModel.ts';
import { acknowledgedMarker } from '../../prisma/acknowledgement.ts';
import type { Hazard } from '../../prisma/hazard.ts';
import type { TextEdit } from '../../run/finding.ts';
import type { MigrationState } from '../../workspace/migrations.ts';
import { addedIn, alterOf, canExpand } from './clauses.ts';
import { canRename, enumRename, oldColumn, tableRename } from './renames.ts';

interface Found {
  facts: SqlFacts & CommonFacts;
  hazard: Hazard;
  migration: MigrationState;
  text: string;
  newline: string;
}

/** What a recipe works on; a committed migration may be applied already, so it is never edited. */
function find({ finding, facts, file, text, workspace }: FixContext): Found | { refuse: string } {
  if (workspace.committed(file) === true)
    return { refuse: 'This migration is committed and may be applied already; write a new one instead.' };
  const migration = workspace.migrationState(file);
  const hazard = migration?.hazards.find(
    (item) => item.span.start === finding.start && item.span.end === finding.end,
  );
  if (facts.kind !== 'sql' || !migration || !hazard) return { refuse: 'The statement is no longer there.' };
  return { facts, hazard, migration, text, newline: styleOf(text).newline };
}

function change(context: FixContext, edits: (found: Found) => TextEdit[] | string): FixOutcome {
  const found = find(context);
  if ('refuse' in found) return found;
  const result = edits(found);
  return typeof result === 'string'
    ? { refuse: result }
    : { changes: [{ file: context.file, create: false, edits: result }] };
}

const shown = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export const fixes = [
  defineFix({
    id: 'rename-instead',
    title: ({ kind, from, to, column, table }) =>
      kind === 'rename-table'
        ? `Rename the table ${shown(table)} to ${shown(to)} instead of dropping it`
        : kind === 'rename-column'
          ? `Rename the column ${shown(column)} to ${shown(to)} instead of dropping it`
          : `Rename the enum value ${shown(from)} to ${shown(to)} instead of removing it`,
    trust: 'dangerous',
    preferred: true,
    edit: (context) =>
      change(context, (found) => {
        if (!canRename(found.facts, found.hazard, found.migration.before))
          return 'The two are not alike enough for a rename.';
        if (found.hazard.kind === 'rename-column') return renameColumn(found);
        return found.hazard.kind === 'rename-table' ? renameTable(found) : renameValue(found);
      }),
  }),
  defineFix({
    id: 'expand-contract',
    title: ({ column }) => `Keep ${shown(column)}: add a new column, copy the values, drop the old one later`,
    trust: 'dangerous',
    preferred: false,
    edit: (context) =>
      change(context, (found) =>
        canExpand(found.facts, found.hazard) ? expand(found) : 'This change has no mechanical expand step.',
      ),
  }),
  defineFix({
    id: 'acknowledge',
    title: () => 'Take responsibility: add an acknowledgement with a reason',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => change(context, acknowledge),
  }),
];

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function renameColumn({ facts, hazard, migration, text, newline }: Found): TextEdit[] | string {
  const alter = alterOf(facts, hazard);
  const added = alter && addedIn(alter.statement, hazard);
  const old = oldColumn(hazard, migration.before);
  if (!alter || !added || !old) return 'The statement is no longer there.';
  const table = at(text, alter.statement.table.span);
  const to = quote(added.column.name);
  const lines = [`ALTER TABLE ${table} RENAME COLUMN ${quote(old.name)} TO ${to};`];
  const settings: string[] = [];
  if (old.notNull !== added.column.notNull)
    settings.push(`ALTER COLUMN ${to} ${added.column.notNull ? 'SET' : 'DROP'} NOT NULL`);
  if (added.column.default !== 'none') {
    const value = /\sDEFAULT\s+([\s\S]+)$/i.exec(at(text, added.span))?.[1];
    if (value === undefined || /\b(NOT\s+NULL|CHECK|COLLATE|CONSTRAINT)\b/i.test(value))
      return 'The default of the new column can’t be read.';
    settings.push(`ALTER COLUMN ${to} SET DEFAULT ${value.trim()}`);
  } else if (old.hasDefault) settings.push(`ALTER COLUMN ${to} DROP DEFAULT`);
  if (settings.length > 0) lines.push(`ALTER TABLE ${table} ${settings.join(', ')};`);
  const rest = withoutCommands(text, { ...alter.statement.span, commands: alter.statement.commands }, [
    alter.command,
    added,
  ]);
  if (rest !== undefined) lines.push(rest);
  return [{ ...whole(text, alter.statement.span), text: lines.join(newline) }];
}

function renameTable(found: Found): TextEdit[] | string {
  const { facts, hazard, migration, text, newline } = found;
  const rename = tableRename(facts, hazard, migration.before);
  if (!rename) return 'The two tables are not alike enough for a rename.';
  const name = rename.drop.names[0];
  const target = at(text, rename.create.table.span);
  const lines = [
    `ALTER TABLE ${name ? at(text, name.span) : quote(rename.old.name)} RENAME TO ${quote(rename.create.table.name)};`,
  ];
  const key = rename.primaryKey;
  if (key && key.from !== key.to)
    lines.push(`ALTER TABLE ${target} RENAME CONSTRAINT ${quote(key.from)} TO ${quote(key.to)};`);
  const schema = rename.create.table.schema === undefined ? '' : `${quote(rename.create.table.schema)}.`;
  for (const index of rename.indexes)
    if (index.from !== index.to)
      lines.push(`ALTER INDEX ${schema}${quote(index.from)} RENAME TO ${quote(index.to)};`);
  return [
    { ...whole(text, rename.drop.span), text: lines.join(newline) },
    { ...withComments(found.facts, found.text, rename.create.span), text: '' },
    ...rename.indexes.map(({ statement }) => ({
      ...withComments(found.facts, found.text, statement.span),
      text: '',
    })),
  ];
}

function renameValue({ facts, hazard, text, newline }: Found): TextEdit[] | string {
  const rename = enumRename(facts, hazard);
  const first = rename && facts.statements[rename.first];
  const last = rename && facts.statements[rename.last];
  if (!rename || !first || !last) return 'The statements around it do more than swap the enum.';
  const lines = [
    `ALTER TYPE ${at(text, rename.type.span)} RENAME VALUE ${literal(rename.from)} TO ${literal(rename.to)};`,
    ...rename.kept.map((statement) => `${at(text, statement.span)};`),
  ];
  return [{ start: first.span.start, end: whole(text, last.span).end, text: lines.join(newline) }];
}

/** The type as written in `ADD COLUMN name type …`. */
function typeOf(
  text: string,
  command: Extract<SqlAlterCommand, { command: 'add-column' }>,
): string | undefined {
  const behind = text.slice(command.column.span.end, command.span.end).replace(/^"?/, '');
  return /^\s*([\s\S]+?)(?=\s+(?:NOT\s+NULL|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|GENERATED|COLLATE|CONSTRAINT)\b|\s*$)/i.exec(
    behind,
  )?.[1];
}

function expand({ facts, hazard, migration, text, newline }: Found): TextEdit[] | string {
  const alter = alterOf(facts, hazard);
  const old = oldColumn(hazard, migration.before);
  if (!alter || !old || !hazard.table) return 'The statement is no longer there.';
  const { statement, command } = alter;
  const added = addedIn(statement, hazard);
  const type = added
    ? typeOf(text, added)
    : /\bTYPE\s+([\s\S]+?)(?=\s+(?:USING|COLLATE)\b|\s*$)/i.exec(at(text, command.span))?.[1];
  const to = added?.column.type ?? (command.command === 'alter-type' ? command.to : undefined);
  if (type === undefined || !to) return 'The new type can’t be read.';
  const fresh = freeName(old.name, migration, hazard, statement.commands);
  const table = at(text, statement.table.span);
  const from = quote(old.name);
  const isDirect = hazard.kind === 'narrow-type' || hasCast(old.type.name, to.name);
  const element = old.type.array && !to.array ? `${from}[1]` : from;
  const value = isDirect ? element : `${element}::text${old.type.array && to.array ? '[]' : ''}`;
  const cast = `${to.array && !old.type.array ? `ARRAY[${value}]` : value}::${type}`;
  const survives =
    hazard.kind === 'narrow-type'
      ? ` WHERE (${cast})::${hazard.from ?? 'text'} = ${from}`
      : readable(old.type.name, to, from);
  const add = `ADD COLUMN ${quote(fresh)} ${type}`;
  const commands = statement.commands.flatMap((item) =>
    item === command ? [add] : item === added ? [] : [at(text, item.span)],
  );
  const head = text.slice(statement.span.start, statement.commands[0]?.span.start ?? statement.span.start);
  const lines = [
    `${head}${commands.join(`,${lineBreak(text, statement.commands)}`)};`,
    `-- Expand: ${quote(old.name)} stays as it is. In schema.prisma keep its field and add an optional one for ${quote(fresh)}.`,
    isDirect || !isBuiltIn(old.type.name) || !isBuiltIn(to.name)
      ? `UPDATE ${table} SET ${quote(fresh)} = ${cast}${survives};`
      : `-- Copy the values here with an UPDATE: PostgreSQL has no cast between the two types.`,
    `-- Then deploy code that reads and writes ${quote(fresh)}, and look at the rows in which it is still NULL.`,
    `-- Contract, in a later migration: drop ${quote(old.name)} and rename ${quote(fresh)} to ${quote(old.name)}.`,
  ];
  return [{ ...whole(text, statement.span), text: lines.join(newline) }];
}

const castGroups = [
  /^(text|varchar|bpchar|citext)$/,
  /^(int\d|numeric|float\d)$/,
  /^(date|timestamp|timestamptz)$/,
  /^jsonb?$/,
];
const castGroup = (name: string): number => castGroups.findIndex((pattern) => pattern.test(name));

const isBuiltIn = (name: string): boolean => castGroup(name) >= 0 || /^(bool|uuid|bytea)$/.test(name);

/** Whether PostgreSQL casts between two types itself; everything else goes through its text. */
function hasCast(from: string, to: string): boolean {
  const [a, b] = [castGroup(from), castGroup(to)];
  return (
    a === 0 ||
    b === 0 ||
    (a >= 0 && a === b) ||
    (from === 'bool' && to === 'int4') ||
    (from === 'int4' && to === 'bool')
  );
}

/** Of texts that become numbers only those that are numbers; other casts fail on a value that doesn't fit, and nothing is lost. */
function readable(from: string, to: SqlType, column: string): string {
  if (!/^(text|varchar|bpchar|citext)$/.test(from) || to.array) return '';
  if (/^int\d$/.test(to.name)) return ` WHERE ${column} ~ '^-?[0-9]+$'`;
  return /^(numeric|float\d)$/.test(to.name) ? ` WHERE ${column} ~ '^-?[0-9]+([.][0-9]+)?$'` : '';
}

/** A name for the new column that the table doesn't have yet. */
function freeName(
  old: string,
  migration: MigrationState,
  hazard: Hazard,
  commands: readonly SqlAlterCommand[],
): string {
  const key =
    hazard.table?.schema === undefined || hazard.table.schema === 'public'
      ? hazard.table?.name
      : `${hazard.table.schema}.${hazard.table.name}`;
  const taken = new Set([
    ...(migration.before.tables.get(key ?? '')?.columns.keys() ?? []),
    ...commands.flatMap((command) => (command.command === 'add-column' ? [command.column.name] : [])),
  ]);
  for (let count = 1; ; count++) {
    const name = `${old}_new${count === 1 ? '' : count}`;
    if (!taken.has(name)) return name;
  }
}

/**
 * The marker with a reason to fill in: above the statement, or at the clause when the statement has other clauses that destroy
 * something, since a marker above the statement speaks for all of them.
 */
function acknowledge({ facts, hazard, migration, text, newline }: Found): TextEdit[] {
  const marker = `-- ${acknowledgedMarker} <why this data may go>`;
  const line = (offset: number): number => positionAt(facts.lines, offset).line;
  const isOnly =
    migration.hazards.filter((item) => item.statement.start === hazard.statement.start).length === 1;
  if (!isOnly && line(hazard.span.start) === line(hazard.statement.start)) {
    const behind = /^[ \t]*[,;]?(?=[ \t]*\r?$)/m.exec(text.slice(hazard.span.end));
    if (behind?.index === 0) {
      const end = hazard.span.end + behind[0].length;
      return [{ start: end, end, text: ` ${marker}` }];
    }
  }
  const target = isOnly ? hazard.statement.start : hazard.span.start;
  const indent = indentAt(text, target);
  const start = text.lastIndexOf('\n', target - 1) + 1;
  const isFirst = text.slice(start, target).trim() === '';
  if (isFirst) return [{ start, end: start, text: `${indent}${marker}${newline}` }];
  return [{ start: target, end: target, text: `${newline}${marker}${newline}` }];
}
