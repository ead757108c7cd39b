/** How bad it is what a stranger can do at an entry point. */
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import { leaves } from '../../workspace/abs.ts';
import type { Abs } from '../../workspace/abs.ts';
import type { Entry } from '../../workspace/entries.ts';
import { givesOut } from '../../workspace/ownerHoles.ts';
import { isContent } from '../../workspace/publicData.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import type { Severity } from '../rule.ts';

/** Where an entry point stands. */
export interface Place {
  schema: SchemaModel | undefined;
  file: FileId;
  facts: TsFacts | undefined;
}

export interface Verdict {
  effect: DbEffect;
  severity: Severity;
  openForm: boolean;
}

/** The worst thing that a stranger can do here. */
export function judge(entry: Entry, open: readonly DbEffect[], place: Place): Verdict | undefined {
  const found = worst(entry, open, place.schema);
  if (!found) return undefined;
  // Somebody is turned away before it, by a check that is none of a session: whether it is enough can't be told.
  if (!isTried(entry) && refusesBefore(entry, found.effect, place)) return { ...found, severity: 'info' };
  const isRead = found.effect.kind.endsWith('read');
  return isRead && (isOpenByAddress(place.file) || !mayGiveOut(entry, found.effect))
    ? { ...found, severity: 'info' }
    : found;
}

/** A session is read, and not waited for or not tested: the author meant to ask. */
function isTried(entry: Entry): boolean {
  return entry.sessions.some((session) => !session.tested || !session.awaited);
}

function worst(
  entry: Entry,
  open: readonly DbEffect[],
  schema: SchemaModel | undefined,
): Verdict | undefined {
  const tried = isTried(entry);
  const isChange = (effect: DbEffect): boolean =>
    effect.kind === 'raw-write' || (effect.kind === 'write' && !/^(create|upsert)/.test(effect.op));
  const change = open.find((effect) => isChange(effect) && !isCounter(effect));
  if (change) return { effect: change, severity: 'error', openForm: false };
  const create = open.find((effect) => effect.kind === 'write' && /^(create|upsert)/.test(effect.op));
  if (create) {
    const model = schema?.modelOf(create.model)?.name;
    const owned = model !== undefined && schema?.isOwned(model) === true;
    // A row that belongs to nobody may be a contact form; one that belongs to a person is made in that person's name.
    if (tried || owned) return { effect: create, severity: 'error', openForm: false };
    return { effect: create, severity: 'warning', openForm: true };
  }
  const counter = open.find(isChange);
  if (counter) return { effect: counter, severity: 'warning', openForm: true };
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

/** `/api/public/…`: its address says for whom it is. */
function isOpenByAddress(file: FileId): boolean {
  return /(^|\/)(app|pages)\/(.*\/)?public\//.test(file);
}

/** Whether an action's answer may carry what it reads; routes of the pages router answer by a call. */
function mayGiveOut(entry: Entry, effect: DbEffect): boolean {
  return entry.kind === 'route' || entry.outcomes.length === 0 || givesOut(entry, effect);
}

const REFUSAL = /^(unauthori[sz]ed|forbidden|not_?authori[sz]ed|access_?denied|permission_?denied)\b/i;

/** Whether the handler itself answers 401 or 403 before an access. */
function refusesBefore(entry: Entry, effect: DbEffect, { file, facts }: Place): boolean {
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const first = effect.trace[0] ?? effect;
  const own = handler?.file === file ? facts?.functions[handler.fn] : undefined;
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

/** `data: { views: { increment: 1 } }` and nothing else: counters are often public on purpose. */
function isCounter(effect: DbEffect): boolean {
  const data = effect.args.k === 'object' ? effect.args.props['data'] : undefined;
  if (data?.k !== 'object' || data.open) return false;
  const values = Object.values(data.props);
  return (
    values.length > 0 &&
    values.every(
      (value) => value.k === 'object' && ('increment' in value.props || 'decrement' in value.props),
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
    return effect.op === 'findMany' && entry.kind !== 'page' && !isNarrowSelect(effect.args);
  if (!schema.isOwned(model.name)) return false;
  // Content that people publish, unless somebody meant to ask who reads it.
  if (!tried && isContent(model, schema)) return false;
  const where = effect.args.k === 'object' ? effect.args.props['where'] : undefined;
  if (entry.kind === 'page')
    return where !== undefined && leaves(where).some(isClientData) && !isSecretKey(where);
  return where === undefined || !isSecretKey(where);
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

/** Names and pictures of people, as lists of authors show them. */
function isNarrowSelect(args: Abs): boolean {
  const select = args.k === 'object' ? args.props['select'] : undefined;
  return (
    select?.k === 'object' &&
    !select.open &&
    Object.keys(select.props).every((name) =>
      /^(id|name|username|image|avatar|slug|_count|displayName)$/i.test(name),
    )
  );
}
