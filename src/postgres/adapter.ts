/** The embedded PostgreSQL as Prisma's schema engine wants a database: the only place that knows its driver adapters. */
import type { PGlite } from '@electric-sql/pglite';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type ColumnType,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';

/** Types of columns by PostgreSQL's object ids (`pg_type.oid`); whatever isn't here is text. */
const columnTypes: { readonly [oid: number]: ColumnType } = {
  16: ColumnTypeEnum.Boolean,
  17: ColumnTypeEnum.Bytes,
  18: ColumnTypeEnum.Character,
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  26: ColumnTypeEnum.Int64,
  114: ColumnTypeEnum.Json,
  700: ColumnTypeEnum.Float,
  701: ColumnTypeEnum.Double,
  1000: ColumnTypeEnum.BooleanArray,
  1002: ColumnTypeEnum.CharacterArray,
  1003: ColumnTypeEnum.TextArray,
  1005: ColumnTypeEnum.Int32Array,
  1007: ColumnTypeEnum.Int32Array,
  1009: ColumnTypeEnum.TextArray,
  1015: ColumnTypeEnum.TextArray,
  1016: ColumnTypeEnum.Int64Array,
  1028: ColumnTypeEnum.Int64Array,
  1082: ColumnTypeEnum.Date,
  1083: ColumnTypeEnum.Time,
  1114: ColumnTypeEnum.DateTime,
  1184: ColumnTypeEnum.DateTime,
  1700: ColumnTypeEnum.Numeric,
  2950: ColumnTypeEnum.Uuid,
  3802: ColumnTypeEnum.Json,
};

const asText = (value: string) => value;

/** The engine wants whole numbers, JSON and dates as PostgreSQL writes them, and times in the form of ISO 8601. */
const parsers: { readonly [oid: number]: (value: string) => string } = {
  20: asText,
  26: asText,
  114: asText,
  1082: asText,
  1083: asText,
  1114: (value) => `${value.replace(' ', 'T')}+00:00`,
  1184: (value) => value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
  1700: asText,
  3802: asText,
};

function toDriverError(error: unknown): DriverAdapterError {
  const { code, message, detail, hint, column } = error as {
    [name in 'code' | 'message' | 'detail' | 'hint' | 'column']?: unknown;
  };
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return new DriverAdapterError({
    kind: 'postgres',
    code: text(code) ?? 'XX000',
    severity: 'ERROR',
    message: text(message) ?? String(error),
    detail: text(detail),
    hint: text(hint),
    column: text(column),
  });
}

const info = { provider: 'postgres', adapterName: 'embedded-postgres' } as const;

function createAdapter(db: PGlite): SqlDriverAdapter {
  const query = async ({ sql, args }: SqlQuery) => {
    try {
      return await db.query<unknown[]>(sql, args, { rowMode: 'array', parsers });
    } catch (error) {
      throw toDriverError(error);
    }
  };
  return {
    ...info,
    async queryRaw(asked) {
      const { fields, rows } = await query(asked);
      return {
        columnNames: fields.map(({ name }) => name),
        columnTypes: fields.map(({ dataTypeID }) => columnTypes[dataTypeID] ?? ColumnTypeEnum.Text),
        rows,
      };
    },
    executeRaw: async (asked) => (await query(asked)).affectedRows ?? 0,
    async executeScript(script) {
      try {
        await db.exec(script);
      } catch (error) {
        throw toDriverError(error);
      }
    },
    // What is asked here reads the catalogue, once and alone.
    startTransaction: () => Promise.reject(new Error('The embedded PostgreSQL has no transactions.')),
    getConnectionInfo: () => ({ supportsRelationJoins: true }),
    dispose: () => Promise.resolve(),
  };
}

/**
 * A factory of adapters for the engine. The shadow database is the database itself, with the migrations in it: asked for the next
 * migration after none at all, the engine finds there what they have built.
 */
export function createAdapterFactory(db: PGlite): ReturnType<typeof bindMigrationAwareSqlAdapterFactory> {
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    ...info,
    connect: async () => createAdapter(db),
    connectToShadowDb: async () => createAdapter(db),
  };
  return bindMigrationAwareSqlAdapterFactory(factory);
}
