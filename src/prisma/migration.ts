/** Judges one migration: what it destroys in a database that the earlier migrations have built. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlFacts, SqlName, SqlStatement } from '../facts/sqlModel.ts';
import { acknowledgement } from './acknowledgement.ts';
import { clauseOf, isOwn, plain, quoted, report, usesOf } from './assessment.ts';
import type { Assessment } from './assessment.ts';
import { assessAlter, assessEnumSwap } from './columnHazards.ts';
import { applyStatement, cascadesTo, copyDbState, referencesTo, tableKey } from './dbState.ts';
import type { DbState } from './dbState.ts';
import type { DbNames, Hazard } from './hazard.ts';
import { planOf } from './migrationPlan.ts';

export interface MigrationContext {
  /** What the migrations before this one have built. */
  before: DbState;
  /** What the database in production has: the migrations before the first one that is new. Without it `before`. */
  deployed?: DbState;
  names?: DbNames;
}

/**
 * The destructive steps of a migration, in order. Silent about tables, columns and types that the same migration made, about tables
 * rebuilt by copy and rename, about columns whose values were copied first, and about type changes that keep every value.
 * @param text the migration's text, for the places of acknowledgements
 */
export function assessMigration(facts: SqlFacts, context: MigrationContext, text: string): Hazard[] {
  const plan = planOf(facts, context.before);
  const state = copyDbState(context.before);
  const { before, names, deployed = before } = context;
  const assessment: Assessment = { plan, before, deployed, state, names, hazards: [], index: 0, facts, text };
  for (const [index, statement] of facts.statements.entries()) {
    assessment.index = index;
    assess(assessment, statement);
    applyStatement(state, statement);
  }
  for (const hazard of assessment.hazards) {
    const found = acknowledgement(facts, text, hazard);
    if (found) hazard.acknowledged = found;
  }
  return assessment.hazards;
}

function assess(at: Assessment, statement: SqlStatement): void {
  switch (statement.kind) {
    case 'drop':
      assessDrop(at, statement);
      break;
    case 'alter-table':
      for (const command of statement.commands) assessAlter(at, statement, command);
      break;
    case 'truncate':
      assessTruncate(at, statement);
      break;
    case 'delete':
      if ((statement.where === 'none' || statement.where === 'trivial') && !isOwn(at, statement.table))
        report(at, statement, {
          kind: 'delete-all',
          span: statement.clause,
          table: plain(statement.table),
          others: cascadesTo(at.state, statement.table),
          lost: `all rows of ${quoted(statement.table)}`,
        });
      break;
    case 'update':
      assessUpdate(at, statement);
      break;
    case 'create-enum':
      assessEnumSwap(at, statement);
      break;
    case 'do':
      assessBody(at, statement);
      break;
    default:
  }
}

/** What a procedural body does depends on its conditions, so everything in it is only possible. */
function assessBody(at: Assessment, block: Extract<SqlStatement, { kind: 'do' }>): void {
  const first = at.hazards.length;
  for (const inner of block.inner) assess(at, inner);
  for (const hazard of at.hazards.slice(first)) hazard.certainty = 'possible';
}

function assessDrop(at: Assessment, statement: Extract<SqlStatement, { kind: 'drop' }>): void {
  for (const name of statement.names) {
    const span = clauseOf(statement, statement.names, name);
    if (statement.object === 'table') assessDropTable(at, statement, name, span);
    else if (statement.object === 'schema') assessDropSchema(at, statement, name, span);
    else if (statement.object === 'type' || statement.object === 'domain')
      assessDropType(at, statement, name, span);
    else if (statement.object === 'database' || statement.object === 'owned')
      report(at, statement, {
        kind: statement.object === 'database' ? 'drop-database' : 'drop-schema',
        span,
        object: name.name,
        lost:
          statement.object === 'database'
            ? `the whole database \`${name.name}\``
            : `everything that \`${name.name}\` owns`,
      });
    else if (statement.object === 'extension' && statement.cascade)
      report(at, statement, {
        kind: 'drop-type',
        span,
        object: name.name,
        certainty: 'possible',
        lost: `every column of a type of the extension \`${name.name}\``,
      });
  }
}

function assessDropTable(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'drop' }>,
  name: SqlName,
  span: Span,
): void {
  const key = tableKey(name);
  if (isOwn(at, name)) return;
  const copy = at.plan.copies.get(key);
  const table = at.state.tables.get(key);
  if (copy) {
    // A rebuild keeps what it copies: columns that it leaves out are lost.
    const missing =
      copy.columns && table
        ? [...table.columns.keys()].filter((column) => !copy.columns?.includes(column))
        : [];
    if (missing.length > 0)
      report(at, statement, {
        kind: 'drop-column',
        span,
        table: plain(name),
        columns: missing,
        lost: `all values of ${missing.map((column) => `\`${column}\``).join(', ')} of ${quoted(name)}`,
      });
    return;
  }
  const renamed = at.plan.renamedTables.get(key);
  const known = table !== undefined || at.state.migrations === 0;
  report(at, statement, {
    kind: renamed ? 'rename-table' : 'drop-table',
    span,
    table: plain(name),
    columns: [...(table?.columns.keys() ?? [])],
    // A table that no migration made may not exist, and IF EXISTS says that its author reckons with that.
    certainty: known || !statement.ifExists ? 'certain' : 'possible',
    lost: `the table ${quoted(name)} and all its rows`,
    ...given({ to: renamed?.name, addedAt: renamed?.span }),
  });
}

function assessDropSchema(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'drop' }>,
  name: SqlName,
  span: Span,
): void {
  const inside = [...at.state.tables.values()].filter((table) => (table.schema ?? 'public') === name.name);
  // Without CASCADE only an empty schema can be dropped.
  if (!statement.cascade && inside.length === 0) return;
  report(at, statement, {
    kind: 'drop-schema',
    span,
    object: name.name,
    others: inside.map((table) => table.name),
    effect: statement.cascade ? 'lost' : 'rejected',
    lost: `every table of the schema \`${name.name}\``,
  });
}

function assessDropType(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'drop' }>,
  name: SqlName,
  span: Span,
): void {
  const uses = usesOf(at, name);
  const known = at.state.enums.has(tableKey(name)) || at.plan.createdTypes.has(tableKey(name));
  // Nothing uses it: nothing is lost. Without CASCADE a used type can't be dropped at all.
  if (uses.length === 0 && (known || !statement.cascade)) return;
  const columns = uses.map((use) => use.column.name);
  report(at, statement, {
    kind: 'drop-type',
    span,
    object: name.name,
    columns,
    others: [...new Set(uses.map((use) => use.table.name))],
    effect: statement.cascade ? 'lost' : 'rejected',
    certainty: uses.length > 0 ? 'certain' : 'possible',
    lost:
      uses.length > 0
        ? `every column of type \`${name.name}\`: ${uses.map((use) => `\`${use.table.name}.${use.column.name}\``).join(', ')}`
        : `every column of type \`${name.name}\``,
  });
}

function assessTruncate(at: Assessment, statement: Extract<SqlStatement, { kind: 'truncate' }>): void {
  for (const table of statement.tables) {
    if (isOwn(at, table)) continue;
    const others = statement.cascade ? referencesTo(at.state, table).map((entry) => entry.table) : [];
    report(at, statement, {
      kind: 'truncate',
      span: clauseOf(statement, statement.tables, table),
      table: plain(table),
      others,
      lost: `all rows of ${quoted(table)}`,
    });
  }
}

function assessUpdate(at: Assessment, statement: Extract<SqlStatement, { kind: 'update' }>): void {
  if (statement.where === 'some' || isOwn(at, statement.table)) return;
  const sql = at.text.slice(statement.span.start, statement.span.end);
  // `WHERE c IS NOT NULL` spares no value of `c`; for another column it is a condition.
  const spares = (column: string): boolean =>
    statement.where === 'not-null' &&
    !new RegExp(`"?\\b${column}"?\\s+IS\\s+NOT\\s+NULL\\s*$`, 'i').test(sql);
  const key = tableKey(statement.table);
  const overwritten = statement.sets.filter(
    (set) =>
      !set.keeps &&
      !spares(set.column) &&
      !set.reads.includes(set.column) &&
      !at.plan.addedColumns.has(`${key}.${set.column}`),
  );
  if (overwritten.length === 0) return;
  const columns = overwritten.map((set) => set.column);
  report(at, statement, {
    kind: 'update-all',
    span: statement.clause,
    table: plain(statement.table),
    columns,
    lost: `the present values of ${columns.map((column) => `\`${column}\``).join(', ')} in every row of ${quoted(statement.table)}`,
  });
}
