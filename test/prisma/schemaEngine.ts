/** Prisma's own schema engine (WebAssembly) over embedded PostgreSQL: what `prisma migrate dev --create-only` would write and warn of. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
} from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter, SqlQuery, SqlResultSet, Transaction } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';

/** By PostgreSQL's type oid; everything else is text. */
const columnTypes: Readonly<Record<number, number>> = {
  16: ColumnTypeEnum.Boolean,
  18: ColumnTypeEnum.Character,
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  26: ColumnTypeEnum.Int64,
  700: ColumnTypeEnum.Float,
  701: ColumnTypeEnum.Double,
  1114: ColumnTypeEnum.DateTime,
  1184: ColumnTypeEnum.DateTime,
  1700: ColumnTypeEnum.Numeric,
  1000: ColumnTypeEnum.BooleanArray,
  1002: ColumnTypeEnum.CharacterArray,
  1003: ColumnTypeEnum.TextArray,
  1005: ColumnTypeEnum.Int32Array,
  1007: ColumnTypeEnum.Int32Array,
  1009: ColumnTypeEnum.TextArray,
  1015: ColumnTypeEnum.TextArray,
  1016: ColumnTypeEnum.Int64Array,
  1028: ColumnTypeEnum.Int64Array,
};

const asIs = (value: string): string => value;
/** The engine wants large numbers as text and times in ISO 8601. */
const parsers = {
  20: asIs,
  26: asIs,
  1700: asIs,
  1114: (value: string) => `${value.replace(' ', 'T')}+00:00`,
  1184: (value: string) => value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
};

class Adapter implements SqlDriverAdapter {
  readonly provider = 'postgres' as const;
  readonly adapterName = 'pglite';
  protected readonly db: PGlite;

  constructor(db: PGlite) {
    this.db = db;
  }

  async queryRaw({ sql, args }: SqlQuery): Promise<SqlResultSet> {
    const result = await this.safely(() =>
      this.db.query<unknown[]>(sql, args, { rowMode: 'array', parsers }),
    );
    return {
      columnNames: result.fields.map(({ name }) => name),
      columnTypes: result.fields.map(
        ({ dataTypeID }) => (columnTypes[dataTypeID] ?? ColumnTypeEnum.Text) as typeof ColumnTypeEnum.Text,
      ),
      rows: result.rows,
    };
  }

  async executeRaw({ sql, args }: SqlQuery): Promise<number> {
    return (await this.safely(() => this.db.query(sql, args))).affectedRows ?? 0;
  }

  async executeScript(script: string): Promise<void> {
    await this.safely(() => this.db.exec(script));
  }

  async startTransaction(): Promise<Transaction> {
    await this.db.exec('BEGIN');
    return Object.assign(new Adapter(this.db), {
      options: { usePhantomQuery: false },
      commit: async () => void (await this.db.exec('COMMIT')),
      rollback: async () => void (await this.db.exec('ROLLBACK')),
    }) as unknown as Transaction;
  }

  getConnectionInfo(): { schemaName: string; supportsRelationJoins: boolean } {
    return { schemaName: 'public', supportsRelationJoins: true };
  }

  async dispose(): Promise<void> {}

  private async safely<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const { code = 'XX000', message = String(error) } = error as { code?: string; message?: string };
      throw new DriverAdapterError({
        kind: 'postgres',
        code,
        severity: 'ERROR',
        message,
        detail: undefined,
        column: undefined,
        hint: undefined,
      });
    }
  }
}

/** An empty database again. */
export async function empty(db: PGlite): Promise<void> {
  await db.exec('ROLLBACK; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;');
}

export interface Migration {
  /** Without the comment of warnings at its head; `''` when nothing is to be done. */
  sql: string;
  /** The comment at its head: what may happen to rows, whatever is in the tables. */
  header: string;
  /** What it says of the rows that are there. */
  warnings: string[];
  /** Steps that those rows make impossible. */
  impossible: string[];
}

let isLoaded = false;

/** The part of WebAssembly that is needed; the project's own types know none. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, () => void> };
}

function load(): void {
  if (isLoaded) return;
  const glue = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(fileURLToPath(glue.replace(/\.js$/, '.wasm')));
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
  const { exports } = new Instance(new Module(bytes), { './schema_engine_bg.js': engineModule });
  (engineModule as unknown as Record<string, (wasm: object) => void>)['__wbg_set_wasm']?.(exports);
  exports['__wbindgen_start']?.();
  isLoaded = true;
}

/** A database that its migrations have built, asked by Prisma's engine what a schema still needs. */
export class MigrateDev {
  private readonly migration: string;
  private readonly schema: string;
  readonly db: PGlite;
  private readonly shadow: PGlite;

  private constructor(db: PGlite, shadow: PGlite, schema: string, migration: string) {
    this.db = db;
    this.shadow = shadow;
    this.schema = schema;
    this.migration = migration;
  }

  /** @param rows SQL that fills the tables */
  static async create(schema: string, migration: string, rows: string): Promise<MigrateDev> {
    load();
    const [db, shadow] = [await PGlite.create(), await PGlite.create()];
    const own = new MigrateDev(db, shadow, schema, migration);
    await own.restore(rows);
    return own;
  }

  /** The database as its migrations build it, with these rows. */
  async restore(rows: string): Promise<void> {
    await empty(this.db);
    const engine = await this.engine(this.schema);
    await engine.applyMigrations({ migrationsList: this.migrations(), filters: this.filters });
    engine.free();
    await this.db.exec(rows);
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.shadow.close();
  }

  private readonly filters = { externalTables: [], externalEnums: [] };

  private migrations() {
    return {
      baseDir: '/prisma/migrations',
      lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
      shadowDbInitScript: '',
      migrationDirectories: [
        {
          path: '20260101000000_init',
          migrationFile: {
            path: 'migration.sql',
            content: { tag: 'ok' as const, value: this.migration },
          },
        },
      ],
    };
  }

  private engine(schema: string): Promise<SchemaEngine> {
    const factory = bindMigrationAwareSqlAdapterFactory({
      provider: 'postgres',
      adapterName: 'pglite',
      connect: async () => new Adapter(this.db),
      connectToShadowDb: async () => {
        await empty(this.shadow);
        return new Adapter(this.shadow);
      },
    });
    const { SchemaEngine: Engine } = engineModule as unknown as { SchemaEngine: typeof SchemaEngine };
    return Engine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, factory as never);
  }

  /** The SQL that leads from one schema to another; no database is looked at. */
  async diff(from: string, to: string): Promise<string> {
    this.differ ??= await this.engine(from);
    const files = (content: string) => [{ path: 'schema.prisma', content }];
    const { stdout } = await this.differ.diff({
      from: { tag: 'schemaDatamodel', files: files(from) },
      to: { tag: 'schemaDatamodel', files: files(to) },
      script: true,
      exitCode: null,
      filters: this.filters,
    });
    return (stdout ?? '').replace('-- This is an empty migration.', '').trim();
  }

  private differ: SchemaEngine | undefined;

  /** Nothing is applied. */
  async createOnly(schema: string): Promise<Migration> {
    const engine = await this.engine(schema);
    const migrationsList = this.migrations();
    const common = {
      migrationsList,
      filters: this.filters,
      schema: { files: [{ path: 'schema.prisma', content: schema }] },
    };
    // The engine knows its shadow database only after this.
    await engine.devDiagnostic({ migrationsList, filters: this.filters });
    const loss = await engine.evaluateDataLoss(common);
    const { migrationScript } = await engine.createMigration({
      ...common,
      draft: true,
      migrationName: 'next',
    });
    engine.free();
    const [, header = '', sql = ''] = /^(\/\*\n[\s\S]*?\*\/\n)?([\s\S]*)$/.exec(migrationScript ?? '') ?? [];
    return {
      sql: sql === '-- This is an empty migration.' ? '' : sql,
      header,
      warnings: loss.warnings.map(({ message }) => message),
      impossible: loss.unexecutableSteps.map(({ message }) => message),
    };
  }
}
