/** The steps of a migration as the SQL that Prisma 7 writes for PostgreSQL. */
import type { Span } from '../base/span.ts';
import type { SqlReferenceAction } from '../facts/sqlModel.ts';
import { quote, quotedName } from './desired.ts';
import type { DesiredColumn, DesiredForeignKey, DesiredIndex, DesiredTable, Origin } from './desired.ts';
import type { Step, TableChange } from './step.ts';

export interface MigrationText {
  sql: string;
  /** Which part of the text comes from which place of the schema; parts lie inside others. */
  parts: readonly { span: Span; at: Origin; step: Step; change?: TableChange }[];
}

export function migrationText(steps: readonly Step[]): MigrationText {
  const writer = new Writer();
  for (const step of steps) writer.step(step);
  return { sql: writer.sql, parts: writer.parts };
}

const titles: Readonly<Record<Step['s'], string>> = {
  'create-schema': 'CreateSchema',
  'create-enum': 'CreateEnum',
  'alter-enum': 'AlterEnum',
  'drop-foreign-key': 'DropForeignKey',
  'drop-index': 'DropIndex',
  'alter-table': 'AlterTable',
  'drop-table': 'DropTable',
  'drop-enum': 'DropEnum',
  'create-table': 'CreateTable',
  'create-index': 'CreateIndex',
  'rename-foreign-key': 'RenameForeignKey',
  'add-foreign-key': 'AddForeignKey',
  'rename-index': 'RenameIndex',
};

type Part = MigrationText['parts'][number];

class Writer {
  sql = '';
  readonly parts: Part[] = [];

  step(step: Step): void {
    if (this.sql !== '') this.sql += '\n';
    this.sql += `-- ${titles[step.s]}\n`;
    const start = this.sql.length;
    if (step.s === 'alter-table') this.alterTable(step);
    else this.sql += `${statementsOf(step).join(';\n')};\n`;
    // An outer part comes behind its inner ones: the first that fits is the smallest.
    this.parts.push({ span: { start, end: this.sql.length }, at: step.at, step });
  }

  private alterTable(step: Extract<Step, { s: 'alter-table' }>): void {
    const table = quotedName(step.table);
    const before: string[] = [];
    const after: string[] = [];
    const clauses = step.changes.map((change) => ({
      change,
      text: clausesOf(step, change, before, after).join(',\n'),
    }));
    this.sql += before.map((statement) => `${statement};\n`).join('');
    this.sql += `ALTER TABLE ${table} `;
    clauses.forEach(({ change, text }, index) => {
      if (index > 0) this.sql += ',\n';
      const start = this.sql.length;
      this.sql += text;
      this.parts.push({ span: { start, end: this.sql.length }, at: change.at, step, change });
    });
    this.sql += `;\n${after.map((statement) => `${statement};\n`).join('')}`;
  }
}

function clausesOf(
  step: Extract<Step, { s: 'alter-table' }>,
  change: TableChange,
  before: string[],
  after: string[],
): string[] {
  switch (change.c) {
    case 'drop-primary-key':
      return [`DROP CONSTRAINT ${quote(change.name)}`];
    case 'rename-primary-key':
      return [`RENAME CONSTRAINT ${quote(change.from)} TO ${quote(change.to)}`];
    case 'add-primary-key':
      return [`ADD CONSTRAINT ${quote(change.name)} PRIMARY KEY (${list(change.columns)})`];
    case 'drop-column':
      return [`DROP COLUMN ${quote(change.from.name)}`];
    case 'add-column':
      return [`ADD COLUMN ${columnText(change.to)}`];
    case 'recreate-column':
      return [`DROP COLUMN ${quote(change.from.name)}`, `ADD COLUMN ${columnText(change.to)}`];
    case 'alter-column':
      return columnClauses(step, change, before, after);
  }
}

function columnClauses(
  step: Extract<Step, { s: 'alter-table' }>,
  { from, to, parts }: Extract<TableChange, { c: 'alter-column' }>,
  before: string[],
  after: string[],
): string[] {
  const prefix = `ALTER COLUMN ${quote(from.name)}`;
  const name = `${step.table.name}_${from.name}_seq`.toLowerCase();
  return parts.map((part) => {
    switch (part) {
      case 'set-not-null':
        return `${prefix} SET NOT NULL`;
      case 'drop-not-null':
        return `${prefix} DROP NOT NULL`;
      case 'set-default':
        return `${prefix} SET DEFAULT ${defaultText(to)}`;
      case 'drop-default':
        return `${prefix} DROP DEFAULT`;
      case 'set-type':
        return `${prefix} SET DATA TYPE ${to.typeText}`;
      case 'add-sequence':
        before.push(`CREATE SEQUENCE ${name}`);
        after.push(`ALTER SEQUENCE ${name} OWNED BY ${quotedName(step.table)}.${quote(from.name)}`);
        return `${prefix} SET DEFAULT nextval('${name}')`;
      case 'drop-sequence':
        after.push(
          `DROP SEQUENCE ${quote((from.value?.v === 'sequence' && from.value.name) || `${step.table.name}_${from.name}_seq`)}`,
        );
        return `${prefix} DROP DEFAULT`;
    }
  });
}

/** Prisma indents columns as in a `CREATE TABLE`, also behind `ADD COLUMN`. */
function columnText(column: DesiredColumn): string {
  const text = defaultText(column);
  return `    ${quote(column.name)} ${column.typeText}${column.notNull ? ' NOT NULL' : ''}${text === '' ? '' : ` DEFAULT ${text}`}`;
}

/** An array says its type, so that an empty one has one. */
function defaultText({ defaultText: text = '', value, typeText }: DesiredColumn): string {
  return value?.v === 'list' ? `${text}::${typeText}` : text;
}

function list(names: readonly string[]): string {
  return names.map(quote).join(', ');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function statementsOf(step: Exclude<Step, { s: 'alter-table' }>): string[] {
  switch (step.s) {
    case 'create-schema':
      return [`CREATE SCHEMA IF NOT EXISTS ${quote(step.name)}`];
    case 'create-enum':
      return [`CREATE TYPE ${quotedName(step.enum)} AS ENUM (${step.enum.values.map(literal).join(', ')})`];
    case 'alter-enum':
      return enumStatements(step);
    case 'drop-foreign-key':
      return [`ALTER TABLE ${quotedName(step.table)} DROP CONSTRAINT ${quote(step.name)}`];
    case 'drop-index':
      return [`DROP INDEX ${quotedName({ ...step.table, name: step.name })}`];
    case 'drop-table':
      return [`DROP TABLE ${quotedName(step.table)}`];
    case 'drop-enum':
      return [`DROP TYPE ${quotedName(step.name)}`];
    case 'create-table':
      return [createTable(step.table)];
    case 'create-index':
      return [createIndex(step.table, step.index)];
    case 'rename-foreign-key':
      return [
        `ALTER TABLE ${quotedName(step.table)} RENAME CONSTRAINT ${quote(step.from)} TO ${quote(step.to)}`,
      ];
    case 'add-foreign-key':
      return [addForeignKey(step.table, step.key)];
    case 'rename-index':
      return [`ALTER INDEX ${quotedName({ ...step.table, name: step.from })} RENAME TO ${quote(step.to)}`];
  }
}

function enumStatements({
  enum: item,
  added,
  removed,
  defaults,
  uses,
}: Extract<Step, { s: 'alter-enum' }>): string[] {
  const name = quotedName(item);
  if (removed.length === 0) return added.map((value) => `ALTER TYPE ${name} ADD VALUE ${literal(value)}`);
  const fresh = quotedName({ ...item, name: `${item.name}_new` });
  const inSchema = (of: { name: string; schema?: string }): string =>
    quotedName({ name: of.name, schema: of.schema ?? 'public' });
  return [
    'BEGIN',
    `CREATE TYPE ${fresh} AS ENUM (${item.values.map(literal).join(', ')})`,
    ...defaults.map(
      ({ table, column }) => `ALTER TABLE ${inSchema(table)} ALTER COLUMN ${quote(column.name)} DROP DEFAULT`,
    ),
    ...uses.map(({ table, column }) => {
      const type = `${fresh}${column.type.array ? '[]' : ''}`;
      return `ALTER TABLE ${quotedName(table)} ALTER COLUMN ${quote(column.name)} TYPE ${type} USING (${quote(column.name)}::text::${type})`;
    }),
    `ALTER TYPE ${name} RENAME TO ${quote(`${item.name}_old`)}`,
    `ALTER TYPE ${fresh} RENAME TO ${quote(item.name)}`,
    `DROP TYPE ${inSchema({ ...item, name: `${item.name}_old` })}`,
    ...defaults.flatMap(({ table, column, to }) =>
      to
        ? [
            `ALTER TABLE ${quotedName(table)} ALTER COLUMN ${quote(column.name)} SET DEFAULT ${defaultText(to)}`,
          ]
        : [],
    ),
    'COMMIT',
  ];
}

function createTable(table: DesiredTable): string {
  const lines = [...table.columns.values()].map(columnText).join(',\n');
  const key = table.primaryKey;
  const keyText = key
    ? `,\n\n    CONSTRAINT ${quote(key.name)} PRIMARY KEY (${key.columns.map(quote).join(',')})`
    : '';
  return `CREATE TABLE ${quotedName(table)} (\n${lines}${keyText}\n)`;
}

function createIndex(table: DesiredTable, index: DesiredIndex): string {
  const using = index.method === undefined ? '' : ` USING ${index.method.toUpperCase()}`;
  const columns = index.columns.map((name) => {
    const ops = index.ops?.[name];
    const ordered = index.descending?.includes(name) === true ? ' DESC' : '';
    return `${quote(name)}${ops === undefined ? '' : ` ${snake(ops)}`}${ordered}`;
  });
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quote(index.name)} ON ${quotedName(table)}${using}${using === '' ? '' : ' '}(${columns.join(', ')})`;
}

/** `JsonbPathOps` → `jsonb_path_ops`. */
function snake(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase();
}

const actions: Readonly<Record<SqlReferenceAction, string>> = {
  'no action': 'NO ACTION',
  restrict: 'RESTRICT',
  cascade: 'CASCADE',
  'set null': 'SET NULL',
  'set default': 'SET DEFAULT',
};

function addForeignKey(table: DesiredTable, { name, columns, to }: DesiredForeignKey): string {
  return `ALTER TABLE ${quotedName(table)} ADD CONSTRAINT ${quote(name)} FOREIGN KEY (${list(columns)}) REFERENCES ${quotedName(to.table)}(${list(to.columns)}) ON DELETE ${actions[to.onDelete]} ON UPDATE ${actions[to.onUpdate]}`;
}
