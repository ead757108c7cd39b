import { z } from 'zod';
import { visitSteps } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { accessPlace, calleeAt } from '../../workspace/accessPlace.ts';
import type { Entry } from '../../workspace/entries.ts';
import { isHandedOut } from '../../workspace/publicData.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { machineRoute } from '../../workspace/webhooks.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  counters: z
    .boolean()
    .describe('Also report counters, records of visits, and times at which something was last seen or used.'),
  allowModels: z.array(z.string()).describe('Models that reading may write, such as a log of your own.'),
});
type Options = z.infer<typeof options>;

/** Models that exist to be written while something is read. */
const TRACE =
  /(view|visit|click|impression|hit|analytics?|tracking|metric|stat|event|log|audit|activity|history|cache|rate_?limit|session|usage)s?$/i;
/** Fields that say when something was seen, or how often. */
const SEEN =
  /(^|_)(last|seen|viewed|visited|accessed|opened|read|clicked|used|synced|fetched|checked|refreshed)(_?(at|on|date|time))?$|^last[A-Z_]|(Seen|Viewed|Visited|Accessed|Opened|Read|Clicked|Used|Synced)(At|On)?$|(views?|visits?|clicks?|hits?)(_?count)?$/i;
/** What another service gave and renews while it is used. */
const RENEWED = /^(access|refresh|id|oauth)_?tokens?$/i;
/** Addresses at which another service sends somebody back with a code, by GET. */
const CALLBACK =
  /(^|[/_-])(callback|oauth2?|auth|sso|saml|connect|install|redirect|integrations?)([/_.-]|$)/i;
/** Where payment services send people back. */
const PAID =
  /(^|[/_-])(stripe|paypal|mollie|mercado-?pago|checkout|payments?|billing)(?=[/_-]).*[/_-](success|return|completed?|cancel(led)?)([/_.-]|$)/i;
/** Rows that hold what lets in at another service, and where in them it stands. */
const CONNECTION = /(integration|credential|connection)s?$/i;
const GRANTED = /^(credentials?|tokens?|config|settings)$/i;
/** Where somebody came from, noted when they arrive. */
const ATTRIBUTION = /^(utms?|utm_?\w+|attribution|referr(er|al)|gclid|fbclid)$/i;
/** What is reached once: `appSetupCompleted: true`. */
const REACHED = /(setup|install|onboard|connect|first|initial)\w*(completed?|done|ed|At)?$/i;
/** Links in mails: opening them is what confirms. */
const MAILED =
  /(^|[/_-])(verify|verification|confirm(ation)?|unsubscribe|activate|activation|accept|invit(e|ation)s?|magic-?link)([/_.-]|$)/i;

export const rule = defineRule<Options>({
  meta: {
    id: 'no-get-side-effect',
    title: 'Reading changes nothing: GET handlers and pages do not write.',
    sections: ['S3', 'S5'],
    severity: 'warning',
    fix: 'none',
    needs: 'file',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { counters: false, allowModels: [] },
    messages: {
      route:
        'This GET handler {does} {model} rows. Prefetching browsers, link previews and crawlers call it unasked, and other sites can make a signed-in browser do so. Write in POST, PUT, PATCH or DELETE, or in a server action.',
      page: 'Rendering this page {does} {model} rows. Pages are rendered for prefetches, previews and reloads that nobody asked for. Write in a server action, or where the visitor does something.',
      mailed:
        'Opening this link {does} {model} rows. Mail scanners and previews open links before their reader does. Show a page with a button and write in its action.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role !== 'route' && role !== 'page') return;
    const entries = workspace.entries(file);
    const seen = new Set<number>();
    for (const entry of entries) {
      if (!(entry.kind === 'page' || (entry.kind === 'route' && entry.name === 'GET'))) continue;
      if (entry.opaque || isShared(entry, entries) || isAccepted(context, entry)) continue;
      const effect = entry.effects.find(
        (candidate) =>
          candidate.sure &&
          (candidate.kind === 'write' || candidate.kind === 'raw-write') &&
          !isTrace(context, candidate),
      );
      if (effect) reportWrite(context, entry, effect, seen);
    }
  },
});

/** One function for all methods looks at the method itself. */
function isShared(entry: Entry, entries: readonly Entry[]): boolean {
  return (
    entry.kind === 'route' &&
    entries.some((other) => other !== entry && other.handler !== undefined && other.handler === entry.handler)
  );
}

/** Jobs and events that machines send by GET, and the ways back from another service. */
function isAccepted({ workspace, file }: RuleContext<Options>, entry: Entry): boolean {
  if (entry.marks.signIn === true) return true;
  if (entry.kind !== 'route') return false;
  const path = pathOf(file);
  if (CALLBACK.test(path) || PAID.test(path) || machineRoute(workspace, file, entry)) return true;
  if (isSentBack(workspace, file, entry)) return true;
  const proof = entry.effects.find(({ kind }) => kind.endsWith('write'))?.proof?.kind;
  return proof === 'secret' || proof === 'signature' || proof === 'key';
}

/** Whoever signs in elsewhere comes back with a `code`, for which the handler asks that service. */
function isSentBack(workspace: RuleContext<Options>['workspace'], file: string, entry: Entry): boolean {
  const write = entry.effects.find(({ kind }) => kind.endsWith('write'));
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const own = handler?.file === file ? workspace.tsFacts(file)?.functions[handler.fn] : undefined;
  if (!own || !write || !entry.events.some(({ kind, seq }) => kind === 'network' && seq < write.seq))
    return false;
  let found = false;
  visitSteps(own.body, {
    value: (value) => {
      if (value.k === 'call' && value.fn.k === 'member' && value.fn.name === 'get') {
        const [name] = value.args;
        found ||= name?.k === 'lit' && name.v === 'code';
      }
      return !found;
    },
  });
  return found;
}

function pathOf(file: string): string {
  return file.replace(/^.*?(^|\/)(app|pages)\//, '/');
}

/** Writes that only say that something was read. */
function isTrace({ workspace, file, options: chosen }: RuleContext<Options>, effect: DbEffect): boolean {
  const model = workspace.schema(file)?.modelOf(effect.model)?.name ?? effect.model;
  if (chosen.allowModels.includes(model)) return true;
  if (chosen.counters || effect.kind === 'raw-write') return false;
  if (TRACE.test(model)) return true;
  const data = propOf(effect.args, effect.op === 'upsert' ? 'update' : 'data');
  if (data?.k !== 'object') return false;
  if (/^(update|upsert)/.test(effect.op) && (renewsTokens(data, 0) || renewsGrant(model, data))) return true;
  if (data.open) return false;
  const all = Object.entries(data.props);
  // `{ version, lastSeenAt: new Date() }`: what is noted with the time belongs to the note.
  return (
    all.some(([name]) => /(^|_)last|Last/.test(name) && SEEN.test(name)) ||
    (all.length > 0 && all.every(([name, value]) => isNoted(name, value)))
  );
}

function isNoted(name: string, value: Abs): boolean {
  if (SEEN.test(name) || ATTRIBUTION.test(name) || isCounter(value)) return true;
  return value.k === 'lit' && value.v === true && REACHED.test(name);
}

/** What another service gave for a row that connects to it. */
function renewsGrant(model: string, data: Abs): boolean {
  return (
    CONNECTION.test(model) &&
    data.k === 'object' &&
    (data.open || Object.keys(data.props).some((name) => GRANTED.test(name)))
  );
}

/** `{ access_token, expires_at }`, also of a related row. */
function renewsTokens(data: Abs, depth: number): boolean {
  return (
    data.k === 'object' &&
    Object.entries(data.props).some(
      ([name, value]) => RENEWED.test(name) || (depth < 3 && renewsTokens(value, depth + 1)),
    )
  );
}

function isCounter(value: Abs): boolean {
  return value.k === 'object' && ('increment' in value.props || 'decrement' in value.props);
}

function propOf(args: Abs, name: string): Abs | undefined {
  return args.k === 'object' ? args.props[name] : undefined;
}

function reportWrite(context: RuleContext<Options>, entry: Entry, effect: DbEffect, seen: Set<number>): void {
  const { workspace, file } = context;
  const { at, related } = accessPlace(workspace, file, entry, effect);
  if (seen.has(at)) return;
  seen.add(at);
  const model = workspace.schema(file)?.modelOf(effect.model);
  // Who is signed in has not come from a mail.
  const isMailed =
    effect.proof?.kind !== 'session' &&
    (MAILED.test(pathOf(file)) || (model !== undefined && isHandedOut(model)));
  const severity: Severity = isMailed || isLazy(workspace, effect) || isDeep(effect) ? 'info' : 'warning';
  context.report({
    place: { at },
    message: isMailed ? 'mailed' : entry.kind === 'page' ? 'page' : 'route',
    data: {
      does: VERBS[effect.op] ?? 'changes',
      model: model?.name ?? (effect.model === '' ? 'some' : effect.model),
    },
    severity,
    related,
  });
}

/** Housekeeping of what a handler uses, many calls away from it. */
function isDeep({ trace }: DbEffect): boolean {
  return trace.length > 3;
}

/** Functions that say that they make what is missing. */
const MAKES_MISSING = /^((get|find|fetch|load|read)_?or_?(create|make|generate|insert|init)|ensure)/i;

/** What is made the first time it is asked for comes out the same however often that happens. */
function isLazy(workspace: RuleContext<Options>['workspace'], { op, args, trace }: DbEffect): boolean {
  const update = propOf(args, 'update');
  if (op === 'upsert' && update?.k === 'object' && Object.keys(update.props).length === 0) return true;
  if (/^(delete|updateMany)/.test(op)) return false;
  return trace.some(({ file, at }) => {
    const facts = workspace.tsFacts(file);
    return facts !== undefined && MAKES_MISSING.test(calleeAt(facts, at)?.name ?? '');
  });
}

const VERBS: { [op: string]: string } = {
  create: 'creates',
  createMany: 'creates',
  createManyAndReturn: 'creates',
  upsert: 'creates or changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};
