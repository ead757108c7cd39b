/** Judges one migration: what it destroys in a database that the earlier migrations have built. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlAlterCommand, SqlFacts, SqlName, SqlStatement } from '../facts/sqlModel.ts';
import { acknowledgement } from './acknowledgement.ts';
import { enumBehindText, isConverted, readerOf } from './copies.ts';
import { applyStatement, cascadesTo, columnsOfType, copyDbState, referencesTo, tableKey } from './dbState.ts';
import type { DbState } from './dbState.ts';
import type { DbNames, Hazard } from './hazard.ts';
import { planOf } from './migrationPlan.ts';
import type { Plan } from './migrationPlan.ts';
import { showType, typeChange } from './typeChange.ts';

export interface MigrationContext {
  /** What the migrations before this one have built. */
  before: DbState;
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
  const { before, names } = context;
  const assessment: Assessment = { plan, before, state, names, hazards: [], index: 0, facts, text };
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

interface Assessment {
  plan: Plan;
  /** The database before this migration. */
  before: DbState;
  /** The database right before the statement at hand. */
  state: DbState;
  names: DbNames | undefined;
  hazards: Hazard[];
  index: number;
  facts: SqlFacts;
  text: string;
}

type Found = Pick<Hazard, 'kind' | 'span' | 'lost'> & Partial<Hazard>;

function report(at: Assessment, statement: SqlStatement, found: Found): void {
  const { table, columns = [] } = found;
  const model = table && at.names?.model(table.name, table.schema);
  const readBy = readerOf(at, found);
  at.hazards.push({
    statement: statement.span,
    index: at.index,
    columns,
    fields: model === undefined ? [] : columns.flatMap((column) => at.names?.field(model, column) ?? []),
    values: [],
    others: [],
    effect: 'lost',
    certainty: 'certain',
    ...given({ model, readBy }),
    ...found,
    ...(readBy ? { certainty: 'possible' } : {}),
  });
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
      if (
        (statement.where === 'none' || statement.where === 'trivial') &&
        !statement.using &&
        !isOwn(at, statement.table)
      )
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

/** Made by this migration, or temporary: nothing of value is in it. */
function isOwn(at: Assessment, table: SqlName): boolean {
  return at.plan.created.has(tableKey(table));
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
  const uses = columnsOfType(at.state, name);
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
  if (
    (statement.where !== 'none' && statement.where !== 'trivial') ||
    statement.from ||
    isOwn(at, statement.table)
  )
    return;
  const key = tableKey(statement.table);
  const overwritten = statement.sets.filter(
    (set) =>
      !set.keeps && !set.reads.includes(set.column) && !at.plan.addedColumns.has(`${key}.${set.column}`),
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

function assessAlter(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: SqlAlterCommand,
): void {
  if (command.command !== 'drop-column' && command.command !== 'alter-type') return;
  const { table } = statement;
  const key = tableKey(table);
  if (isOwn(at, table) || at.plan.addedColumns.has(`${key}.${command.column}`)) {
    // Dropping a column that this migration added loses nothing, unless it stands for an older one of the same name.
    if (!(command.command === 'drop-column' && at.plan.recreated.has(`${key}.${command.column}`))) return;
    if (isOwn(at, table)) return;
  }
  const before = at.state.tables.get(key)?.columns.get(command.column);
  const common = { span: command.span, table: plain(table), columns: [command.column] };
  const values = `values of the column \`${command.column}\` of ${quoted(table)}`;
  if (command.command === 'drop-column') {
    // `IF EXISTS` of a column that an earlier statement or migration has dropped.
    if (command.ifExists && !before && at.state.tables.has(key)) return;
    if (at.plan.copiedColumns.has(`${key}.${command.column}`)) return;
    const recreated = at.plan.recreated.get(`${key}.${command.column}`);
    const renamed = recreated ? undefined : at.plan.renamedColumns.get(`${key}.${command.column}`);
    report(at, statement, {
      ...common,
      kind: recreated ? 'recreate-column' : renamed ? 'rename-column' : 'drop-column',
      lost: `all ${values}`,
      ...given({
        from: before && showType(before.type),
        to: recreated ? showType(recreated.column.type) : renamed?.column.name,
        addedAt: (recreated ?? renamed)?.span,
      }),
    });
    return;
  }
  const to = showType(command.to);
  if (!before) {
    // The old type is unknown: only a type that can't hold everything is worth a word.
    if (
      command.using ||
      /^(TEXT|CITEXT|JSONB?|".*")/.test(to) ||
      (to === 'VARCHAR' && command.to.args.length === 0)
    )
      return;
    report(at, statement, {
      ...common,
      kind: 'narrow-type',
      to,
      certainty: 'possible',
      effect: 'changed',
      lost: `${values} that don't fit \`${to}\``,
    });
    return;
  }
  const held = enumBehindText(at, key, before) ?? before.type;
  const from = showType(held);
  const fromValues = (held === before.type ? at.state : at.before).enums.get(tableKey(held));
  const toValues = at.state.enums.get(tableKey(command.to));
  if (fromValues && toValues && (from !== to || held !== before.type)) {
    // The swap to a type that takes over the old one's name is reported where that type is created.
    const swapped = [...at.plan.enumSwaps].flatMap(([fresh, old]) => [fresh, tableKey(old)]);
    if (swapped.includes(tableKey(command.to))) return;
    const removed = fromValues.filter((value) => !toValues.includes(value));
    if (removed.length > 0 && !isConverted(at, removed))
      report(at, statement, {
        ...common,
        kind: 'enum-value-removed',
        object: held.name,
        values: removed,
        from,
        to,
        effect: 'rejected',
        lost: `the enum values ${removed.map((value) => `\`${value}\``).join(', ')} in ${quoted(table)}.\`${command.column}\``,
      });
    return;
  }
  const change = typeChange(before.type, command.to, command.using, command.usingCast);
  if (change !== 'changes' && change !== 'rejects') return;
  report(at, statement, {
    ...common,
    kind: 'narrow-type',
    from,
    to,
    effect: change === 'changes' ? 'changed' : 'rejected',
    lost:
      change === 'changes'
        ? `what \`${to}\` can't hold of the ${values}`
        : `${values} that don't fit \`${to}\``,
  });
}

function assessEnumSwap(at: Assessment, statement: Extract<SqlStatement, { kind: 'create-enum' }>): void {
  const old = at.plan.enumSwaps.get(tableKey(statement.type));
  const values = old && at.state.enums.get(tableKey(old));
  if (!old || !values) return;
  const removed = values.filter((value) => !statement.values.includes(value));
  const added = statement.values.filter((value) => !values.includes(value));
  // One value gone and one new: most likely a rename, which `ALTER TYPE … RENAME VALUE` does without a loss.
  const isRename = removed.length === 1 && added.length === 1;
  const uses = columnsOfType(at.state, old);
  if (removed.length === 0 || uses.length === 0 || isConverted(at, removed)) return;
  const only = uses.length === 1 ? uses[0] : undefined;
  report(at, statement, {
    kind: 'enum-value-removed',
    span: { start: statement.span.start, end: statement.type.span.end },
    object: old.name,
    values: removed,
    columns: uses.map((use) => use.column.name),
    others: uses.map((use) => use.table.name),
    effect: 'rejected',
    lost: `the value${removed.length > 1 ? 's' : ''} ${removed.map((value) => `\`${value}\``).join(', ')} of the enum \`${old.name}\``,
    ...given({
      table: only && { name: only.table.name, ...given({ schema: only.table.schema }) },
      from: isRename ? removed[0] : undefined,
      to: isRename ? added[0] : undefined,
    }),
  });
}

/** The statement up to its object (`DROP TABLE "Order"`); of several objects each is its own clause. */
function clauseOf(statement: SqlStatement, names: readonly SqlName[], name: SqlName): Span {
  return names.length === 1 ? { start: statement.span.start, end: name.span.end } : name.span;
}

function plain(name: SqlName): { name: string; schema?: string } {
  return { name: name.name, ...given({ schema: name.schema }) };
}

function quoted(name: SqlName): string {
  return `\`${name.name}\``;
}
