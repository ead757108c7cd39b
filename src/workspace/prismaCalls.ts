/** Prisma calls: what they touch, what they give back, and look-ups that prove the caller. */
import { given } from '../base/given.ts';
import { awaited, leaves, trim, UNDEF, UNKNOWN } from './abs.ts';
import type { Abs, Check, Proof, RowQuery, Site, Variant } from './abs.ts';
import { known, moment } from './callPlace.ts';
import type { Place } from './callPlace.ts';
import { runInPlace } from './closures.ts';
import type { Interpreter } from './interpreter.ts';
import { operationKind } from './knowledge.ts';
import { fromParts } from './parts.ts';
import { rolesAsked } from './roleRows.ts';
import type { State } from './state.ts';

/** A Prisma call. */
export function operation(
  it: Interpreter,
  callee: Extract<Abs, { k: 'operation' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): Abs {
  const { op, model } = callee;
  if (op === '$extends') return { k: 'prisma', tx: callee.tx };
  if (op === '$transaction') {
    const [first] = args;
    if (first?.k === 'closure') {
      const before = state.transaction;
      state.transaction ??= { file: it.file, at: place?.call.at ?? 0 };
      const result = awaited(runInPlace(it, first, [{ k: 'prisma', tx: true }], state));
      state.transaction = before;
      return { k: 'promise', of: result };
    }
    if (first?.k === 'array')
      return { k: 'promise', of: { k: 'array', items: first.items.map(awaited), open: first.open } };
    if (first?.k === 'param' && place) {
      const at: Site = { file: it.file, at: place.call.at };
      const handed: Abs[] = [{ k: 'prisma', tx: true }];
      const transaction = state.transaction ?? at;
      it.invocations.push({
        target: first,
        args: handed,
        ...known(state),
        transaction,
        unsure: state.unsure,
        at,
      });
    }
    return { k: 'promise', of: fromParts(args) };
  }
  const kind = operationKind(op) ?? (callee.sure && isOwnWrite(op) ? 'write' : undefined);
  if (!kind || !place) return fromParts(args);
  const at = place.calleeValue.k === 'member' ? place.calleeValue.at : place.call.at;
  const value: Abs = trim(
    place.call.k === 'tagged'
      ? {
          k: 'object',
          props: {
            sql: { k: 'lit', v: place.call.texts.join('?') },
            values: { k: 'array', items: [...args], open: false },
          },
          open: false,
        }
      : (args[0] ?? UNDEF),
    7,
  );
  const proof = lookupProof(op, args[0], { file: it.file, at: place.call.at }, model);
  const common = {
    file: it.file,
    at,
    model,
    op,
    kind,
    args: value,
    // Only who holds a one-time token gets its row.
    ...(proof?.kind === 'token' ? { proof } : {}),
    ...known(state),
    ...moment(it, state),
    unsure: state.unsure,
    sure: callee.sure,
    tx: callee.tx,
  };
  it.addEffect({ ...common, trace: [] });
  if (kind === 'write' || kind === 'raw-write') state.writes = [...state.writes, common.seq].slice(-24);
  const seen = it.queries.get(at);
  if (!seen || (seen.proof && !common.proof)) it.queries.set(at, { ...common, fn: it.frame?.fn ?? 0 });
  const found = foundValue(op, model, args[0], { file: it.file, at });
  if (proof)
    return {
      k: 'promise',
      of: {
        k: 'variants',
        id: `${it.file}:${place.call.at}`,
        list: [
          { i: 0, value: { k: 'session', path: [] }, proof },
          { i: 1, value: { k: 'lit', v: null } },
        ],
      },
    };
  return { k: 'promise', of: checkedRow(found, op, place.call.at, it.file) ?? found };
}

/** Methods that an extension adds to a model, by the names that say they write: `prisma.post.softDelete(id)`. */
function isOwnWrite(op: string): boolean {
  return /^(soft|hard|force|bulk|safe)(Delete|Remove|Create|Update|Upsert)|^(archive|restore|undelete)([A-Z]|$)/.test(
    op,
  );
}

/** The value of a query: a row, rows, a number. */
function foundValue(op: string, model: string, args: Abs | undefined, site: Site): Abs {
  const many =
    op === 'findMany' ||
    op === '$queryRaw' ||
    op === '$queryRawUnsafe' ||
    op === 'groupBy' ||
    op.endsWith('AndReturn');
  const query = rowQuery(args, site);
  return {
    k: 'row',
    model,
    many,
    path: [],
    query: op.startsWith('create') ? { ...query, created: true } : query,
  };
}

/** What a row's query says about it; rows inside its own `where` are kept without their queries. */
function rowQuery(args: Abs | undefined, site: Site): RowQuery {
  if (args?.k !== 'object') return site;
  const { where, select, omit } = args.props;
  return {
    ...site,
    ...(where ? { where: trim(withoutQueries(where), 3) } : {}),
    ...given({ roles: where && rolesAsked(where) }),
    ...(select?.k === 'object' && !select.open ? { select: trueKeys(select) } : {}),
    ...(omit?.k === 'object' ? { omit: trueKeys(omit) } : {}),
    ...listFilters(args.props['include'] ?? select),
  };
}

/** The `where` of each related list that names a session or a parameter: `include: { members: { where: { userId } } }`. */
function listFilters(wanted: Abs | undefined): Pick<RowQuery, 'lists'> {
  const lists: { [relation: string]: Abs } = {};
  const walk = (value: Abs | undefined, path: string, depth: number): void => {
    if (value?.k !== 'object' || depth > 3) return;
    for (const [name, part] of Object.entries(value.props)) {
      if (part.k !== 'object') continue;
      const { where, include, select } = part.props;
      if (where && leaves(where).some((leaf) => leaf.k === 'session' || leaf.k === 'param'))
        lists[path + name] = trim(withoutQueries(where), 3);
      walk(include ?? select, `${path}${name}.`, depth + 1);
    }
  };
  walk(wanted, '', 0);
  return Object.keys(lists).length > 0 ? { lists } : {};
}

function trueKeys(value: Extract<Abs, { k: 'object' }>): string[] {
  return Object.entries(value.props)
    .filter(([, part]) => !(part.k === 'undef' || (part.k === 'lit' && !part.v)))
    .map(([name]) => name);
}

function withoutQueries(value: Abs): Abs {
  switch (value.k) {
    case 'row': {
      const { query, ...row } = value;
      // A row that the session picked out says whose another row is as well as the session itself.
      if (query?.where && leaves(query.where).some((leaf) => leaf.k === 'session'))
        return { k: 'session', path: [value.model, ...value.path].slice(0, 5) };
      if (!query) return row;
      // What it was picked by may turn out to be the session's holder once a caller is known.
      const from = query.where ? leaves(query.where).filter((leaf) => leaf.k === 'param') : [];
      const { file, at } = query;
      return {
        ...row,
        query: { file, at, ...(from.length > 0 ? { where: { k: 'unknown', from: from.slice(0, 4) } } : {}) },
      };
    }
    case 'object': {
      const props: { [name: string]: Abs } = {};
      for (const name in value.props) props[name] = withoutQueries(value.props[name] ?? UNKNOWN);
      const { at: _at, ...rest } = value;
      return { ...rest, props };
    }
    case 'array':
      return { ...value, items: value.items.map(withoutQueries) };
    case 'unknown':
      return value.from ? { ...value, from: value.from.map(withoutQueries) } : value;
    case 'parsed':
      return { ...value, of: withoutQueries(value.of) };
    case 'variants':
      return {
        k: 'unknown',
        from: value.list.map((variant) => withoutQueries(variant.value)),
      };
    default:
      return value;
  }
}

/**
 * A look-up whose `where` names the session's holder shows, when it finds something, that its other values are theirs: a membership, a
 * row of their own.
 */
function checkedRow(row: Abs, op: string, at: number, file: string): Abs | undefined {
  if (row.k !== 'row' || !row.query?.where || !/^(find(First|Unique)|count$)/.test(op)) return undefined;
  const { where } = row.query;
  if (!leaves(where).some((leaf) => leaf.k === 'session' || leaf.k === 'param' || leaf.k === 'row'))
    return undefined;
  const check: Check = {
    model: row.model,
    where,
    by: 'where',
    site: { file: row.query.file, at: row.query.at },
  };
  const found: Variant = {
    i: 0,
    value: op === 'count' ? UNKNOWN : row,
    checks: [check],
  };
  const none: Variant = { i: 1, value: op === 'count' ? { k: 'lit', v: 0 } : { k: 'lit', v: null } };
  return {
    k: 'variants',
    id: `${file}:${at}`,
    list: op.endsWith('OrThrow') ? [found] : [found, none],
  };
}

/** A row found by what the request's header or cookie carries proves the caller: sessions, API keys, one-time tokens. */
function lookupProof(op: string, args: Abs | undefined, site: Site, model: string): Proof | undefined {
  if (!/^find(Unique|First)/.test(op) || args?.k !== 'object') return undefined;
  const { where } = args.props;
  if (!where) return undefined;
  const from = leaves(where);
  const secret =
    from.some((leaf) => leaf.k === 'origin' && (leaf.o === 'header' || leaf.o === 'cookie')) ||
    from.some((leaf) => leaf.k === 'param' && leaf.path.includes('headers'));
  if (secret)
    return {
      kind: /session/i.test(model) ? 'session' : 'key',
      steps: [{ ...site, note: `finds the ${model} that the request's header or cookie names` }],
    };
  const names = where.k === 'object' ? Object.keys(where.props) : [];
  const by = names.find((name) => /token|secret|otp|code|hash|key|^([gu]?uid)$/i.test(name));
  if (by !== undefined && /token|invit|reset|verif|otp|code|key|magic|confirm/i.test(model))
    return { kind: 'token', steps: [{ ...site, note: `finds the ${model} by its ${by}` }] };
  return undefined;
}
