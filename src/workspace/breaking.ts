/** What schema changes and new migrations take from under code that still uses it. */
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { isSame } from '../base/equal.ts';
import { extractPrisma } from '../facts/prisma.ts';
import type { SqlFacts } from '../facts/sqlModel.ts';
import type { DbTable } from '../prisma/dbModel.ts';
import { desiredDb } from '../prisma/desired.ts';
import type { Origin } from '../prisma/desired.ts';
import type { Hazard } from '../prisma/hazard.ts';
import type { PendingChange } from '../prisma/pending.ts';
import { removals } from '../prisma/removals.ts';
import type { Removal } from '../prisma/removals.ts';
import { clientAccessor, mergePrisma } from '../prisma/schema.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import { OTHER_TABLES } from '../prisma/schemaDiff.ts';
import type { SchemaRoot } from '../project/model.ts';
import type { Database, Query } from './database.ts';
import type { MigrationHistory } from './history.ts';
import type { Migrations } from './migrations.ts';
import { wordOf } from './removalUses.ts';
import type { RemovalUse } from './removalUses.ts';

/** Something that goes, and where that is said. */
export interface PlacedRemoval {
  removal: Removal;
  at: Origin;
  /** The folder of the migration; absent for what the schema alone says. */
  migration?: string;
}

/** A use of something that goes. */
export interface BrokenUse extends Omit<RemovalUse, 'removal'> {
  file: FileId;
  removal: PlacedRemoval;
}

export interface BreakingSources {
  root(id: string): SchemaRoot | undefined;
  schema(id: string): SchemaModel | undefined;
  pending(id: string): PendingChange | undefined;
  sql(file: FileId): SqlFacts | undefined;
  migrations: Migrations;
  history: MigrationHistory;
  /** Files that query a model, by accessor; `$` for SQL. */
  querying(accessor: string): readonly FileId[];
  importers(file: FileId): readonly FileId[];
  /** Files that a file imports values from. */
  imports(file: FileId): readonly FileId[];
  /** Files that a file re-exports values of. */
  passesOn(file: FileId): readonly FileId[];
  typeImporters(file: FileId): readonly FileId[];
  /** Files that import a name from the generated client; `*` for all of it. */
  typing(name: string): readonly FileId[];
  /** Whether a file's facts hold one of the texts, as JSON writes them. */
  mentions(file: FileId, texts: readonly string[]): boolean;
  uses(file: FileId, removals: readonly Removal[]): readonly RemovalUse[];
}

export class Breaking {
  /** By the schema's id. */
  readonly removals: Query<readonly PlacedRemoval[]>;
  /** Files that may use something of what goes, sorted; by the schema's id. */
  readonly files: Query<readonly FileId[]>;
  private readonly found: Query<readonly RemovalUse[]>;
  /** The schema as the base branch has it: reading it takes longer than all the rest of a key press. */
  private readonly former: Query<SchemaModel | undefined>;
  private readonly sources: BreakingSources;

  constructor(db: Database, sources: BreakingSources) {
    this.sources = sources;
    this.removals = db.query('removals', (id) => this.find(id), { equal: isSame });
    this.files = db.query('removalFiles', (id) => this.candidates(id), { equal: isSame });
    this.former = db.query('formerSchema', (id) => this.readFormer(id));
    this.found = db.query(
      'removalUses',
      (key) => {
        const newline = key.lastIndexOf('\n');
        const placed = this.removals(key.slice(0, newline));
        return sources.uses(
          key.slice(newline + 1),
          placed.map(({ removal }) => removal),
        );
      },
      { equal: isSame },
    );
  }

  /** Uses in one file; nothing but two look-ups while nothing goes. */
  uses(id: string, file: FileId): BrokenUse[] {
    const placed = this.removals(id);
    if (placed.length === 0 || !this.files(id).includes(file)) return [];
    return this.found(`${id}\n${file}`).flatMap(({ removal, at, how }) => {
      const item = placed[removal];
      return item ? [{ file, at, how, removal: item }] : [];
    });
  }

  private find(id: string): PlacedRemoval[] {
    const { root: rootOf, schema: schemaOf, pending: pendingOf, migrations } = this.sources;
    const pending = pendingOf(id);
    const root = rootOf(id);
    const schema = schemaOf(id);
    const built = root && pending && migrations.built(root.migrations);
    if (!root || !schema || !built) return [];
    const schemas = schema.datasources[0]?.schemas ?? [];
    const isOwn = (table: DbTable): boolean =>
      !OTHER_TABLES.test(table.name) &&
      (schemas.length === 0
        ? (table.schema ?? 'public') === 'public'
        : schemas.includes(table.schema ?? 'public'));
    const gone = removals(desiredDb(schema, pending.complete), {
      deployed: built.deployed,
      schema,
      former: this.former(id),
      isOwn,
    });
    return gone.flatMap((removal) => {
      const place = pendingPlace(removal, pending) ?? this.migrationPlace(removal, root);
      return place ? [{ removal, ...place }] : [];
    });
  }

  /** Works out the uses in one file after another as long as it may. @returns whether all are known */
  prepare(id: string, mayGoOn: () => boolean): boolean {
    if (this.removals(id).length === 0) return true;
    const files = this.files(id);
    return files.every((file, at) => {
      this.found(`${id}\n${file}`);
      return at === files.length - 1 || mayGoOn();
    });
  }

  private readFormer(id: string): SchemaModel | undefined {
    const files = (this.sources.root(id)?.files ?? []).flatMap((file) => {
      const text = this.sources.history.text(file);
      return text === undefined ? [] : [{ file, facts: extractPrisma(text) }];
    });
    return files.length > 0 ? mergePrisma(files) : undefined;
  }

  private migrationPlace(removal: Removal, root: SchemaRoot): Omit<PlacedRemoval, 'removal'> | undefined {
    const { migrations, history, sql } = this.sources;
    for (const file of migrations.files(root.migrations).toReversed()) {
      if (history.has(file) !== false) continue;
      const hazard = migrations.state(file)?.hazards.find((one) => isOf(removal, one));
      const span = hazard?.span ?? renameOf(removal, sql(file));
      if (span) return { at: { file, span }, migration: basename(dirname(file)) };
    }
    return undefined;
  }

  /** Only files that say the names are looked into: for a common one that is a few of hundreds. */
  private candidates(id: string): FileId[] {
    const placed = this.removals(id);
    const schema = placed.length > 0 ? this.sources.schema(id) : undefined;
    if (!schema) return [];
    const { querying, importers, imports, passesOn, mentions } = this.sources;
    const gone = placed.map(({ removal }) => removal);
    const accessors = usedAccessors(gone, schema);
    const words = gone.map((removal) => JSON.stringify(wordOf(removal)));
    const says = kept((file) => mentions(file, words));
    // A selection may be declared in another file than the query, with or without its type, and come through an index.
    const declares = kept((start) => {
      const reached = new Set([start]);
      for (const file of reached) {
        if (says(file)) return true;
        for (const next of passesOn(file)) reached.add(next);
      }
      return false;
    });
    const queries = new Set([...accessors].flatMap((accessor) => querying(accessor)));
    const types = ['Prisma', '*', ...[...accessors].flatMap((accessor) => [accessor, modelNameOf(accessor)])];
    const typed = types.flatMap((name) => this.sources.typing(name));
    const inSql = gone.flatMap((removal) =>
      removal.r === 'value'
        ? []
        : [removal.table, (removal.r === 'field' && removal.column) || removal.table],
    );
    const loose = inSql.map((name) => JSON.stringify(name).slice(1, -1));
    return [
      ...new Set([
        ...[...queries, ...[...queries].flatMap(importers), ...typed].filter(says),
        ...typed.flatMap((file) => [...this.sources.typeImporters(file), ...importers(file)]).filter(says),
        ...[...queries].filter((file) => imports(file).some(declares)),
        ...querying('$').filter((file) => mentions(file, loose)),
      ]),
    ].toSorted();
  }
}

/** Asks once for each file. */
function kept(ask: (file: FileId) => boolean): (file: FileId) => boolean {
  const answers = new Map<FileId, boolean>();
  return (file) => {
    const known = answers.get(file);
    if (known !== undefined) return known;
    const answer = ask(file);
    answers.set(file, answer);
    return answer;
  };
}

/** The client's names of the models whose rows may have what goes: their own, and those of related models. */
function usedAccessors(gone: readonly Removal[], schema: SchemaModel): ReadonlySet<string> {
  const out = new Set<string>();
  for (const removal of gone) {
    const own = removal.r === 'value' ? removal.fields.map((field) => field.accessor) : [removal.accessor];
    for (const accessor of own) {
      out.add(accessor);
      // Rows come along with those of related models.
      const model = schema.modelOf(accessor)?.name;
      for (const other of schema.models)
        if (model !== undefined && other.fields.some(({ type }) => type === model))
          out.add(clientAccessor(other.name));
    }
  }
  return out;
}

/** The usual spelling of the model behind an accessor. */
const modelNameOf = (accessor: string): string => accessor.charAt(0).toUpperCase() + accessor.slice(1);

function pendingPlace(removal: Removal, pending: PendingChange): { at: Origin } | undefined {
  for (const effect of pending.effects)
    if (effect.e === 'hazard' && isOf(removal, effect.hazard)) return { at: effect.at };
  return undefined;
}

const TABLES: ReadonlySet<Hazard['kind']> = new Set(['drop-table', 'rename-table']);
const COLUMNS: ReadonlySet<Hazard['kind']> = new Set(['drop-column', 'rename-column']);

function isOf(removal: Removal, hazard: Hazard): boolean {
  if (removal.r === 'value')
    return (
      hazard.kind === 'enum-value-removed' &&
      hazard.values.length > 0 &&
      hazard.object === removal.type &&
      hazard.values.includes(removal.stored)
    );
  if (hazard.table?.name !== removal.table) return false;
  const column = removal.r === 'field' ? removal.column : undefined;
  return column === undefined
    ? TABLES.has(hazard.kind)
    : COLUMNS.has(hazard.kind) && hazard.columns.includes(column);
}

/** Where a migration renames it: nothing is lost, but code has to follow. */
function renameOf(removal: Removal, facts: SqlFacts | undefined): Origin['span'] | undefined {
  for (const statement of facts?.statements ?? []) {
    if (removal.r === 'value') {
      if (
        statement.kind === 'rename-enum-value' &&
        statement.type.name === removal.type &&
        statement.from === removal.stored
      )
        return statement.span;
    } else if (statement.kind === 'rename' && statement.on.name === removal.table) {
      const column = removal.r === 'field' ? removal.column : undefined;
      if (
        statement.object === (column === undefined ? 'table' : 'column') &&
        statement.from === (column ?? removal.table)
      )
        return statement.span;
    }
  }
  return undefined;
}
