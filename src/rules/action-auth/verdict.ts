/** How bad it is what a stranger can do at an entry point. */
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import { calleeText } from '../../workspace/calleeResolver.ts';
import type { Entry } from '../../workspace/entries.ts';
import { givesOut } from '../../workspace/ownerHoles.ts';
import { isContent } from '../../workspace/publicData.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import type { Severity } from '../rule.ts';
import { isTried, ownFunction, servesGuests } from './attempts.ts';
import { failsWithoutSession, isInSomebodysName, isOfNewRows } from './writes.ts';

/** Where an entry point stands. */
export interface Place {
  schema: SchemaModel | undefined;
  file: FileId;
  facts: TsFacts | undefined;
}

export interface Verdict {
  effect: DbEffect;
  severity: Severity;
  /** A form that may be for everybody. */
  openForm: boolean;
  /** What is written needs something of the session: without one it fails, late and by accident. */
  failsLate?: boolean;
}

/** The worst thing that a stranger can do here. */
export function judge(entry: Entry, open: readonly DbEffect[], place: Place): Verdict | undefined {
  const tried = isTried(entry, ownFunction(entry, place.file, place.facts));
  const found = worst(entry, open, place.schema, tried);
  if (!found) return undefined;
  const { effect } = found;
  const lowered = (most: Severity): Verdict => ({ ...found, severity: atMost(found.severity, most) });
  // Somebody is turned away before it, by a check that is none of a session: whether it is enough can't be told.
  if (!tried && refusesBefore(entry, effect, place)) return lowered('info');
  if (!tried && effect.kind.endsWith('read') && isLookedAtToRefuse(entry, effect, open, place))
    return lowered('info');
  if (isOpenByAddress(place, entry) || isOfBrowser(effect, place.schema)) return lowered('info');
  const isRead = effect.kind.endsWith('read');
  if (isRead && servesGuests(entry, ownFunction(entry, place.file, place.facts))) return lowered('info');
  // Read to decide, and what follows the decision is guarded.
  if (isRead && !mayGiveOut(entry, effect) && entry.effects.some((other) => other.proof)) return undefined;
  const limited = !tried && limitsStrangers(entry, place);
  if (isRead && (limited || !mayGiveOut(entry, effect))) return lowered('info');
  if (isRead && isHarmless(effect, place.schema)) return lowered('info');
  if (limited) return lowered(found.openForm ? 'info' : 'warning');
  return answersPreflights(place, entry) || (isRead && isHidden(entry, effect)) ? lowered('warning') : found;
}

const RANK: { [severity in Severity]: number } = { hint: 0, info: 1, warning: 2, error: 3 };

/** The lower of two severities. */
export function atMost(severity: Severity, most: Severity): Severity {
  return RANK[most] < RANK[severity] ? most : severity;
}

function worst(
  entry: Entry,
  open: readonly DbEffect[],
  schema: SchemaModel | undefined,
  tried: boolean,
): Verdict | undefined {
  const isChange = (effect: DbEffect): boolean =>
    effect.kind === 'raw-write' || (effect.kind === 'write' && !/^(create|upsert)/.test(effect.op));
  const isLate = (effect: DbEffect): boolean =>
    !entry.sessions.some((session) => !session.awaited) && failsWithoutSession(effect, schema);
  const changes = open.filter((effect) => isChange(effect) && !isCounter(effect) && !isOfNewRows(effect));
  const change = changes.find((effect) => !isLate(effect)) ?? changes[0];
  if (change && !isLate(change)) return { effect: change, severity: 'error', openForm: false };
  const creates = open.filter((effect) => effect.kind === 'write' && /^(create|upsert)/.test(effect.op));
  const inName = creates.find((effect) => !isLate(effect) && isInSomebodysName(entry, effect, schema));
  if (inName) return { effect: inName, severity: 'error', openForm: false };
  const late = change ?? creates.find(isLate);
  if (late) return { effect: late, severity: 'warning', openForm: false, failsLate: true };
  const [create] = creates;
  if (create)
    return tried
      ? { effect: create, severity: 'error', openForm: false }
      : { effect: create, severity: 'warning', openForm: true };
  const counter = open.find((effect) => isChange(effect) && isCounter(effect));
  if (counter) return { effect: counter, severity: 'info', openForm: true };
  const read = open.find((effect) => isTellingRead(entry, effect, schema, tried));
  if (!read) return undefined;
  return { effect: read, severity: readSeverity(entry, read), openForm: false };
}

/**
 * A page, a single row, or what belongs to a row that was found before may be meant for whoever has its link; a list, or a row given
 * out by an action, is not.
 */
function readSeverity(entry: Entry, read: DbEffect): Severity {
  if (entry.kind === 'page') return 'info';
  if (entry.kind !== 'route') return 'error';
  const where = read.args.k === 'object' ? read.args.props['where'] : undefined;
  const all = where ? leaves(where) : [];
  const isOfRow = all.some((leaf) => leaf.k === 'row') && !all.some(isClientData);
  return read.op !== 'findMany' || isOfRow ? 'warning' : 'error';
}

/** `/api/public/…`, `/api/widget/…`: its address says for whom it is; `/api/client/…` may also be about customers. */
function isOpenByAddress(place: Place, entry: Entry): boolean {
  const path = /(^|\/)(app|pages)\/(.*\/)?/.exec(place.file)?.[0] ?? '';
  const folders = path.split('/').slice(1);
  if (folders.includes('public')) return true;
  if (entry.kind !== 'route') return false;
  return (
    folders.some((folder) => /^(embed|widgets?|sdk|storefront)$/i.test(folder)) ||
    (folders.includes('client') && answersPreflights(place, entry))
  );
}

/** `where: { id: cookies().get('cart')?.value }`: the guest's own cart. A cookie that names a person is believed, and no such thing. */
function isOfBrowser(effect: DbEffect, schema: SchemaModel | undefined): boolean {
  const model = schema?.modelOf(effect.model);
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  if (!model || model.name === schema?.userModel?.name || where?.k !== 'object' || where.open) return false;
  const given = Object.entries(where.props);
  return (
    given.length > 0 &&
    given.every(
      ([name, value]) =>
        schema?.uniqueKeys(model.name).some(({ selector }) => selector === name) &&
        leaves(value).some((leaf) => leaf.k === 'origin' && leaf.o === 'cookie') &&
        leaves(value).every((leaf) => leaf.k !== 'param' && leaf.k !== 'unknown'),
    )
  );
}

/** A route with `OPTIONS` answers pages of other sites: somebody meant it to be asked from outside. */
function answersPreflights({ facts }: Place, entry: Entry): boolean {
  return (
    entry.kind === 'route' &&
    (facts?.exports.some((item) => item.e !== 'star' && item.name === 'OPTIONS') ?? false)
  );
}

const LIMIT = /rate_?limit|limiter|throttle|captcha|turnstile|honeypot|bot_?(protection|check)/i;

/** The handler counts how often strangers come, or asks whether they are people: whoever wrote that knew that strangers come. */
function limitsStrangers(entry: Entry, { file, facts }: Place): boolean {
  const own = ownFunction(entry, file, facts);
  let found = false;
  if (own)
    visitSteps(own.body, {
      value: (value) => {
        found ||= value.k === 'call' && LIMIT.test(calleeText(value.fn));
        return !found;
      },
    });
  return found;
}

/** Whether an answer may carry what is read; routes of the pages router answer by a call. */
function mayGiveOut(entry: Entry, effect: DbEffect): boolean {
  if (entry.outcomes.length === 0 || givesOut(entry, effect)) return true;
  return entry.kind === 'route' && (entry.name === 'default' || effect.trace.length <= 1);
}

/** What a handler of the app router answers isn't seen to hold what it reads. */
function isHidden(entry: Entry, effect: DbEffect): boolean {
  return entry.kind === 'route' && entry.name !== 'default' && !givesOut(entry, effect);
}

const REFUSAL = /^(unauthori[sz]ed|forbidden|not_?authori[sz]ed|access_?denied|permission_?denied)\b/i;

/** Looked at for a check: what is given out is read after a refusal. */
function isLookedAtToRefuse(
  entry: Entry,
  effect: DbEffect,
  open: readonly DbEffect[],
  place: Place,
): boolean {
  const given = open.filter((one) => one.kind.endsWith('read') && givesOut(entry, one));
  return (
    given.length > 0 && !given.includes(effect) && given.every((one) => refusesBefore(entry, one, place))
  );
}

/** Whether the handler itself answers 401 or 403 before an access. */
function refusesBefore(entry: Entry, effect: DbEffect, { file, facts }: Place): boolean {
  const first = effect.trace[0] ?? effect;
  const own = ownFunction(entry, file, facts);
  if (!own || first.file !== file) return false;
  let found = false;
  visitSteps(own.body, {
    step: (step) => {
      if (step.s === 'return' || step.s === 'throw')
        found ||= step.at < first.at && step.value !== undefined && isRefusal(step.value);
      return !found;
    },
  });
  return found;
}

function isRefusal(value: Value): boolean {
  let found = false;
  visitValue(value, (part) => {
    found ||=
      part.k === 'lit' &&
      (part.v === 401 || part.v === 403 || (typeof part.v === 'string' && REFUSAL.test(part.v)));
    return !found;
  });
  return found;
}

const COUNTER = /view|click|visit|hit|like|vote|share|download|impression|played|opens|count$/i;

/** `data: { views: { increment: 1 } }` and nothing else: counters of visits are often public on purpose, stocks and credits are not. */
function isCounter(effect: DbEffect): boolean {
  const data = effect.args.k === 'object' ? effect.args.props['data'] : undefined;
  if (data?.k !== 'object' || data.open) return false;
  const values = Object.entries(data.props);
  return (
    values.length > 0 &&
    values.every(
      ([name, value]) =>
        COUNTER.test(name) &&
        value.k === 'object' &&
        ('increment' in value.props || 'decrement' in value.props),
    )
  );
}

/**
 * Whether a read without a guard really gives private rows away: rows of an owned model that nothing marks as published. A user
 * looked up by a mail address or a token (registering, resetting) is no such read, a list of users is.
 */
function isTellingRead(
  entry: Entry,
  effect: DbEffect,
  schema: SchemaModel | undefined,
  tried: boolean,
): boolean {
  if (
    !schema ||
    !effect.kind.endsWith('read') ||
    effect.op === 'count' ||
    effect.op === 'aggregate' ||
    effect.kind === 'raw-read'
  )
    return false;
  const model = schema.modelOf(effect.model);
  if (!model) return false;
  if (schema.userModel?.name === model.name)
    return (
      entry.kind !== 'page' &&
      !isNarrowSelect(effect.args) &&
      (tellsOfPeople(entry, effect) || (tried && findsAnybody(entry, effect)))
    );
  if (!schema.isOwned(model.name)) return false;
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  // Content that people publish, unless somebody meant to ask who reads it, or it is picked by the session.
  if (!tried && isContent(model, schema) && !picksOwn(where)) return false;
  if (entry.kind === 'page')
    return where !== undefined && leaves(where).some(isClientData) && !isSecretKey(where);
  return where === undefined || !isSecretKey(where);
}

/** `where: { authorId: session?.user?.id }`, and nothing that others choose. */
function picksOwn(where: Abs | undefined): boolean {
  return (
    where?.k === 'object' &&
    Object.values(where.props).some((value) => leaves(value).some((leaf) => leaf.k === 'session')) &&
    !('OR' in where.props)
  );
}

function isClientData(leaf: Abs): boolean {
  return leaf.k === 'param' || (leaf.k === 'origin' && leaf.o === 'client');
}

/** Chosen by something only the right person can know. */
function isSecretKey(where: Abs): boolean {
  return (
    where.k === 'object' &&
    Object.keys(where.props).some((name) =>
      /token|secret|hash|otp|key$|uuid|urlId|publicId|shareId|code$/i.test(name),
    )
  );
}

/** Only marks, times and keys are asked for: whether something is sold, when it was made. */
function isHarmless(effect: DbEffect, schema: SchemaModel | undefined): boolean {
  const model = schema?.modelOf(effect.model);
  const select = effect.args.k === 'object' ? effect.args.props['select'] : undefined;
  if (!schema || !model || select?.k !== 'object' || select.open) return false;
  const keys = new Set(schema.uniqueKeys(model.name).flatMap(({ fields }) => fields));
  return Object.keys(select.props).every((name) => {
    const type = schema.field(model.name, name)?.type;
    return (keys.has(name) && !isPersonal(name)) || type === 'Boolean' || type === 'DateTime';
  });
}

/** Keys that say who a person is, or let in whoever knows them. */
function isPersonal(name: string): boolean {
  return /mail|phone|token|secret|code|hash|key/i.test(name);
}

/** Names and pictures of people, as lists of authors show them. */
function isNarrowSelect(args: Abs): boolean {
  const select = args.k === 'object' ? args.props['select'] : undefined;
  return (
    select?.k === 'object' && !select.open && Object.keys(select.props).every((name) => NARROW.test(name))
  );
}

const NARROW = /^(id|name|username|pseudo(nym)?|nickname|handle|image|avatar|slug|_count|displayName)$/i;

/** A list of people, or a person given out with all columns; who is only looked up (registering, resetting) is no such read. */
function tellsOfPeople(entry: Entry, effect: DbEffect): boolean {
  if (effect.op === 'findMany') return !givesNarrowly(entry, effect);
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  const { select, omit } = effect.args.k === 'object' ? effect.args.props : {};
  if (select || omit || !where || isSecretKey(where) || !leaves(where).some(isClientData)) return false;
  return givenPaths(entry, effect).some((path) => path.length === 0);
}

/** `findFirst` by a key of a session that isn't there: Prisma leaves the condition out, and gives the first person there is. */
function findsAnybody(entry: Entry, effect: DbEffect): boolean {
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  return (
    effect.op.startsWith('findFirst') &&
    where !== undefined &&
    !leaves(where).some(isClientData) &&
    givesOut(entry, effect)
  );
}

/** Only such parts of the people that were read are answered. */
function givesNarrowly(entry: Entry, effect: DbEffect): boolean {
  const given = givenPaths(entry, effect);
  return given.length > 0 && given.every(([first]) => first !== undefined && NARROW.test(first));
}

/** What of the rows that were read is answered: paths of columns; an empty one is all of them. */
function givenPaths(entry: Entry, effect: DbEffect): string[][] {
  return entry.outcomes.flatMap(({ value }) =>
    leaves(value).flatMap((leaf) =>
      leaf.k === 'row' && leaf.query?.file === effect.file && leaf.query.at === effect.at ? [leaf.path] : [],
    ),
  );
}
