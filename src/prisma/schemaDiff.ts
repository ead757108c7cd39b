/** What the next migration would do: from the database that the migrations build to the one that the schema describes. */
import type { External } from '../facts/prismaModel.ts';
import { given } from '../base/given.ts';
import type { SqlType } from '../facts/sqlModel.ts';
import { castOf } from './castable.ts';
import { tableKey } from './dbModel.ts';
import type { DbColumn, DbForeignKey, DbIndex, DbState, DbTable } from './dbModel.ts';
import { defaultsMatch, isSequence } from './defaultsMatch.ts';
import type {
  DesiredColumn,
  DesiredDb,
  DesiredForeignKey,
  DesiredIndex,
  DesiredTable,
  Origin,
} from './desired.ts';
import { stepOrder } from './step.ts';
import type { ColumnPart, Step, TableChange } from './step.ts';

export interface DiffOptions {
  /** The schemas of the database that Prisma looks at; empty: the usual one. */
  schemas: readonly string[];
  /** What somebody else takes care of; Prisma looks at it on neither side. */
  external?: External;
  /** Where something is told of that has no place in the schema any more. */
  fallback: Origin;
}

/** The steps in the order in which Prisma writes them; empty where nothing is to be done, and nothing is said of what isn't certain. */
export function schemaDiff(before: DbState, after: DesiredDb, options: DiffOptions): Step[] {
  const diff = new SchemaDiff(before, after, options);
  const steps = diff.steps();
  return steps.toSorted((a, b) => stepOrder.indexOf(a.s) - stepOrder.indexOf(b.s));
}

/** Tables of Prisma itself and of PostGIS. */
export const OTHER_TABLES =
  /^(_prisma_migrations|spatial_ref_sys|geometry_columns|geography_columns|raster_(columns|overviews))$/i;

class SchemaDiff {
  private readonly before: DbState;
  private readonly after: DesiredDb;
  private readonly options: DiffOptions;
  private readonly out: Step[] = [];

  constructor(before: DbState, after: DesiredDb, options: DiffOptions) {
    this.before = before;
    this.after = after;
    this.options = options;
  }

  steps(): Step[] {
    if (this.before.uncertain.has('*')) return [];
    this.enums();
    const dropped = [...this.before.tables].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, table] of dropped) {
      if (this.isExternal('tables', key)) continue;
      const next = this.after.tables.get(key);
      if (next) {
        if (!this.before.uncertain.has(key)) this.table(table, next);
      } else if (this.isGone(key, table)) this.dropTable(key, table);
    }
    for (const [key, table] of this.after.tables)
      if (!this.before.tables.has(key) && !this.isExternal('tables', key)) this.createTable(table);
    return this.out;
  }

  private isExternal(kind: keyof External, key: string): boolean {
    return this.options.external?.[kind].some((name) => name.replace(/^public\./, '') === key) === true;
  }

  private isVisible(item: { schema?: string }): boolean {
    const { schemas } = this.options;
    const schema = item.schema ?? 'public';
    return schemas.length === 0 ? schema === 'public' : schemas.includes(schema);
  }

  private isGone(key: string, table: DbTable): boolean {
    return (
      this.after.complete &&
      this.isVisible(table) &&
      !this.before.uncertain.has(key) &&
      !OTHER_TABLES.test(table.name)
    );
  }

  private readonly isEnum = (type: SqlType): boolean => {
    const key = tableKey(type);
    return this.before.enums.has(key) || this.after.enums.has(key);
  };

  // --- enums ---

  private enums(): void {
    for (const [key, item] of this.after.enums) {
      if (this.isExternal('enums', key)) continue;
      const values = this.before.enums.get(key);
      if (!values) {
        if (!this.before.uncertain.has(key)) this.out.push({ s: 'create-enum', at: item.at, enum: item });
        continue;
      }
      if (this.before.uncertain.has(key)) continue;
      const added = item.values.filter((value) => !values.includes(value));
      const removed = this.after.complete ? values.filter((value) => !item.values.includes(value)) : [];
      if (added.length + removed.length === 0) continue;
      const isUsed = (column: DbColumn): boolean => tableKey(column.type) === key;
      this.out.push({
        s: 'alter-enum',
        // Values that are gone have no place of their own; a new one in their stead has.
        at: this.placeOfValues(item, removed.length > 0 ? added.slice(0, 1) : []),
        enum: item,
        added,
        removed,
        defaults: [...this.before.tables.values()].flatMap((table) =>
          [...table.columns.values()]
            .filter((column) => isUsed(column) && column.value)
            .map((column) => {
              const to = this.after.tables.get(tableKey(table))?.columns.get(column.name);
              return { table, column, to: to && isUsed(to) && to.value ? to : undefined };
            }),
        ),
        uses: [...this.after.tables.values()].flatMap((table) =>
          [...table.columns.values()].filter(isUsed).map((column) => ({ table, column })),
        ),
      });
    }
    for (const key of this.before.enums.keys()) {
      const [schema, name] = key.includes('.')
        ? [key.slice(0, key.indexOf('.')), key.slice(key.indexOf('.') + 1)]
        : [undefined, key];
      const named = { name, ...given({ schema }) };
      if (this.after.enums.has(key) || !this.after.complete || !this.isVisible(named)) continue;
      if (this.before.uncertain.has(key) || this.isExternal('enums', key)) continue;
      this.out.push({ s: 'drop-enum', at: this.options.fallback, name: named });
    }
  }

  private placeOfValues(
    item: DesiredDb['enums'] extends Map<string, infer E> ? E : never,
    values: readonly string[],
  ): Origin {
    const [first] = values;
    const span = first === undefined ? undefined : item.valueSpans[item.values.indexOf(first)];
    return span ? { file: item.at.file, span } : item.at;
  }

  // --- whole tables ---

  private dropTable(key: string, table: DbTable): void {
    const at = this.successorOf(key, table)?.at ?? this.options.fallback;
    for (const { name } of table.foreignKeys) this.out.push({ s: 'drop-foreign-key', at, table, name });
    this.out.push({ s: 'drop-table', at, table });
  }

  /** The new table that has most of the columns of one that is gone. */
  private successorOf(key: string, table: DbTable): DesiredTable | undefined {
    const names = [...table.columns.keys()];
    return [...this.after.tables].find(([other, { columns }]) => {
      if (other === key || this.before.tables.has(other)) return false;
      const shared = names.filter((name) => columns.has(name)).length;
      return shared > 0 && shared * 3 >= Math.max(names.length, columns.size) * 2;
    })?.[1];
  }

  private createTable(table: DesiredTable): void {
    if (this.before.uncertain.has(tableKey(table))) return;
    if (table.broken || [...table.columns.values()].some(({ typeText }) => typeText === '')) return;
    this.out.push({ s: 'create-table', at: table.at, table });
    for (const index of table.indexes) this.out.push({ s: 'create-index', at: index.at, table, index });
    for (const key of table.foreignKeys) this.out.push({ s: 'add-foreign-key', at: key.at, table, key });
  }

  // --- one table ---

  private table(from: DbTable, to: DesiredTable): void {
    const changes: TableChange[] = [];
    const retyped = new Map<string, 'alter' | 'recreate'>();
    for (const column of from.columns.values()) {
      const next = to.columns.get(column.name);
      if (!next) {
        if (!to.broken && !column.generated) changes.push({ c: 'drop-column', at: to.at, from: column });
        continue;
      }
      const cast = next.comparable ? castOf(column.type, next.type, this.isEnum) : 'same';
      if (cast !== 'same') retyped.set(column.name, cast);
    }
    for (const column of to.columns.values())
      if (!from.columns.has(column.name) && column.typeText !== '')
        changes.push({ c: 'add-column', at: column.at, to: column });
    for (const column of from.columns.values()) {
      const next = to.columns.get(column.name);
      const change = next && this.column(column, next, retyped.get(column.name));
      if (change) changes.push(change);
    }
    this.primaryKey(from, to, retyped, changes);
    if (changes.length > 0) {
      const first = changes[0];
      this.out.push({ s: 'alter-table', at: first?.at ?? to.at, table: from, changes });
    }
    if (to.broken) return;
    this.foreignKeys(from, to, retyped);
    this.indexes(from, to, retyped);
  }

  private column(
    from: DbColumn,
    to: DesiredColumn,
    cast: 'alter' | 'recreate' | undefined,
  ): TableChange | undefined {
    const { at } = to;
    if (cast === 'recreate') return { c: 'recreate-column', at, from, to };
    const parts: ColumnPart[] = [];
    // Lists have no NOT NULL of their own in Prisma's eyes.
    const arrays = from.type.array || to.type.array;
    if (from.type.array && !to.type.array) parts.push(to.notNull ? 'set-not-null' : 'drop-not-null');
    else if (!arrays && from.notNull !== to.notNull)
      parts.push(to.notNull ? 'set-not-null' : 'drop-not-null');
    if (to.comparable && !defaultsMatch(from, to)) parts.push(to.value ? 'set-default' : 'drop-default');
    if (isSequence(from) !== isSequence(to) && to.comparable)
      parts.push(isSequence(to) ? 'add-sequence' : 'drop-sequence');
    if (cast === 'alter') parts.push('set-type');
    return parts.length > 0 ? { c: 'alter-column', at, from, to, parts } : undefined;
  }

  private primaryKey(
    from: DbTable,
    to: DesiredTable,
    retyped: ReadonlyMap<string, string>,
    changes: TableChange[],
  ): void {
    const [old, next] = [from.primaryKey, to.primaryKey];
    // Half a schema says nothing of keys; join tables of older versions have a unique index instead.
    if (to.broken || (!old && !to.model)) return;
    const isChanged =
      old?.columns.join() !== next?.columns.join() || old?.columns.some((name) => retyped.has(name)) === true;
    if (old && isChanged) changes.unshift({ c: 'drop-primary-key', at: next?.at ?? to.at, name: old.name });
    else if (old && next && old.name !== next.name)
      changes.unshift({ c: 'rename-primary-key', at: next.at, from: old.name, to: next.name });
    if (next && isChanged) changes.push({ c: 'add-primary-key', ...next });
  }

  private foreignKeys(from: DbTable, to: DesiredTable, retyped: ReadonlyMap<string, string>): void {
    const matched = new Set<DesiredForeignKey>();
    for (const key of from.foreignKeys) {
      const matches = to.foreignKeys.filter((candidate) => sameForeignKey(key, candidate, retyped));
      const match = matches.find((candidate) => !matched.has(candidate)) ?? matches[0];
      if (!match) {
        const successor = to.foreignKeys.find((other) => other.columns.join() === key.columns.join());
        this.out.push({ s: 'drop-foreign-key', at: successor?.at ?? to.at, table: from, name: key.name });
        continue;
      }
      matched.add(match);
      // Prisma never renames the keys of its own join tables.
      if (match.name !== key.name && to.model)
        this.out.push({ s: 'rename-foreign-key', at: match.at, table: from, from: key.name, to: match.name });
    }
    for (const key of to.foreignKeys)
      if (!matched.has(key)) this.out.push({ s: 'add-foreign-key', at: key.at, table: to, key });
  }

  private indexes(from: DbTable, to: DesiredTable, retyped: ReadonlyMap<string, string>): void {
    const key = tableKey(from);
    const old = [...this.before.indexes].filter(
      ([, index]) => index.table === key && index.constraint !== 'primary-key' && index.partial !== true,
    );
    const next = to.indexes.filter(({ partial }) => partial !== true);
    const matched = new Set<DesiredIndex>();
    const isRecreated = (index: DesiredIndex): boolean =>
      index.columns.some((name) => retyped.get(name) === 'recreate');
    for (const [name, index] of old.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [match] = next.filter((candidate) => sameIndex(index, candidate));
      if (!match) {
        if (to.model || !isJoinKey(index))
          this.out.push({ s: 'drop-index', at: to.at, table: from, name, index });
        continue;
      }
      matched.add(match);
      // Of several alike Prisma renames none.
      const isOnly = old.filter(([, other]) => sameIndex(other, match)).length === 1;
      if (isOnly && isRecreated(match))
        this.out.push({ s: 'create-index', at: match.at, table: to, index: match });
      if (isOnly && match.name !== name)
        this.out.push({ s: 'rename-index', at: match.at, table: from, from: name, to: match.name });
    }
    for (const index of next)
      if (!matched.has(index)) this.out.push({ s: 'create-index', at: index.at, table: to, index });
  }
}

/** The unique index on both columns of a join table, which older versions of Prisma made in place of a key. */
function isJoinKey(index: DbIndex): boolean {
  return index.unique && index.columns.join() === 'A,B';
}

function sameForeignKey(
  from: DbForeignKey,
  to: DesiredForeignKey,
  retyped: ReadonlyMap<string, string>,
): boolean {
  return (
    tableKey(from.to.table) === tableKey(to.to.table) &&
    from.columns.join() === to.columns.join() &&
    !from.columns.some((name) => retyped.has(name)) &&
    // Without columns the key points at the other table's primary key.
    (from.to.columns.length === 0 ||
      to.to.columns.length === 0 ||
      from.to.columns.join() === to.to.columns.join()) &&
    from.to.onDelete === to.to.onDelete &&
    from.to.onUpdate === to.to.onUpdate
  );
}

function sameIndex(from: DbIndex, to: DesiredIndex): boolean {
  return (
    from.unique === to.unique &&
    from.columns.join() === to.columns.join() &&
    (from.method ?? 'btree') === (to.method ?? 'btree') &&
    (from.descending ?? []).join() === (to.descending ?? []).join()
  );
}
