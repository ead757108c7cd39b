/** Conditions of queries that may fall away, since Prisma leaves out those whose value is undefined. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import type { Abs } from './abs.ts';
import { absenceOf } from './absentValues.ts';
import type { Absence } from './absentValues.ts';
import type { CalleeResolver } from './calleeResolver.ts';
import { entriesReaching } from './entriesReaching.ts';
import { Presence } from './presence.ts';
import type { Present } from './presenceTests.ts';
import type { DbEffect, QueryFact } from './summary.ts';
import type { WorkspaceView } from './view.ts';
import { queryCall, WhereConditions } from './whereConditions.ts';
import type { WhereCondition } from './whereConditions.ts';

export interface MissingCondition {
  condition: WhereCondition;
  absence: Absence;
  query: QueryFact;
  /** Name of the queried model. */
  model: string;
  /** No other condition of the query is certain. */
  isAlone: boolean;
  /** Prisma throws instead: nothing that names a row is left. */
  throws: boolean;
  /** Number of the argument by which a caller hands the value over. */
  argument?: number;
}

/** A function by its place. */
export interface FoundPlace {
  file: FileId;
  fn: FunctionId;
}

type Found = Pick<MissingCondition, 'condition' | 'absence'>;

const BY_KEY = /^(findUnique(OrThrow)?|update|delete|upsert)$/;

export class MissingConditions {
  private readonly view: WorkspaceView;
  private readonly resolver: CalleeResolver;
  private readonly presences = new Map<FileId, Presence>();

  constructor(view: WorkspaceView, resolver: CalleeResolver) {
    this.view = view;
    this.resolver = resolver;
  }

  /** Those of a query by what its own function knows. */
  ofQuery(query: QueryFact): MissingCondition[] {
    const presence = this.presenceOf(query.file);
    const conditions = this.conditions(query);
    if (!presence || conditions.length === 0) return [];
    const under = (known: Present, some: readonly WhereCondition[]): Found[] =>
      some.flatMap((condition) => {
        const use = { view: this.view, presence, known, fn: query.fn };
        const absence = absenceOf(use, condition.value, condition.abs);
        return absence ? [{ condition, absence }] : [];
      });
    // Most conditions need no look at the way to them.
    const suspects = under(new Set(), conditions).map(({ condition }) => condition);
    const known = suspects.length > 0 ? presence.at(query.fn, query.at) : undefined;
    const found = known ? under(known, suspects) : [];
    return found.map(({ condition, absence }) =>
      this.missing(
        query,
        condition,
        absence,
        found.map((other) => other.condition),
      ),
    );
  }

  /**
   * Those of an access in a function of another file that a function calls itself, with something that may not be there and that
   * neither of them looks at.
   */
  ofEffect(caller: FoundPlace, effect: DbEffect): MissingCondition[] {
    const [site, ...further] = effect.trace;
    if (!site || further.length > 0 || site.file !== caller.file || !mayLackPart(effect.args, 0)) return [];
    const query = this.view.queries(effect.file).find((candidate) => candidate.at === effect.at);
    const presence = this.presenceOf(effect.file);
    const known = query && presence?.at(query.fn, query.at);
    const calling = this.presenceOf(caller.file);
    if (!query || !presence || !known || !calling) return [];
    const lost = this.conditions(query).flatMap((condition) => {
      const { value, abs, path } = condition;
      const given = valueAt(effect.args, path);
      if (abs?.k !== 'param' || abs.path.length > 0 || isLookedAt(presence, value, known)) return [];
      const absence = lacksPart(given)
        ? this.absenceOfArgument(calling, caller.fn, site.at, abs.i, given)
        : undefined;
      return absence ? [{ condition, absence, argument: abs.i }] : [];
    });
    const all = lost.map(({ condition }) => condition);
    return lost.map(({ condition, absence, argument }) => ({
      ...this.missing(query, condition, absence, all),
      argument,
    }));
  }

  /** Whether whoever gets to a query was asked who they are before, here or by all callers: it only reads the session again. */
  isBehindGuards({ file, at, proof }: QueryFact): boolean {
    if (proof?.kind === 'session') return true;
    const reaching = entriesReaching(this.view, { file, at });
    return (
      reaching.length > 0 &&
      reaching.every(({ entry, effect }) => (effect.proof ?? entry.wrapperProof)?.kind === 'session')
    );
  }

  private absenceOfArgument(
    presence: Presence,
    fn: FunctionId,
    at: number,
    i: number,
    abs: Abs | undefined,
  ): Absence | undefined {
    let call: Extract<Value, { k: 'call' }> | undefined;
    visitFile(presence.facts, (value) => {
      if (value.k === 'call' && value.at === at) call = value;
    });
    const place = call && calleePlace(call);
    const known = place === undefined ? undefined : presence.at(fn, place);
    const argument = call?.args[i];
    return known && argument && absenceOf({ view: this.view, presence, known, fn }, argument, abs);
  }

  private conditions(query: QueryFact): WhereCondition[] {
    const presence = this.presenceOf(query.file);
    const call = presence && queryCall(presence.facts, query);
    if (!call || !presence) return [];
    return new WhereConditions(presence, this.view.schema(query.file), query, call).found;
  }

  private presenceOf(file: FileId): Presence | undefined {
    const known = this.presences.get(file);
    if (known) return known;
    const facts = this.view.tsFacts(file);
    if (!facts) return undefined;
    const made = new Presence(this.resolver, file, facts);
    this.presences.set(file, made);
    return made;
  }

  private missing(
    query: QueryFact,
    condition: WhereCondition,
    absence: Absence,
    all: readonly WhereCondition[],
  ): MissingCondition {
    const schema = this.view.schema(query.file);
    const model = schema?.modelOf(query.model);
    const where = query.args.k === 'object' ? query.args.props['where'] : undefined;
    const names = where?.k === 'object' ? Object.keys(where.props) : [];
    const absent = new Set(all.flatMap(({ isTop, field }) => (isTop ? [field] : [])));
    const certain = names.filter(
      (name) => !absent.has(name) && !(where?.k === 'object' && where.maybe?.includes(name)),
    );
    const selectors = new Set(model ? schema?.uniqueKeys(model.name).map((key) => key.selector) : []);
    return {
      condition,
      absence,
      query,
      model: model?.name ?? query.model,
      isAlone:
        where?.k === 'object' &&
        !where.open &&
        condition.path[1] === condition.field &&
        certain.every((name) => name === condition.field),
      throws:
        BY_KEY.test(query.op) &&
        !condition.isNested &&
        condition.isTop &&
        selectors.has(condition.field) &&
        !certain.some((name) => selectors.has(name)),
    };
  }
}

function calleePlace({ fn }: Extract<Value, { k: 'call' }>): number | undefined {
  return fn.k === 'ref' || fn.k === 'member' ? fn.at : undefined;
}

/** Whether a value, or the constant's value that it names, was tested. */
function isLookedAt(presence: Presence, value: Value, known: Present): boolean {
  const initial = value.k === 'ref' ? presence.initial(value.b) : undefined;
  return presence.isSure(value, known) || (initial !== undefined && presence.isSure(initial, known));
}

function valueAt(args: Abs, path: readonly string[]): Abs | undefined {
  let found: Abs | undefined = args;
  for (const name of path)
    found =
      found?.k === 'object'
        ? found.props[name]
        : found?.k === 'array'
          ? found.items[Number(name)]
          : undefined;
  return found;
}

/** Something that is undefined on some paths. */
function lacksPart(value: Abs | undefined): boolean {
  return (
    value?.k === 'variants' &&
    value.list.some((variant) => variant.value.k === 'undef' && !variant.value.thrown)
  );
}

function mayLackPart(value: Abs, depth: number): boolean {
  if (depth > 6) return false;
  if (value.k === 'object') return Object.values(value.props).some((part) => mayLackPart(part, depth + 1));
  if (value.k === 'array') return value.items.some((part) => mayLackPart(part, depth + 1));
  return lacksPart(value);
}
