/** What changes of columns and of their types destroy. */
import { given } from '../base/given.ts';
import type { SqlAlterCommand, SqlStatement } from '../facts/sqlModel.ts';
import { isEmpty, isOwn, plain, quoted, report, usesOf } from './assessment.ts';
import type { Assessment } from './assessment.ts';
import { enumBehindText, isConverted } from './copies.ts';
import { tableKey } from './dbState.ts';
import { spreadBy } from './spread.ts';
import { showType, typeChange } from './typeChange.ts';

export function assessAlter(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  command: SqlAlterCommand,
): void {
  if (command.command === 'add-constraint') assessKey(at, statement, command);
  if (command.command !== 'drop-column' && command.command !== 'alter-type') return;
  const { table } = statement;
  const key = tableKey(table);
  if (isEmpty(at, key, command.column)) return;
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

function assessKey(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'alter-table' }>,
  { span, constraint }: Extract<SqlAlterCommand, { command: 'add-constraint' }>,
): void {
  const { table } = statement;
  const { references, columns, name } = constraint;
  if (!references || isOwn(at, table)) return;
  const by = spreadBy(at.before.tables.get(tableKey(table)), { columns, to: references });
  if (by === undefined) return;
  const parent = quoted(references.table);
  report(at, statement, {
    kind: 'spread-deletes',
    span,
    table: plain(table),
    columns,
    certainty: 'possible',
    effect: by === 'cascade' ? 'lost' : 'changed',
    lost:
      by === 'cascade'
        ? `the rows of ${quoted(table)} that point at it`
        : `the values of ${columns.map((column) => `\`${column}\``).join(', ')} in the rows of ${quoted(table)} that point at it`,
    others: [parent],
    ...given({ object: name }),
  });
}

export function assessEnumSwap(
  at: Assessment,
  statement: Extract<SqlStatement, { kind: 'create-enum' }>,
): void {
  const old = at.plan.enumSwaps.get(tableKey(statement.type));
  const values = old && at.state.enums.get(tableKey(old));
  if (!old || !values) return;
  const removed = values.filter((value) => !statement.values.includes(value));
  const added = statement.values.filter((value) => !values.includes(value));
  // One value gone and one new: most likely a rename, which `ALTER TYPE … RENAME VALUE` does without a loss.
  const isRename = removed.length === 1 && added.length === 1;
  const uses = usesOf(at, old);
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
