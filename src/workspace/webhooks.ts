/** Routes that machines call: webhooks of other services and scheduled jobs. They prove themselves by a signature or a secret, not by a session. */
import type { FileId } from '../base/path.ts';
import type { FunctionFacts, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import type { Entry } from './entries.ts';
import { initialValue } from './initialValue.ts';
import { asksSender } from './senderChecks.ts';
import type { CallEvent, DbEffect } from './summary.ts';
import { parseFunctionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type MachineRoute = 'webhook' | 'cron';

const WEBHOOK_PATH = /(^|[/_-])(web-?hooks?|hooks?)([/_.-]|$)/i;
/** Where a service reports back: `/api/ses_callback`. With a GET, people come back from signing in or paying. */
const CALLBACK_PATH = /(^|[/_-])callbacks?([/_.-]|$)/i;
const SIGN_IN_PATH = /(^|[/_-])(auth|oauth2?|saml2?|sso|oidc|log-?in|sign-?in)([/_.-]|$)/i;
const CRON_PATH = /(^|[/_-])(crons?|cron-?jobs?|scheduled(-(tasks|jobs))?|scheduler)([/_.-]|$)/i;
/** Events as services name them: `checkout.session.completed`, `user.created`. */
const PROVIDER_EVENT =
  /^(checkout\.session|payment_intent|payment|charge|invoice|customer(\.subscription)?|subscription|user|organization|session|email|order|account|transaction)\.[a-z_]+(\.[a-z_]+)*$/;

/** Whether only machines call what stands there: nobody sees a page. */
export function isForMachines(file: FileId): boolean {
  const path = routeAddress(file);
  return CRON_PATH.test(path) || WEBHOOK_PATH.test(path);
}

function routeAddress(file: FileId): string {
  return file.replace(/^.*?(^|\/)(app|pages)\//, '/').replace(/\/route\.[cm]?[jt]sx?$/, '');
}

/** What kind of machine an entry point is for: by the route's path, its names, or by the events it tells apart. */
export function machineRoute(view: WorkspaceView, file: FileId, entry: Entry): MachineRoute | undefined {
  if (entry.kind !== 'route' || entry.name === 'OPTIONS' || entry.name === 'HEAD') return undefined;
  const path = routeAddress(file);
  if (CRON_PATH.test(path)) return 'cron';
  if (WEBHOOK_PATH.test(path)) return 'webhook';
  if (entry.name === 'GET') return undefined;
  if (CALLBACK_PATH.test(path) && !SIGN_IN_PATH.test(path)) return 'webhook';
  const facts = view.tsFacts(file);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const own = handler?.file === file ? facts?.functions[handler.fn] : undefined;
  return own && tellsEventsApart(own) ? 'webhook' : undefined;
}

/** `event.type === 'invoice.paid'`, `switch (event.type) { case 'user.created': … }`. */
function tellsEventsApart(fn: FunctionFacts): boolean {
  let found = false;
  const isEvent = (value: Value): boolean =>
    value.k === 'member' && /^(type|event|event_?(type|name)|topic|action)$/i.test(value.name);
  const isName = (value: Value | undefined): boolean =>
    value?.k === 'lit' && typeof value.v === 'string' && PROVIDER_EVENT.test(value.v);
  visitSteps(fn.body, {
    step: (step) => {
      if (step.s === 'switch' && isEvent(step.on)) found ||= step.cases.some(({ test }) => isName(test));
      return !found;
    },
    value: (value) => {
      if (value.k === 'binary')
        found ||=
          (isEvent(value.left) && isName(value.right)) || (isEvent(value.right) && isName(value.left));
      return !found;
    },
  });
  return found;
}

export interface UnverifiedWork {
  kind: MachineRoute;
  /** The first thing that it does for whoever asks. */
  first: DbEffect | CallEvent;
}

/** What a machine's route does before anything has shown who calls; undefined for every other entry point. */
export function unverifiedWork(view: WorkspaceView, file: FileId, entry: Entry): UnverifiedWork | undefined {
  if (entry.opaque || entry.wrapperProof || entry.tags.includes('public')) return undefined;
  const acts = [
    ...entry.effects.filter(
      (effect) => effect.sure && (effect.kind === 'write' || effect.kind === 'raw-write'),
    ),
    ...entry.events.filter(
      ({ kind, name }) =>
        (kind === 'network' || kind === 'mail' || kind === 'system') && !isObservation(name),
    ),
  ].toSorted((a, b) => a.seq - b.seq);
  const [first] = acts;
  if (!first || first.proof || first.unsure) return undefined;
  const kind = machineRoute(view, file, entry);
  if (!kind || view.conventions(file).isPublic(file, entry.name)) return undefined;
  if (kind === 'webhook' && 'name' in first && isLookUpAtSender(first)) return undefined;
  if (kind === 'webhook' && asksSender(view, file, entry, first)) return undefined;
  return { kind, first };
}

/** Caches, reports of errors, metrics and limits of the rate, which come before any check on purpose. */
function isObservation(name: string): boolean {
  return /^(redis|kv|cache)\b|capture|sentry|posthog|track|setUser|setTag|setContext|setExtra|breadcrumb|withScope|identify|rate_?limit|limiter|\.limit$/i.test(
    name,
  );
}

/** Asking the sender's service what really happened is as good as a signature: `mollie.payments.get(id)`. */
function isLookUpAtSender({ kind, name }: CallEvent): boolean {
  if (kind !== 'network' || /^(fetch|axios|ky|got)\b/.test(name)) return false;
  return !/stripe/i.test(name) || name.endsWith('events.retrieve');
}

/** A secret that is compared only when it is set. */
export interface FailOpen {
  /** The test of the variable, with which the comparison falls away. */
  left: Value;
  right: Value;
  /** The whole `secret && given !== secret`. */
  at: number;
}

/** `if (secret && given !== secret) return …` in a function: without the variable everybody passes. */
export function failOpen(facts: TsFacts, fn: FunctionFacts): FailOpen | undefined {
  let found: FailOpen | undefined;
  visitSteps(fn.body, {
    step: (step) => {
      const test = step.s === 'if' ? step.test : undefined;
      if (test?.k !== 'logic' || test.op !== '&&' || found) return !found;
      if (isVariable(facts, fn, test.left) && refuses(facts, fn, test.right))
        found = { left: test.left, right: test.right, at: test.at };
      return !found;
    },
  });
  return found;
}

/** `process.env.CRON_SECRET`, `env.CRON_SECRET`, or a constant that holds one of them. */
export function isVariable(facts: TsFacts, fn: FunctionFacts, value: Value, depth = 0): boolean {
  if (depth > 3) return false;
  if (value.k === 'member')
    return (
      (value.of.k === 'member' && value.of.name === 'env') ||
      (value.of.k === 'ref' && value.of.name === 'env')
    );
  if (value.k !== 'ref' || value.b < 0) return false;
  const home = facts.bindings[value.b]?.fn === 0 ? facts.functions[0] : fn;
  const initial = initialValue(home?.body ?? [], value.b);
  return initial !== undefined && isVariable(facts, fn, initial, depth + 1);
}

/** A comparison with the variable that comes out true for a stranger. */
function refuses(facts: TsFacts, fn: FunctionFacts, value: Value): boolean {
  if (value.k === 'logic') return refuses(facts, fn, value.left) || refuses(facts, fn, value.right);
  return value.k === 'binary' && value.op.startsWith('!=') && mentionsVariable(facts, fn, value);
}

function mentionsVariable(facts: TsFacts, fn: FunctionFacts, value: Value): boolean {
  let found = false;
  visitValue(value, (part) => {
    found ||= isVariable(facts, fn, part);
    return !found;
  });
  return found;
}

/** Comparisons of a function by `===` or `!==` between something of the request and a secret of the environment. */
export function plainComparisons(facts: TsFacts, fn: FunctionFacts): Extract<Value, { k: 'binary' }>[] {
  const out: Extract<Value, { k: 'binary' }>[] = [];
  visitSteps(fn.body, {
    value: (value) => {
      if (value.k !== 'binary' || !/^[!=]==?$/.test(value.op)) return;
      const isPlain = [value.left, value.right].some((side) => side.k === 'lit' || side.k === 'unary');
      const lengths = [value.left, value.right].some((side) => side.k === 'member' && side.name === 'length');
      if (!isPlain && !lengths && isSecretName(facts, fn, value)) out.push(value);
    },
  });
  return out;
}

function isSecretName(facts: TsFacts, fn: FunctionFacts, value: Value): boolean {
  let found = false;
  visitValue(value, (part) => {
    if (!isVariable(facts, fn, part)) return !found;
    const source = part.k === 'ref' ? constantName(facts, fn, part.b) : part.k === 'member' ? part.name : '';
    found ||= /secret|token|key|password|signature/i.test(source);
    return !found;
  });
  return found;
}

function constantName(facts: TsFacts, fn: FunctionFacts, b: number): string {
  const home = facts.bindings[b]?.fn === 0 ? facts.functions[0] : fn;
  const initial = initialValue(home?.body ?? [], b);
  return initial?.k === 'member' ? initial.name : (facts.bindings[b]?.name ?? '');
}
