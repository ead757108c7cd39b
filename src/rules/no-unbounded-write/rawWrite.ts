/** Statements of a raw query that empty, overwrite or drop a whole table. */
import type { SqlStatement } from '../../facts/sqlModel.ts';
import type { SchemaModel } from '../../prisma/schema.ts';

export interface RawHazard {
  kind: 'delete' | 'update' | 'truncate' | 'drop';
  /** The words that do it: `DELETE FROM "Post"`, `DROP TABLE`. */
  what: string;
  /** The model behind the table where the schema has it, else the table. */
  table: string;
  /** A table for intermediate results, by its name. */
  temporary: boolean;
}

const LOSING = new Set(['table', 'schema', 'database', 'owned']);

/** The first such statement. */
export function rawHazard(
  statements: readonly SqlStatement[],
  schema: SchemaModel | undefined,
): RawHazard | undefined {
  for (const statement of statements) {
    const found = hazardOf(statement, schema);
    if (found) return found;
  }
  return undefined;
}

function hazardOf(statement: SqlStatement, schema: SchemaModel | undefined): RawHazard | undefined {
  const of = (kind: RawHazard['kind'], what: string, table: string): RawHazard => ({
    kind,
    what,
    table: /^gap_\d+$/.test(table) ? 'the table' : (schema?.modelOfTable(table)?.name ?? table),
    temporary: /^(tmp|temp|staging)_|_(tmp|temp|staging)$|^pg_temp/i.test(table),
  });
  switch (statement.kind) {
    case 'delete':
    case 'update': {
      const { where, table } = statement;
      if (where !== 'none' && where !== 'trivial') return undefined;
      return of(statement.kind, statement.kind.toUpperCase(), table.name);
    }
    case 'truncate': {
      const [first] = statement.tables;
      return of('truncate', 'TRUNCATE', first?.name ?? 'the table');
    }
    case 'drop': {
      const [first] = statement.names;
      return LOSING.has(statement.object)
        ? of('drop', `DROP ${statement.object.toUpperCase()}`, first?.name ?? 'the database')
        : undefined;
    }
    case 'alter-table': {
      const dropped = statement.commands.find((command) => command.command === 'drop-column');
      return dropped ? of('drop', 'DROP COLUMN', statement.table.name) : undefined;
    }
    case 'do':
      return rawHazard(statement.inner, schema);
    default:
      return undefined;
  }
}
