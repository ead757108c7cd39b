/** Statements about rows, and what is neither a definition nor about rows. */
import type { MergeStmt, Node } from 'libpg-query';
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlAction, SqlName } from './sqlModel.ts';
import { tableOf, tokenAt } from './sqlNodes.ts';
import type { SqlSourceText } from './sqlNodes.ts';
import { columnsRead, keepsColumn, sourceOf, whereOf } from './sqlQueries.ts';
import { stringOf } from './sqlStrings.ts';

/** Statements that write rows, procedural bodies, transactions; everything else as `other`. */
export function dataAction(source: SqlSourceText, node: Node): SqlAction {
  if ('DeleteStmt' in node) {
    const stmt = node.DeleteStmt;
    const table = tableOf(source, stmt.relation);
    return {
      kind: 'delete',
      table,
      where: whereOf(stmt.whereClause),
      using: stmt.usingClause !== undefined,
      clause: clauseBefore(source, table, 'delete'),
    };
  }
  if ('UpdateStmt' in node) {
    const stmt = node.UpdateStmt;
    const table = tableOf(source, stmt.relation);
    return {
      kind: 'update',
      table,
      where: whereOf(stmt.whereClause),
      sets: setsOf(stmt.targetList),
      from: stmt.fromClause !== undefined,
      clause: clauseBefore(source, table, 'update'),
    };
  }
  if ('MergeStmt' in node) return merge(source, node.MergeStmt);
  if ('InsertStmt' in node) {
    const stmt = node.InsertStmt;
    const action = stmt.onConflictClause?.action;
    return {
      kind: 'insert',
      table: tableOf(source, stmt.relation),
      columns: (stmt.cols ?? []).flatMap((col) => ('ResTarget' in col ? [col.ResTarget.name ?? ''] : [])),
      onConflict:
        action === 'ONCONFLICT_UPDATE' ? 'update' : action === 'ONCONFLICT_NOTHING' ? 'nothing' : 'none',
      ...given({ source: sourceOf(source, stmt.selectStmt) }),
    };
  }
  if ('DoStmt' in node) {
    const args = (node.DoStmt.args ?? []).flatMap((arg) => ('DefElem' in arg ? [arg.DefElem] : []));
    const token = source.tokens.find(
      (candidate) => candidate.type === 'string' && candidate.content !== undefined,
    );
    return {
      kind: 'do',
      language: stringOf(args.find((arg) => arg.defname === 'language')?.arg) ?? 'plpgsql',
      body: stringOf(args.find((arg) => arg.defname === 'as')?.arg) ?? '',
      bodySpan: token?.content ?? source.span,
      inner: [],
    };
  }
  if ('TransactionStmt' in node) {
    const kind = node.TransactionStmt.kind ?? '';
    if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START')
      return { kind: 'transaction', action: 'begin' };
    if (kind === 'TRANS_STMT_COMMIT') return { kind: 'transaction', action: 'commit' };
    if (kind === 'TRANS_STMT_ROLLBACK') return { kind: 'transaction', action: 'rollback' };
    return { kind: 'transaction', action: kind === 'TRANS_STMT_SAVEPOINT' ? 'savepoint' : 'other' };
  }
  if ('SelectStmt' in node) return { kind: 'select' };
  return { kind: 'other', node: Object.keys(node)[0] ?? '' };
}

/** A `MERGE` whose condition pairs every row, as the `DELETE` or `UPDATE` that it comes to; any other is of no interest. */
function merge(source: SqlSourceText, stmt: MergeStmt): SqlAction {
  const table = tableOf(source, stmt.relation);
  const where = whereOf(stmt.joinCondition);
  const clause = clauseBefore(source, table, 'merge');
  for (const item of stmt.mergeWhenClauses ?? []) {
    if (where !== 'trivial' || !('MergeWhenClause' in item)) continue;
    const { matchKind, commandType, condition, targetList } = item.MergeWhenClause;
    if (matchKind !== 'MERGE_WHEN_MATCHED' || condition) continue;
    if (commandType === 'CMD_DELETE') return { kind: 'delete', table, where, using: true, clause };
    if (commandType === 'CMD_UPDATE')
      return { kind: 'update', table, where, sets: setsOf(targetList), from: true, clause };
  }
  return { kind: 'other', node: 'MergeStmt' };
}

function setsOf(targets: readonly Node[] | undefined): Extract<SqlAction, { kind: 'update' }>['sets'] {
  return (targets ?? []).flatMap((target) => {
    if (!('ResTarget' in target)) return [];
    const { name: column = '', val } = target.ResTarget;
    return [{ column, reads: columnsRead(val), keeps: keepsColumn(val, column) }];
  });
}

/** From the nearest keyword before a table's name to the name's end: `DELETE FROM "Order"`. */
function clauseBefore(source: SqlSourceText, table: SqlName, keyword: string): Span {
  for (let at = tokenAt(source, table.span.start); at >= 0; at--) {
    const token = source.tokens[at];
    if (token?.type === 'word' && token.value === keyword) return { start: token.start, end: table.span.end };
  }
  return table.span;
}
