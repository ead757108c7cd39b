/** What calls do outside of the database: the network, mail, files, caches, logs. */
import { trim } from './abs.ts';
import type { Abs } from './abs.ts';
import { known, moment, textOf } from './callPlace.ts';
import type { Place } from './callPlace.ts';
import type { Interpreter } from './interpreter.ts';
import type { State } from './state.ts';
import type { EventKind } from './summary.ts';

const MAIL =
  /^(resend|nodemailer|@sendgrid\/mail|postmark|mailgun(\.js|-js)?|@react-email\/|@getbrevo\/|node-mailjet|@aws-sdk\/client-ses|plunk)/;
const NETWORK =
  /^(axios|got|ky|node-fetch|undici|ofetch|stripe|twilio|openai|@anthropic-ai\/|ai$|@ai-sdk\/|@octokit\/|googleapis|@aws-sdk\/|@google-cloud\/|@upstash\/|@vercel\/(blob|kv)|ioredis|redis|pusher|uploadthing|@slack\/|@sentry\/|posthog-node|inngest|@trigger\.dev\/|cloudinary|algoliasearch|bullmq)/;
/** Whether what a package's call gives comes from a service, whatever it was asked with. Commands and uploads are made before they are sent. */
export function isAnswer({ spec }: Extract<Abs, { k: 'made' }>): boolean {
  return NETWORK.test(spec) && !/^(ai$|@ai-sdk\/|@aws-sdk\/|@google-cloud\/)/.test(spec);
}

/** What of the package `ai` asks a model; the rest of it is pure. */
const AI_CALLS = /^(generate|stream|embed|transcribe|rerank|experimental_(generate|transcribe))/;
const SYSTEM = /^(node:)?(fs|fs\/promises|child_process|net|vm)$|^(execa|zx|fs-extra)$/;
const REVALIDATES =
  /^(revalidatePath|revalidateTag|updateTag|refresh|expirePath|expireTag|unstable_expirePath|unstable_expireTag)$/;
const LOGGERS = /^(pino|winston|bunyan|loglevel|consola|signale|tslog|next-logger|next-axiom|roarr)(\/|$)/;

/** What a package's call does outside of the database, where its name says so. */
export function packageEvent(
  it: Interpreter,
  callee: Extract<Abs, { k: 'made' | 'package' }>,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): void {
  const { spec } = callee;
  const name = place ? textOf(place.calleeValue) : 'call';
  const last = callee.path.at(-1) ?? '';
  // `APICallError.isInstance(error)` asks nobody.
  if (/^is[A-Z]/.test(last)) return;
  if (spec === 'next/cache') {
    if (REVALIDATES.test(last)) event(it, 'revalidate', last, args, state, place);
  } else if (LOGGERS.test(spec)) {
    if (/^(log|info|warn|error|debug|trace|fatal|verbose|http)$/.test(last))
      event(it, 'log', name, args, state, place);
  } else if (spec === 'ai' && !AI_CALLS.test(last)) return;
  else if (MAIL.test(spec)) event(it, 'mail', name, args, state, place);
  else if (SYSTEM.test(spec)) event(it, 'system', name, args, state, place);
  else if (NETWORK.test(spec)) event(it, 'network', name, args, state, place);
}

/** Calls of the platform that reach outside: the network, the log, a wait. */
export function globalCall(
  it: Interpreter,
  name: string,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): void {
  const bare = name.replace(/^(globalThis|window)\./, '');
  if (bare === 'fetch') {
    it.marks.external = true;
    event(it, 'network', bare, args, state, place);
  } else if (/^console\.(log|info|warn|error|debug|trace|dir|table)$/.test(bare))
    event(it, 'log', bare, args, state, place);
  else if (bare === 'setTimeout') event(it, 'wait', bare, [], state, place);
}

/** Notes something that a call does outside of the database. */
export function event(
  it: Interpreter,
  kind: EventKind,
  name: string,
  args: readonly Abs[],
  state: State,
  place: Place | undefined,
): void {
  if (!place) return;
  it.addEvent({
    kind,
    name,
    args: args.map((arg) => trim(arg, 4)),
    file: it.file,
    at: place.call.at,
    ...moment(it, state),
    ...known(state),
    unsure: state.unsure,
    trace: [],
  });
}
