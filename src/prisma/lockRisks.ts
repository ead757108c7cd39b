/** Judges one migration: which statements lock tables that are in use, and which fail when they meet rows. */
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type {
  SqlAlterCommand,
  SqlConstraint,
  SqlFacts,
  SqlName,
  SqlStatement,
  SqlType,
} from '../facts/sqlModel.ts';
import { acknowledgement } from './acknowledgement.ts';
import { applyStatement, copyDbState, tableKey } from './dbState.ts';
import type { LockRisk } from './lockRisk.ts';
import { isDropped, isFree, isNew, mayRepeat, opening, plain, remember, report } from './lockState.ts';
import type { Assessment, LockContext } from './lockState.ts';
import { planOf } from './migrationPlan.ts';
import { assessAttached, assessDefaultPartition, assessDomain, provesValue } from './rowChecks.ts';
import { rewrites } from './rewrite.ts';
import { lacksCast, showType } from './typeChange.ts';

/**
 * The steps of a migration that lock or fail on rows that exist, in order. Silent about tables that this migration or another new
 * one makes or empties, and about what a marker takes responsibility for.
 * @param text the migration's text
 */
export function assessLocks(facts: SqlFacts, context: LockContext, text: string): LockRisk[] {
  const at: Assessment = {
    ...context,
    facts,
    text,
    plan: planOf(facts, context.before),
    state: copyDbState(context.before),
    emptied: new Set(),
    filled: new Set(),
    cleaned: new Set(),
    dropped: new Set(),
    formerKeys: [],
    newValues: new Map(),
    inTransaction: false,
    index: 0,
    inBlock: false,
    risks: [],
  };
  for (const [index, statement] of facts.statements.entries()) {
    at.index = index;
    assess(at, statement);
    assessNewValues(at, statement);
    remember(at, statement);
    applyStatement(at.state, statement);
  }
  return at.risks.filter((risk) => acknowledgement(facts, text, risk) === undefined);
}

function assess(at: Assessment, statement: SqlStatement): void {
  switch (statement.kind) {
    case 'alter-table':
      if (!isFree(at, statement.table))
        for (const command of statement.commands) assessAlter(at, statement, command);
      break;
    case 'create-index':
      assessIndex(at, statement);
      break;
    case 'create-table':
      if (statement.partitionOf)
        assessDefaultPartition(at, statement, statement.span, statement.partitionOf.parent);
      break;
    case 'alter-domain':
      assessDomain(at, statement);
      break;
    case 'drop':
      if (statement.object === 'index' && statement.concurrently && statement.names[0])
        assessCompany(at, statement, statement.names[0]);
      break;
    case 'do':
      at.inBlock = true;
      for (const inner of statement.inner) assess(at, inner);
      at.inBlock = false;
      break;
    case 'other':
      assessMaintenance(at, statement);
      break;
    default:
  }
}

function assessIndex(at: Assessment, statement: Extract<SqlStatement, { kind: 'create-index' }>): void {
  const { table, columns, unique } = statement;
  if (statement.concurrently) return assessCompany(at, statement, table);
  if (isFree(at, table) || isMaterializedHere(at, table)) return;
  if (statement.ifNotExists && statement.name !== undefined && at.state.indexes.has(statement.name)) return;
  report(at, statement, table, statement.span, {
    kind: 'index',
    span: opening(at, statement.span, /^CREATE\s+(UNIQUE\s+)?INDEX/i),
    columns: columns.filter((column) => column !== ''),
    unique,
    fails: unique && mayRepeat(at, table, columns),
    ...given({ name: statement.name }),
  });
}

/** `CONCURRENTLY` waits for other transactions, so it can't run inside one; a file of several statements may be one. */
function assessCompany(at: Assessment, statement: SqlStatement, table: SqlName): void {
  if (at.facts.statements.length < 2) return;
  const word = /\bCONCURRENTLY\b/i.exec(at.text.slice(statement.span.start, statement.span.end));
  const start = statement.span.start + (word?.index ?? 0);
  report(at, statement, table, statement.span, {
    kind: 'concurrently',
    span: { start, end: start + (word?.[0].length ?? 0) },
    fails: true,
    ...(statement.kind === 'create-index'
      ? { unique: statement.unique, columns: statement.columns, ...given({ name: statement.name }) }
      : {}),
  });
}

/**
 * A value that an enum has got in the same transaction can't be used in it, not even as a default. Prisma since 7.4 runs each statement on
 * its own, where the migration has no transaction of its own.
 */
function assessNewValues(at: Assessment, statement: SqlStatement): void {
  if (at.newValues.size === 0 || !('table' in statement)) return;
  const { table } = statement;
  const sql = at.text.slice(statement.span.start, statement.span.end);
  const added = statement.kind === 'alter-table' ? statement.commands : [];
  const types = [
    ...[...(at.state.tables.get(tableKey(table))?.columns.values() ?? [])].map(({ type }) => type),
    ...added.flatMap((command) => (command.command === 'add-column' ? [command.column.type] : [])),
  ].map(tableKey);
  for (const [type, values] of at.newValues) {
    const literal = (item: string): string => `'${item.replaceAll("'", "''")}'`;
    const value = values.find((item) => sql.includes(literal(item)));
    if (value === undefined || !types.includes(type)) continue;
    const start = statement.span.start + sql.indexOf(literal(value));
    report(at, statement, table, statement.span, {
      kind: 'new-value',
      span: { start, end: start + literal(value).length },
      to: value,
      fails: true,
      weight: at.inTransaction ? 'full' : 'possible',
    });
  }
}

/** A materialized view that this migration makes. */
function isMaterializedHere(at: Assessment, table: SqlName): boolean {
  return at.facts.statements.some(
    (statement) =>
      statement.kind === 'other' &&
      statement.node === 'CreateTableAsStmt' &&
      at.text.slice(statement.span.start, statement.span.start + 200).includes(table.name),
  );
}

function assessAlter(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: SqlAlterCommand,
): void {
  const { table } = statement;
  const key = tableKey(table);
  if (command.command === 'set-not-null') assessRequire(at, statement, command);
  else if (command.command === 'add-column') assessColumn(at, statement, command);
  else if (command.command === 'alter-type') {
    if (isTold(at, command.span) || at.plan.addedColumns.has(`${key}.${command.column}`)) return;
    const column = at.state.tables.get(key)?.columns.get(command.column);
    const swapped = at.plan.enumSwaps.get(tableKey(command.to));
    const isRemoval = at.hazards.some(
      (hazard) => hazard.kind === 'enum-value-removed' && hazard.object === swapped?.name && swapped,
    );
    if (!column || isRemoval) return;
    const isEnum = (type: SqlType): boolean => at.state.enums.has(tableKey(type));
    const verdict = rewrites(column.type, command.to, isEnum);
    if (verdict === 'no' || verdict === 'unknown') return;
    const isRefused = !command.using && lacksCast(column.type, command.to, isEnum);
    report(at, statement, table, command.span, {
      kind: isRefused ? 'no-cast' : 'rewrite-type',
      span: opening(at, command.span, /^[^]*?(?=\s+USING\b)/i),
      columns: [command.column],
      from: showType(column.type),
      to: swapped ? showType({ ...command.to, name: swapped.name }) : showType(command.to),
      fails: isRefused,
      weight: verdict === 'depends' ? 'possible' : 'full',
    });
  } else if (command.command === 'add-constraint')
    assessConstraint(at, statement, command.span, command.constraint);
  else if (command.command === 'attach-partition') assessAttached(at, statement, command);
  else if (command.command === 'other' && /SetTableSpace|SetLogged|SetUnLogged/.test(command.node))
    report(at, statement, table, command.span, { kind: 'maintenance' });
}

/** Part of a destructive step that nobody has taken responsibility for: its finding speaks of it. */
function isTold(at: Assessment, span: Span): boolean {
  return at.hazards.some(
    (hazard) =>
      hazard.span.start === span.start || (hazard.addedAt?.start === span.start && !hazard.acknowledged),
  );
}

function assessRequire(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: { span: Span; column: string },
): void {
  const key = tableKey(statement.table);
  const table = at.state.tables.get(key);
  if (table && provesValue(table, command.column)) return;
  const name = `${key}.${command.column}`;
  const added = at.plan.addedColumns.has(name) ? table?.columns.get(command.column) : undefined;
  const isFilled = at.filled.has(name) || at.cleaned.has(key) || added?.hasDefault === true;
  report(at, statement, statement.table, command.span, {
    kind: 'set-not-null',
    columns: [command.column],
    fails: !isFilled,
    weight: isFilled ? 'brief' : 'full',
  });
}

function assessColumn(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: Extract<SqlAlterCommand, { command: 'add-column' }>,
): void {
  const { table } = statement;
  const { column } = command;
  const exists = at.state.tables.get(tableKey(table))?.columns.has(column.name) === true;
  if (isTold(at, command.span) || (exists && command.ifNotExists)) return;
  const place = { columns: [column.name], span: { start: command.span.start, end: column.span.end } };
  const isComputed = column.identity || column.generated;
  const isEmpty = column.default === 'none' || column.default === 'null';
  if (column.notNull && isEmpty && !isComputed)
    return report(at, statement, table, command.span, { ...place, kind: 'add-required', fails: true });
  if (isComputed || column.default === 'volatile')
    report(at, statement, table, command.span, { ...place, kind: 'rewrite-column' });
  else if (column.default === 'unknown')
    report(at, statement, table, command.span, { ...place, kind: 'rewrite-column', weight: 'possible' });
  else if (at.state.domains.get(tableKey(column.type))?.constrained)
    report(at, statement, table, command.span, {
      ...place,
      kind: 'rewrite-column',
      to: showType(column.type),
    });
  if (column.unique || column.primaryKey)
    report(at, statement, table, command.span, {
      ...place,
      kind: column.primaryKey ? 'primary-key' : 'unique',
      unique: true,
      fails: !isEmpty && column.default !== 'volatile',
    });
  // All rows are read, though each has the same value.
  if (column.checked) report(at, statement, table, command.span, { ...place, kind: 'check' });
  // PostgreSQL itself skips the look at a new column that is NULL in every row.
  if (column.references && !isEmpty)
    report(at, statement, table, command.span, {
      ...place,
      kind: 'foreign-key',
      fails: true,
      other: plain(column.references.table),
    });
}

function assessConstraint(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  clause: Span,
  constraint: SqlConstraint,
): void {
  if (constraint.notValid || constraint.usingIndex) return;
  const { table } = statement;
  const key = tableKey(table);
  const { columns, references } = constraint;
  if (constraint.type === 'not-null') {
    for (const column of columns) assessRequire(at, statement, { span: clause, column });
    return;
  }
  const isAgain = constraint.name !== undefined && isDropped(at, statement, constraint.name);
  const isEmpty = columns.some((column) => isNew(at, key, column));
  const isCared = at.cleaned.has(key) || columns.some((column) => at.filled.has(`${key}.${column}`));
  const common = {
    span: opening(at, clause, /^ADD\s+CONSTRAINT\s+("(?:[^"]|"")*"|[\w$]+)/i),
    columns,
    ...given({ name: constraint.name }),
  };
  if (constraint.type === 'foreign-key') {
    if (at.emptied.has(key)) return;
    report(at, statement, table, clause, {
      ...common,
      kind: 'foreign-key',
      fails: !isAgain && !isEmpty && !isCared,
      weight: isEmpty ? 'brief' : 'full',
      ...given({ other: references && plain(references.table) }),
    });
  } else if (constraint.type === 'exclude')
    report(at, statement, table, clause, { ...common, kind: 'exclude', fails: true });
  else if (constraint.type === 'check')
    report(at, statement, table, clause, { ...common, kind: 'check', fails: true });
  else if (constraint.type === 'unique' || constraint.type === 'primary-key')
    report(at, statement, table, clause, {
      ...common,
      kind: constraint.type,
      unique: true,
      fails: mayRepeat(at, table, columns),
    });
}

function assessMaintenance(at: Assessment, statement: Extract<SqlStatement, { kind: 'other' }>): void {
  const text = at.text.slice(statement.span.start, statement.span.end);
  const pattern =
    statement.node === 'ReindexStmt'
      ? /^REINDEX(?!.*\bCONCURRENTLY\b)/is
      : statement.node === 'ClusterStmt'
        ? /^CLUSTER/i
        : statement.node === 'VacuumStmt'
          ? /^VACUUM\s*\(?\s*FULL/i
          : undefined;
  const word = pattern?.exec(text);
  if (!word) return;
  const span = { start: statement.span.start, end: statement.span.start + word[0].length };
  report(at, statement, { name: '', span: statement.span }, statement.span, { kind: 'maintenance', span });
}
