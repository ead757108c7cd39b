/** Which tables and types a migration works on. */
import type { SqlAlterCommand, SqlFacts, SqlName, SqlReference, SqlStatement } from '../facts/sqlModel.ts';
import { tableKey } from './dbState.ts';

type Name = Pick<SqlName, 'name' | 'schema'>;

export interface Touched {
  /** Tables and types, by `tableKey`, that it makes, changes, drops or writes to. */
  changed: Set<string>;
  /** Those that it only needs: the target of a key, the type of a column. */
  needed: Set<string>;
}

export function touchedBy(facts: SqlFacts): Touched {
  const out: Touched = { changed: new Set(), needed: new Set() };
  for (const statement of facts.statements) touch(out, statement);
  return out;
}

/** What two migrations do to the same thing, so that their order matters. */
export function sharedBy(a: Touched, b: Touched): string[] {
  const either = [...a.changed].filter((name) => b.changed.has(name) || b.needed.has(name));
  return [...new Set([...either, ...[...b.changed].filter((name) => a.needed.has(name))])];
}

function touch(out: Touched, statement: SqlStatement): void {
  if (statement.kind === 'do') {
    for (const inner of statement.inner) touch(out, inner);
    return;
  }
  for (const name of changedBy(statement)) out.changed.add(tableKey(name));
  for (const name of neededBy(statement)) out.needed.add(tableKey(name));
}

function changedBy(statement: SqlStatement): readonly Name[] {
  switch (statement.kind) {
    case 'create-table':
    case 'alter-table':
    case 'create-index':
    case 'delete':
    case 'update':
    case 'insert':
      return [statement.table];
    case 'drop':
      return statement.object === 'index' ? [] : statement.names;
    case 'rename':
      return [statement.on, { ...statement.on, name: statement.to }];
    case 'set-schema':
      return [statement.name];
    case 'truncate':
      return statement.tables;
    case 'create-enum':
    case 'add-enum-value':
    case 'rename-enum-value':
      return [statement.type];
    default:
      return [];
  }
}

function neededBy(statement: SqlStatement): readonly Name[] {
  const targets = (items: readonly { references?: SqlReference }[]): Name[] =>
    items.flatMap(({ references }) => references?.table ?? []);
  if (statement.kind === 'create-table')
    return [
      ...statement.columns.map(({ type }) => type),
      ...targets([...statement.columns, ...statement.constraints]),
      ...(statement.source?.tables ?? []),
    ];
  if (statement.kind === 'insert') return statement.source?.tables ?? [];
  if (statement.kind !== 'alter-table') return [];
  return statement.commands.flatMap((command: SqlAlterCommand): Name[] => {
    if (command.command === 'add-constraint') return targets([command.constraint]);
    if (command.command === 'add-column') return [command.column.type, ...targets([command.column])];
    return command.command === 'alter-type' ? [command.to] : [];
  });
}
