/** From the parse tree's nodes to names, types, columns and constraints, with UTF-16 places. */
import type { ColumnDef, Constraint, Node, RangeVar, TypeName } from 'libpg-query';
import { given } from '../base/given.ts';
import type { Span } from '../base/span.ts';
import type {
  SqlColumn,
  SqlConstraint,
  SqlDefault,
  SqlName,
  SqlReference,
  SqlReferenceAction,
  SqlType,
} from './sqlModel.ts';
import type { SqlToken } from './sqlTokens.ts';
import { conditionsOf } from './sqlConditions.ts';
import { strings } from './sqlStrings.ts';
import { valueOf } from './sqlValues.ts';

/** One statement: its tokens without comments, and how to turn the parser's byte offsets into places. */
export interface SqlSourceText {
  tokens: readonly SqlToken[];
  /** UTF-16 offset of one of the parser's byte locations. */
  offset(location: number): number;
  span: Span;
}

/** Index of the token that covers an offset or is the first behind it. */
export function tokenAt(source: SqlSourceText, offset: number): number {
  let low = 0;
  let high = source.tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((source.tokens[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index behind a dotted name that begins at a token. */
export function endOfName(source: SqlSourceText, from: number): number {
  let at = from + 1;
  while (source.tokens[at]?.value === '.' && source.tokens[at]?.type === 'sign') at += 2;
  return Math.min(at, source.tokens.length);
}

export function nameSpan(source: SqlSourceText, from: number): Span {
  const first = source.tokens[from];
  const last = source.tokens[endOfName(source, from) - 1];
  return first && last ? { start: first.start, end: last.end } : source.span;
}

export function tableOf(source: SqlSourceText, node: RangeVar | undefined): SqlName {
  return {
    name: node?.relname ?? '',
    span: nameSpan(source, tokenAt(source, source.offset(node?.location ?? 0))),
    ...given({ schema: node?.schemaname }),
  };
}

/** A name from its parts (`["schema", "name"]`), found in the statement at or behind a token. */
export function nameOf(source: SqlSourceText, parts: readonly string[], from: number): SqlName {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  const first = parts[0];
  for (let at = from; at < source.tokens.length; at++) {
    const token = source.tokens[at];
    if (!token || token.value !== first || (token.type !== 'word' && token.type !== 'quoted')) continue;
    return { name, span: nameSpan(source, at), ...given({ schema }) };
  }
  return { name, span: source.span, ...given({ schema }) };
}

export function typeOf(node: TypeName | undefined): SqlType {
  const names = strings(node?.names);
  const schema = names.length > 1 && names[0] !== 'pg_catalog' ? names[0] : undefined;
  return {
    name: names.at(-1) ?? '',
    args: (node?.typmods ?? []).flatMap((mod) =>
      'A_Const' in mod && mod.A_Const.ival ? (mod.A_Const.ival.ival ?? 0) : [],
    ),
    array: (node?.arrayBounds?.length ?? 0) > 0,
    ...given({ schema }),
  };
}

/** Functions whose result is the same for all rows of one statement (pg_proc.provolatile 's' or 'i'). */
const stableFunctions = new Set([
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_setting',
  'current_database',
  'current_schema',
  'timezone',
  'to_timestamp',
  'lower',
  'upper',
  'concat',
]);
const volatileFunctions = new Set([
  'gen_random_uuid',
  'uuid_generate_v4',
  'uuid_generate_v1',
  'uuidv4',
  'uuidv7',
  'random',
  'nextval',
  'clock_timestamp',
  'timeofday',
  'gen_random_bytes',
  'setval',
]);

export function defaultOf(node: Node | undefined): SqlDefault {
  if (!node) return 'none';
  if ('A_Const' in node) return node.A_Const.isnull ? 'null' : 'constant';
  if ('TypeCast' in node) return defaultOf(node.TypeCast.arg);
  if ('SQLValueFunction' in node) return 'stable';
  if ('A_ArrayExpr' in node) return worst((node.A_ArrayExpr.elements ?? []).map(defaultOf));
  if ('A_Expr' in node)
    return worst([node.A_Expr.lexpr, node.A_Expr.rexpr].filter((part) => part !== undefined).map(defaultOf));
  if ('FuncCall' in node) {
    const name = strings(node.FuncCall.funcname).at(-1) ?? '';
    if (volatileFunctions.has(name)) return 'volatile';
    if (stableFunctions.has(name)) return worst(['stable', ...(node.FuncCall.args ?? []).map(defaultOf)]);
  }
  return 'unknown';
}

function worst(parts: readonly SqlDefault[]): SqlDefault {
  const order: SqlDefault[] = ['constant', 'stable', 'unknown', 'volatile'];
  const ranks = parts.map((part) => Math.max(0, order.indexOf(part)));
  return order[Math.max(0, ...ranks)] ?? 'unknown';
}

export function columnOf(source: SqlSourceText, node: ColumnDef): SqlColumn {
  const type = typeOf(node.typeName);
  const serial = /^(small|big)?serial[248]?$/.test(type.name);
  const out: SqlColumn = {
    name: node.colname ?? '',
    span: nameSpan(source, tokenAt(source, source.offset(node.location ?? 0))),
    type,
    notNull: serial,
    default: serial ? 'volatile' : 'none',
    primaryKey: false,
    unique: false,
    identity: serial,
    generated: false,
  };
  for (const item of node.constraints ?? []) {
    if (!('Constraint' in item)) continue;
    const constraint = item.Constraint;
    if (constraint.contype === 'CONSTR_NOTNULL') out.notNull = true;
    else if (constraint.contype === 'CONSTR_NULL') out.notNull = false;
    else if (constraint.contype === 'CONSTR_DEFAULT')
      Object.assign(
        out,
        { default: defaultOf(constraint.raw_expr) },
        given({ value: valueOf(constraint.raw_expr) }),
      );
    else if (constraint.contype === 'CONSTR_PRIMARY') {
      out.primaryKey = true;
      out.notNull = true;
    } else if (constraint.contype === 'CONSTR_UNIQUE') out.unique = true;
    else if (constraint.contype === 'CONSTR_IDENTITY') {
      out.identity = true;
      out.notNull = true;
    } else if (constraint.contype === 'CONSTR_GENERATED') out.generated = true;
    else if (constraint.contype === 'CONSTR_CHECK') out.checked = conditionsOf(constraint.raw_expr);
    else if (constraint.contype === 'CONSTR_FOREIGN') out.references = referenceOf(source, constraint);
  }
  return out;
}

const actions: Record<string, SqlReferenceAction> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

function referenceOf(source: SqlSourceText, node: Constraint): SqlReference {
  return {
    table: tableOf(source, node.pktable),
    columns: strings(node.pk_attrs),
    onDelete: actions[node.fk_del_action ?? 'a'] ?? 'no action',
    onUpdate: actions[node.fk_upd_action ?? 'a'] ?? 'no action',
  };
}

const constraintTypes: Record<string, SqlConstraint['type']> = {
  CONSTR_PRIMARY: 'primary-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_CHECK: 'check',
  CONSTR_EXCLUSION: 'exclude',
  CONSTR_NOTNULL: 'not-null',
};

export function constraintOf(source: SqlSourceText, node: Constraint): SqlConstraint {
  const type = constraintTypes[node.contype ?? ''] ?? 'other';
  return {
    type,
    columns: strings(type === 'foreign-key' ? node.fk_attrs : node.keys),
    notValid: node.skip_validation === true,
    usingIndex: node.indexname !== undefined,
    ...given({
      name: node.conname,
      references: type === 'foreign-key' ? referenceOf(source, node) : undefined,
      says: type === 'check' ? conditionsOf(node.raw_expr) : undefined,
    }),
  };
}
