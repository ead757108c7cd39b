/** From one parsed statement to its description. */
import type {
  AlterTableCmd,
  AlterTableStmt,
  CreateStmt,
  DropStmt,
  IntoClause,
  Node,
  RenameStmt,
  WithClause,
} from 'libpg-query';
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type { SqlAction, SqlAlterCommand, SqlName, SqlObject, SqlStatement } from './sqlModel.ts';
import {
  columnOf,
  constraintOf,
  defaultOf,
  endOfName,
  nameOf,
  tableOf,
  tokenAt,
  typeOf,
} from './sqlNodes.ts';
import { boundOf } from './sqlConditions.ts';
import { dataAction } from './sqlData.ts';
import type { SqlSourceText } from './sqlNodes.ts';
import { strings } from './sqlStrings.ts';
import { valueOf } from './sqlValues.ts';
import { sourceOf } from './sqlQueries.ts';

/**
 * The statements that one parsed statement stands for: itself, and before it the data-changing queries of its `WITH`.
 * A `DO` block comes with an empty `inner`; reading it needs the parser again and is the caller's part.
 */
export function describe(source: SqlSourceText, node: Node): SqlStatement[] {
  const withClause = Object.values(node as Record<string, { withClause?: WithClause }>)[0]?.withClause;
  const nested = (withClause?.ctes ?? []).flatMap((cte) => {
    const query = 'CommonTableExpr' in cte ? cte.CommonTableExpr.ctequery : undefined;
    return query && !('SelectStmt' in query) ? describe(source, query) : [];
  });
  return [...nested, { span: source.span, ...actionOf(source, node) }];
}

/** A table that a query makes. */
function filledTable(
  source: SqlSourceText,
  into: IntoClause | undefined,
  query: Node | undefined,
  ifNotExists: boolean,
): SqlAction {
  return {
    kind: 'create-table',
    table: tableOf(source, into?.rel),
    columns: [],
    constraints: [],
    ifNotExists,
    temporary: into?.rel?.relpersistence === 't',
    ...given({ source: sourceOf(source, query) }),
  };
}

function actionOf(source: SqlSourceText, node: Node): SqlAction {
  if ('CreateStmt' in node) {
    const stmt = node.CreateStmt;
    const elements = stmt.tableElts ?? [];
    return {
      kind: 'create-table',
      table: tableOf(source, stmt.relation),
      columns: elements.flatMap((item) => ('ColumnDef' in item ? [columnOf(source, item.ColumnDef)] : [])),
      constraints: elements.flatMap((item) =>
        'Constraint' in item ? [constraintOf(source, item.Constraint)] : [],
      ),
      ifNotExists: stmt.if_not_exists === true,
      temporary: stmt.relation?.relpersistence === 't',
      ...partitioning(source, stmt),
    };
  }
  if ('CreateTableAsStmt' in node) {
    const stmt = node.CreateTableAsStmt;
    if (stmt.objtype !== 'OBJECT_TABLE') return { kind: 'other', node: 'CreateTableAsStmt' };
    return filledTable(source, stmt.into, stmt.query, stmt.if_not_exists === true);
  }
  // `SELECT … INTO t`: the older spelling of the same.
  if ('SelectStmt' in node && node.SelectStmt.intoClause)
    return filledTable(source, node.SelectStmt.intoClause, node, false);
  if ('DropStmt' in node) return drop(source, node.DropStmt);
  if ('DropdbStmt' in node) {
    const { dbname = '', missing_ok } = node.DropdbStmt;
    return dropped('database', [nameOf(source, [dbname], 2)], false, missing_ok === true);
  }
  if ('DropOwnedStmt' in node) {
    const roles = (node.DropOwnedStmt.roles ?? []).flatMap((role) =>
      'RoleSpec' in role ? [role.RoleSpec.rolename ?? ''] : [],
    );
    return dropped(
      'owned',
      roles.map((role) => nameOf(source, [role], 3)),
      node.DropOwnedStmt.behavior === 'DROP_CASCADE',
      false,
    );
  }
  if ('DropRoleStmt' in node) return dropped('role', [], false, node.DropRoleStmt.missing_ok === true);
  if ('AlterTableStmt' in node) return alterTable(source, node.AlterTableStmt);
  if ('RenameStmt' in node) return rename(source, node.RenameStmt);
  if ('AlterObjectSchemaStmt' in node) {
    const stmt = node.AlterObjectSchemaStmt;
    const object =
      stmt.objectType === 'OBJECT_TABLE' ? 'table' : stmt.objectType === 'OBJECT_TYPE' ? 'type' : 'other';
    const name = stmt.relation ? tableOf(source, stmt.relation) : nameOf(source, objectParts(stmt.object), 2);
    return { kind: 'set-schema', object, name, schema: stmt.newschema ?? '' };
  }
  if ('IndexStmt' in node) {
    const stmt = node.IndexStmt;
    return {
      kind: 'create-index',
      table: tableOf(source, stmt.relation),
      columns: (stmt.indexParams ?? []).map((param) =>
        'IndexElem' in param ? (param.IndexElem.name ?? '') : '',
      ),
      unique: stmt.unique === true,
      concurrently: stmt.concurrent === true,
      partial: stmt.whereClause !== undefined,
      ifNotExists: stmt.if_not_exists === true,
      ...given({
        name: stmt.idxname,
        method: stmt.accessMethod === 'btree' ? undefined : stmt.accessMethod,
        descending: descendingColumns(stmt.indexParams),
      }),
    };
  }
  if ('CreateEnumStmt' in node) {
    const open = source.tokens.findIndex((token) => token.type === 'sign' && token.value === '(');
    const first = source.tokens[Math.max(0, open)];
    const last = source.tokens.at(-1);
    return {
      kind: 'create-enum',
      type: nameOf(source, strings(node.CreateEnumStmt.typeName), 2),
      values: strings(node.CreateEnumStmt.vals),
      valuesSpan: first && last ? { start: first.start, end: last.end } : source.span,
    };
  }
  if ('AlterEnumStmt' in node) {
    const { typeName, oldVal, newVal = '', skipIfNewValExists } = node.AlterEnumStmt;
    const type = nameOf(source, strings(typeName), 2);
    if (oldVal !== undefined) return { kind: 'rename-enum-value', type, from: oldVal, to: newVal };
    return { kind: 'add-enum-value', type, value: newVal, ifNotExists: skipIfNewValExists === true };
  }
  if ('CreateDomainStmt' in node) {
    const { domainname, constraints = [] } = node.CreateDomainStmt;
    const isRule = (item: Node): boolean =>
      'Constraint' in item && /NOTNULL|CHECK/.test(item.Constraint.contype ?? '');
    return {
      kind: 'create-domain',
      type: nameOf(source, strings(domainname), 2),
      constrained: constraints.some(isRule),
    };
  }
  if ('AlterDomainStmt' in node) {
    const { subtype = '', typeName, name, def } = node.AlterDomainStmt;
    const constraint = def && 'Constraint' in def ? def.Constraint : undefined;
    return {
      kind: 'alter-domain',
      type: nameOf(source, strings(typeName), 2),
      change: domainChanges[subtype] ?? 'other',
      notValid: constraint?.skip_validation === true,
      ...given({ name: name ?? constraint?.conname }),
    };
  }
  if ('CreateSchemaStmt' in node)
    return {
      kind: 'create-schema',
      name: node.CreateSchemaStmt.schemaname ?? '',
      ifNotExists: node.CreateSchemaStmt.if_not_exists === true,
    };
  if ('TruncateStmt' in node) {
    const tables = (node.TruncateStmt.relations ?? []).flatMap((item) =>
      'RangeVar' in item ? [tableOf(source, item.RangeVar)] : [],
    );
    return { kind: 'truncate', tables, cascade: node.TruncateStmt.behavior === 'DROP_CASCADE' };
  }
  return dataAction(source, node);
}

/** `AlterDomainStmt.subtype` (parsenodes.h). */
const domainChanges: Record<string, Extract<SqlAction, { kind: 'alter-domain' }>['change']> = {
  O: 'set-not-null',
  N: 'drop-not-null',
  C: 'add-constraint',
  X: 'drop-constraint',
  V: 'validate',
};

function partitioning(
  source: SqlSourceText,
  { partspec, partbound, inhRelations }: CreateStmt,
): Pick<Extract<SqlAction, { kind: 'create-table' }>, 'partitionBy' | 'partitionOf'> {
  const [parent] = inhRelations ?? [];
  return given({
    partitionBy: partspec?.partParams?.map((item) =>
      'PartitionElem' in item ? (item.PartitionElem.name ?? '') : '',
    ),
    partitionOf:
      partbound && parent && 'RangeVar' in parent
        ? { parent: tableOf(source, parent.RangeVar), bound: boundOf(partbound) }
        : undefined,
  });
}

function descendingColumns(params: readonly Node[] = []): string[] | undefined {
  const names = params.flatMap((param) =>
    'IndexElem' in param && param.IndexElem.ordering === 'SORTBY_DESC' ? [param.IndexElem.name ?? ''] : [],
  );
  return names.length > 0 ? names : undefined;
}

const objects: Record<string, SqlObject> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_SCHEMA: 'schema',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
  OBJECT_EXTENSION: 'extension',
};

function dropped(object: SqlObject, names: SqlName[], cascade: boolean, ifExists: boolean): SqlAction {
  return { kind: 'drop', object, names, cascade, ifExists, concurrently: false };
}

function drop(source: SqlSourceText, stmt: DropStmt): SqlAction {
  const object = objects[stmt.removeType ?? ''] ?? 'other';
  // DROP, the object's kind in one or two words, CONCURRENTLY, IF EXISTS: names begin behind these.
  let from = 1;
  const header = new Set([
    'materialized',
    'foreign',
    'view',
    'table',
    'index',
    'schema',
    'type',
    'domain',
    'sequence',
    'function',
    'procedure',
    'trigger',
    'policy',
    'extension',
    'concurrently',
    'if',
    'exists',
  ]);
  const limit =
    2 + (object === 'materialized view' ? 1 : 0) + (stmt.concurrent ? 1 : 0) + (stmt.missing_ok ? 2 : 0);
  while (from < limit && source.tokens[from]?.type === 'word' && header.has(source.tokens[from]?.value ?? ''))
    from++;
  const names: SqlName[] = [];
  for (const item of stmt.objects ?? []) {
    const parts = objectParts(item);
    const attached = object === 'trigger' || object === 'policy';
    const found = nameOf(source, attached ? [parts.at(-1) ?? ''] : parts, from);
    names.push(attached ? { ...found, ...given({ schema: parts.at(-2) }) } : found);
    from = tokenAt(source, found.span.end);
  }
  return {
    kind: 'drop',
    object,
    names,
    cascade: stmt.behavior === 'DROP_CASCADE',
    ifExists: stmt.missing_ok === true,
    concurrently: stmt.concurrent === true,
  };
}

function objectParts(node: Node | undefined): string[] {
  if (!node) return [];
  if ('List' in node) return strings(node.List.items);
  if ('TypeName' in node) return strings(node.TypeName.names);
  if ('ObjectWithArgs' in node) return strings(node.ObjectWithArgs.objname);
  return strings([node]);
}

function rename(source: SqlSourceText, stmt: RenameStmt): SqlAction {
  const kind = stmt.renameType;
  const isColumn = kind === 'OBJECT_COLUMN' && stmt.relationType === 'OBJECT_TABLE';
  const object =
    kind === 'OBJECT_TABLE'
      ? 'table'
      : isColumn
        ? 'column'
        : kind === 'OBJECT_TABCONSTRAINT'
          ? 'constraint'
          : kind === 'OBJECT_INDEX'
            ? 'index'
            : kind === 'OBJECT_TYPE' || kind === 'OBJECT_DOMAIN'
              ? 'type'
              : kind === 'OBJECT_SCHEMA'
                ? 'schema'
                : 'other';
  const on = stmt.relation
    ? tableOf(source, stmt.relation)
    : nameOf(source, stmt.object ? objectParts(stmt.object) : [stmt.subname ?? ''], 2);
  return { kind: 'rename', object, on, from: stmt.subname ?? on.name, to: stmt.newname ?? '' };
}

function alterTable(source: SqlSourceText, stmt: AlterTableStmt): SqlAction {
  if (stmt.objtype !== 'OBJECT_TABLE' && stmt.objtype !== 'OBJECT_FOREIGN_TABLE')
    return { kind: 'other', node: `AlterTableStmt ${stmt.objtype ?? ''}` };
  const table = tableOf(source, stmt.relation);
  const nodes = (stmt.cmds ?? []).flatMap((cmd) => ('AlterTableCmd' in cmd ? [cmd.AlterTableCmd] : []));
  const parts = commaParts(source, endOfName(source, tokenAt(source, table.span.start)));
  const commands = nodes.map((node, index) => {
    const span = parts.length === nodes.length ? (parts[index] ?? source.span) : source.span;
    return { span, ...alterCommand(source, node) } as SqlAlterCommand;
  });
  return { kind: 'alter-table', table, commands, ifExists: stmt.missing_ok === true };
}

type WithoutSpan<T> = T extends { span: Span } ? Omit<T, 'span'> : never;

function alterCommand(source: SqlSourceText, node: AlterTableCmd): WithoutSpan<SqlAlterCommand> {
  const column = node.name ?? '';
  const cascade = node.behavior === 'DROP_CASCADE';
  const { def, subtype = '' } = node;
  if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def)
    return {
      command: 'add-column',
      column: columnOf(source, def.ColumnDef),
      ifNotExists: node.missing_ok === true,
    };
  if (subtype === 'AT_DropColumn')
    return { command: 'drop-column', column, cascade, ifExists: node.missing_ok === true };
  if (subtype === 'AT_AlterColumnType' && def && 'ColumnDef' in def) {
    const using = def.ColumnDef.raw_default;
    return {
      command: 'alter-type',
      column,
      to: typeOf(def.ColumnDef.typeName),
      using: using !== undefined,
      usingCast: JSON.stringify(using ?? '').includes('"TypeCast"'),
    };
  }
  if (subtype === 'AT_SetNotNull') return { command: 'set-not-null', column };
  if (subtype === 'AT_DropNotNull') return { command: 'drop-not-null', column };
  if (subtype === 'AT_ColumnDefault')
    return def
      ? { command: 'set-default', column, default: defaultOf(def), ...given({ value: valueOf(def) }) }
      : { command: 'drop-default', column };
  if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def)
    return { command: 'add-constraint', constraint: constraintOf(source, def.Constraint) };
  if (subtype === 'AT_DropConstraint') return { command: 'drop-constraint', name: column, cascade };
  if (subtype === 'AT_ValidateConstraint') return { command: 'validate-constraint', name: column };
  if (subtype === 'AT_AttachPartition' && def && 'PartitionCmd' in def)
    return {
      command: 'attach-partition',
      partition: tableOf(source, def.PartitionCmd.name),
      bound: boundOf(def.PartitionCmd.bound),
    };
  if (subtype === 'AT_DetachPartition' && def && 'PartitionCmd' in def)
    return { command: 'detach-partition', partition: tableOf(source, def.PartitionCmd.name) };
  return { command: 'other', node: subtype };
}

/** The parts between top-level commas, from a token to the statement's end. */
function commaParts(source: SqlSourceText, from: number): Span[] {
  const out: Span[] = [];
  let depth = 0;
  let start = source.tokens[from]?.value === '*' ? from + 1 : from;
  const close = (end: number): void => {
    const first = source.tokens[start];
    const last = source.tokens[end - 1];
    if (first && last && end > start) out.push({ start: first.start, end: last.end });
  };
  for (let at = start; at < source.tokens.length; at++) {
    const token = source.tokens[at];
    if (token?.type !== 'sign') continue;
    if (token.value === '(' || token.value === '[') depth++;
    else if (token.value === ')' || token.value === ']') depth--;
    else if (token.value === ',' && depth === 0) {
      close(at);
      start = at + 1;
    }
  }
  close(source.tokens.length);
  return out;
}
