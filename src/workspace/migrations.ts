/** What a migration is judged by: the database that the migrations before it have built. */
import { given } from '../base/given.ts';
import { basename, dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { SqlFacts } from '../facts/sqlModel.ts';
import { emptyDbState, foldMigrations } from '../prisma/dbState.ts';
import type { DbState } from '../prisma/dbState.ts';
import { dbNames } from '../prisma/hazard.ts';
import type { Hazard } from '../prisma/hazard.ts';
import type { LockRisk } from '../prisma/lockRisk.ts';
import { assessLocks } from '../prisma/lockRisks.ts';
import { assessMigration } from '../prisma/migration.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { SchemaRoot } from '../project/model.ts';
import type { Database, Query } from './database.ts';

/** One `migration.sql` of a PostgreSQL database, seen in its place among the others. Read only. */
export interface MigrationState {
  /** The migrations folder. */
  folder: FileId;
  /** No folder with a migration comes behind it. */
  newest: boolean;
  /** The last migration of the folder: what comes later needs a name behind it. */
  last: FileId;
  before: DbState;
  /** Its destructive steps, acknowledged ones included. */
  hazards: readonly Hazard[];
  /** Its steps that lock tables in use or fail on rows; acknowledged ones are left out. */
  risks: readonly LockRisk[];
  schema: SchemaModel | undefined;
}

/** The databases that the migrations of a folder build. */
export interface BuiltDatabases {
  /** By all of them. */
  now: DbState;
  /** By those of the base branch; the same where no version control says which these are. */
  deployed: DbState;
}

export interface MigrationSources {
  tree(): readonly FileId[];
  sql(file: FileId): SqlFacts | undefined;
  text(file: FileId): string | undefined;
  schemaRoots(): readonly SchemaRoot[];
  schemaRootOf(file: FileId): SchemaRoot | undefined;
  schema(id: string): SchemaModel | undefined;
  /** Whether the base branch already has a file; `undefined` when no version control says so. */
  committed(file: FileId): boolean | undefined;
}

/** A state is kept for every so many migrations, so that judging all of them stays linear and few copies are held. */
const STRIDE = 16;

/** The states of migrations, each computed when it is asked for. */
export class Migrations {
  /** The `migration.sql` files of a migrations folder in the order in which Prisma applies them. */
  readonly files: Query<readonly FileId[]>;
  readonly state: Query<MigrationState | undefined>;
  /** By the migrations folder; `undefined` for one without migrations. */
  readonly built: Query<BuiltDatabases | undefined>;
  private readonly checkpoints: Query<DbState>;
  private readonly sources: MigrationSources;

  constructor(db: Database, sources: MigrationSources) {
    this.sources = sources;
    this.files = db.query('migrationFiles', (folder) => this.list(folder), {
      equal: (a, b) => a.length === b.length && a.every((file, index) => file === b[index]),
    });
    this.checkpoints = db.query('migrationCheckpoint', (key) => this.checkpoint(key));
    this.state = db.query('migrationState', (file) => this.find(file));
    this.built = db.query('builtDatabases', (folder) => this.build(folder));
  }

  private list(folder: FileId): FileId[] {
    return this.sources
      .tree()
      .filter((file) => basename(file) === 'migration.sql' && dirname(dirname(file)) === folder);
  }

  private find(file: FileId): MigrationState | undefined {
    const facts = this.sources.sql(file);
    const text = this.sources.text(file);
    const folder = dirname(dirname(file));
    if (!facts || text === undefined || basename(file) !== 'migration.sql' || folder === dirname(file))
      return undefined;
    const root = this.rootOf(folder, file);
    if (basename(folder) !== 'migrations' && root?.migrations !== folder) return undefined;
    const schema = root && this.sources.schema(root.id);
    const provider = schema?.datasources[0]?.provider;
    if (provider !== undefined && !/^(postgres(ql)?|cockroachdb)$/.test(provider)) return undefined;
    const files = this.files(folder);
    const index = files.indexOf(file);
    const before = this.stateBefore(folder, files, index);
    const firstNew = files.findIndex((other) => this.sources.committed(other) === false);
    const deployed = firstNew >= 0 && firstNew < index ? this.stateBefore(folder, files, firstNew) : before;
    const names = schema && dbNames(schema);
    const hazards = assessMigration(facts, { before, deployed, ...given({ names }) }, text);
    return {
      folder,
      newest: files.at(-1) === file,
      last: files.at(-1) ?? file,
      before,
      hazards,
      risks: assessLocks(facts, { before, deployed, hazards }, text),
      schema,
    };
  }

  private build(folder: FileId): BuiltDatabases | undefined {
    const files = this.files(folder);
    if (files.length === 0) return undefined;
    const firstNew = files.findIndex((file) => this.sources.committed(file) === false);
    const now = this.stateBefore(folder, files, files.length);
    return { now, deployed: firstNew < 0 ? now : this.stateBefore(folder, files, firstNew) };
  }

  /** The schema whose migrations these are, else the one that code beside them uses. */
  private rootOf(folder: FileId, file: FileId): SchemaRoot | undefined {
    return (
      this.sources.schemaRoots().find((root) => root.migrations === folder) ?? this.sources.schemaRootOf(file)
    );
  }

  private stateBefore(folder: FileId, files: readonly FileId[], index: number): DbState {
    const from = index - (index % STRIDE);
    const start = from > 0 ? this.checkpoints(`${folder}\n${from}`) : emptyDbState();
    return this.fold(files.slice(from, index), start);
  }

  /** The state after the first so many migrations of a folder. */
  private checkpoint(key: string): DbState {
    const newline = key.lastIndexOf('\n');
    const folder = key.slice(0, newline);
    const count = Number(key.slice(newline + 1));
    const from = count - STRIDE;
    const start = from > 0 ? this.checkpoints(`${folder}\n${from}`) : emptyDbState();
    return this.fold(this.files(folder).slice(from, count), start);
  }

  private fold(files: readonly FileId[], start: DbState): DbState {
    return foldMigrations(
      files.flatMap((file) => this.sources.sql(file) ?? []),
      start,
    );
  }
}
