/** Where a file tells a log, an error or an answer something. */
import type { FileId } from '../../base/path.ts';
import type { FunctionId, Step, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { calleeText } from '../../workspace/calleeResolver.ts';
import type { CalleeResolver, CallValue, FoundFunction } from '../../workspace/calleeResolver.ts';
import { isLogCall, logs } from '../../workspace/logging.ts';

export interface Told {
  /** `log`: a log or a report; `message`: the text of an error. */
  to: 'log' | 'message';
  /** Name of the call as written: `console.log`. */
  by: string;
  values: Value[];
  fn: FunctionId;
  /** Whether any text may stand in place of a whole argument. */
  takesText: boolean;
}

/** Everything that a file tells, but for what is told outside production only. */
export function toldBy(resolver: CalleeResolver, file: FileId, facts: TsFacts): Told[] {
  const out: Told[] = [];
  facts.functions.forEach((own, fn) => {
    let silent = false;
    const values = (value: Value): boolean => {
      // `isDevelopment && console.log(token)`
      if (silent || (value.k === 'logic' && isDevelopmentTest(value.left))) return false;
      if (value.k === 'call') {
        const told = toldToLog(resolver, file, facts, fn, value);
        if (told) out.push(told);
      } else if (value.k === 'new') {
        if (/(Error|Exception)$/.test(calleeText(value.fn)))
          out.push({
            to: 'message',
            by: calleeText(value.fn),
            values: messagesIn(value.args),
            fn,
            takesText: true,
          });
      } else if (value.k === 'object') {
        for (const prop of value.props)
          if (prop.p === 'prop' && prop.name === 'error' && prop.value.k === 'template')
            out.push({ to: 'message', by: 'error', values: [prop.value], fn, takesText: true });
      }
      return true;
    };
    visitSteps(own.body, {
      step: (step) => {
        if (leavesProduction(step)) silent = true;
        return !(step.s === 'if' && isDevelopmentTest(step.test));
      },
      value: values,
    });
  });
  return out;
}

const LOOKS_LIKE_LOG =
  /log|console|warn|error|info|debug|trace|capture|sentry|report|stderr|stdout|set(Extra|Context|User|Tag)/i;

function toldToLog(
  resolver: CalleeResolver,
  file: FileId,
  facts: TsFacts,
  fn: FunctionId,
  call: CallValue,
): Told | undefined {
  const by = calleeText(call.fn);
  if (call.args.length === 0 || !LOOKS_LIKE_LOG.test(by)) return undefined;
  const told = { to: 'log' as const, by, values: call.args, fn };
  // `console.table(rows, ['name'])` shows the columns that are named.
  if (by === 'console.table' && call.args.length > 1) return undefined;
  if (/^console\.(log|info|warn|error|debug|trace|dir|table)$/.test(by)) return { ...told, takesText: true };
  const callee = resolver.resolve(file, facts, fn, call.fn);
  const target = resolver.functionOf(callee);
  const isLog = isLogCall(call, callee)
    ? !isSetUp(callee)
    : target !== undefined && /^(debug|log)([A-Z_]|$)/.test(by) && logs(resolver, target, 0);
  if (!isLog || (target && redacts(resolver, target, 0))) return undefined;
  return {
    ...told,
    values: hasRedaction(callee)
      ? call.args.filter((arg) => arg.k !== 'object' && arg.k !== 'ref')
      : call.args,
    takesText: false,
  };
}

/** `Sentry.init({…})`, `pino({…})`: settings, not a log. */
function isSetUp(callee: Abs): boolean {
  return (
    (callee.k === 'package' || callee.k === 'made') &&
    !/^(log|info|warn|error|debug|trace|fatal|verbose|http|capture|identify|track|alias|logger|with)|^set|^add/i.test(
      callee.path.at(-1) ?? '',
    )
  );
}

/** `pino({ redact: ['password'] })` */
function hasRedaction(callee: Abs): boolean {
  return (
    callee.k === 'made' && callee.args.some((arg) => arg.k === 'object' && arg.props['redact'] !== undefined)
  );
}

const REDACTS = /redact|mask|sanit|scrub|censor|strip(Secret|Sens)|omit(Secret|Sens)|filterSens/i;

/** Whether a function of the project takes secrets out of what it logs, itself or in what it calls. */
function redacts(resolver: CalleeResolver, target: FoundFunction, depth: number): boolean {
  return resolver.remembered(`redacts${depth}`, target, () => {
    let found = false;
    visitSteps(target.facts.functions[target.fn]?.body ?? [], {
      value: (value) => {
        if (found || value.k !== 'call') return !found;
        const text = calleeText(value.fn);
        if (REDACTS.test(text)) found = true;
        else if (depth < 2) {
          const next = resolver.functionOf(resolver.resolve(target.file, target.facts, target.fn, value.fn));
          if (next && !(next.file === target.file && next.fn === target.fn))
            found = redacts(resolver, next, depth + 1);
        }
        return !found;
      },
    });
    return found;
  });
}

/** The texts that an error is made with: not what it merely carries. */
function messagesIn(args: readonly Value[]): Value[] {
  return args.flatMap((arg) => {
    if (arg.k === 'template' || arg.k === 'binary') return [arg];
    if (arg.k === 'call' && calleeText(arg.fn) === 'JSON.stringify') return [arg];
    if (arg.k !== 'object') return [];
    return arg.props.flatMap((prop) => (prop.p === 'prop' && prop.name === 'message' ? [prop.value] : []));
  });
}

function isDevelopmentTest(test: Value): boolean {
  let found = false;
  visitValue(test, (value) => {
    if (
      (value.k === 'ref' || value.k === 'member') &&
      /^(NODE_ENV|VERCEL_ENV|APP_ENV|__DEV__|DEBUG|isDebug|is_?dev(elopment)?|isLocal(host)?|isTest|isProd(uction)?)$/i.test(
        value.name,
      )
    )
      found = true;
    return !found;
  });
  return found;
}

/** `if (process.env.NODE_ENV === 'production') return;` */
function leavesProduction(step: Step): boolean {
  return step.s === 'if' && isDevelopmentTest(step.test) && step.then.at(-1)?.s === 'return';
}
