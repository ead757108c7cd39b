/** Which calls tell somebody about an error. */
import type { FunctionId, Step } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { Abs } from './abs.ts';
import { calleeText } from './calleeResolver.ts';
import type { CalleeResolver, CallValue, FoundFunction } from './calleeResolver.ts';

const LOG_METHODS =
  /^(error|warn|warning|info|log|debug|trace|fatal|critical|alert|emerg|notice|verbose|exception|dir|table|write)$/;
const LOGGERS =
  /(^|[.\s_])(console|stderr|stdout)$|log(ger|ging)?(\(\))?$|sentry|bugsnag|rollbar|pino|winston|axiom|datadog|newrelic|honeybadger|posthog|telemetry|monitor(ing)?$|span$/i;
const REPORT_CALLS =
  /(^|\.)(captureException|captureMessage|captureError|captureEvent|recordException|noticeError|notifyError|reportError|logError|logException|addBreadcrumb)$/i;

/** Packages that exist to record what happens. */
const REPORTERS =
  /^(@sentry\/|pino|winston|next-axiom|@axiomhq\/|@bugsnag\/|bugsnag|rollbar|posthog|newrelic|dd-trace|@datadog\/|@logtail\/|@highlight-run\/|consola|loglevel|tslog|signale|bunyan|log4js|roarr|evlog|debug$|@honeybadger-io\/|applicationinsights|@opentelemetry\/)/;

/** Packages that only turn an error into something else. */
const FORMATTERS =
  /^(zod|zod-validation-error|next\/server|next\/navigation|react|superjson|serialize-error|lodash|ts-pattern|util$|node:util$|@trpc\/|http-errors|http-status|@hono\/|hono|type-fest|clsx|@prisma\/|valibot|yup|joi)/;

/** A call on a logger, by what it is or, where that can't be seen, by how it is called. */
export function isLogCall(call: CallValue, callee: Abs): boolean {
  if (callee.k === 'global' && callee.path[0] === 'console') return true;
  if (isReporterPackage(callee)) return true;
  const text = calleeText(call.fn);
  if (REPORT_CALLS.test(text)) return true;
  if (call.fn.k !== 'member') return false;
  return LOG_METHODS.test(call.fn.name) && LOGGERS.test(calleeText(call.fn.of));
}

export function isReporterPackage(callee: Abs): boolean {
  return (callee.k === 'package' || callee.k === 'made') && REPORTERS.test(callee.spec);
}

/** Whether a callee of a package makes something of an error and tells nobody. */
export function formatsOnly(callee: Abs): boolean {
  return (callee.k === 'package' || callee.k === 'made') && FORMATTERS.test(callee.spec);
}

/** Names under which projects tell somebody that something failed. */
export function soundsLikeReport(text: string): boolean {
  return /log|report|capture|track|notify|alert|monitor|audit|handle\w*(error|exception|failure)/i.test(text);
}

/** Whether a function logs, itself or in what it calls. */
export function logs(resolver: CalleeResolver, target: FoundFunction, depth: number): boolean {
  const { file, facts, fn } = target;
  const own = facts.functions[fn];
  if (!own) return false;
  return resolver.remembered(`logs${depth}`, target, () => {
    let found = false;
    const inner: FunctionId[] = [];
    const visit = (steps: readonly Step[]): void =>
      visitSteps(steps, {
        value: (value) => {
          if (found) return false;
          if (value.k === 'function') inner.push(value.fn);
          if (value.k !== 'call') return true;
          const callee = resolver.resolve(file, facts, fn, value.fn);
          if (isLogCall(value, callee) || isReporterPackage(callee)) found = true;
          else if (depth < 2) {
            const next = resolver.functionOf(callee);
            if (next && !(next.file === file && next.fn === fn)) found = logs(resolver, next, depth + 1);
          }
          return !found;
        },
      });
    visit(own.body);
    for (let next = inner.pop(); next !== undefined; next = inner.pop())
      visit(facts.functions[next]?.body ?? []);
    return found;
  });
}
