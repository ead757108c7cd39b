/** Decides how bad it is what a catch does with an error. */
import type { Value } from '../../facts/tsModel.ts';
import type { CatchSite } from '../../workspace/catchAnalysis.ts';
import type { GuardedWork } from '../../workspace/guardedWork.ts';
import type { PathEnd } from '../../workspace/handlerPaths.ts';
import type { Severity } from '../rule.ts';

export interface Verdict {
  kind: 'empty' | 'dropped' | 'unlogged' | 'success' | 'lostCause';
  severity: Severity;
  /** The path goes on behind the try, or hands out success: an answer is missing. */
  falls: boolean;
  logged: boolean;
}

/** The worst of what the handler's paths do, or undefined when all of them are fine. */
export function judge(site: CatchSite): Verdict | undefined {
  let worst: Verdict | undefined;
  for (const end of site.ends) {
    const verdict = judgeEnd(site, end);
    if (verdict && (!worst || RANK[verdict.severity] < RANK[worst.severity])) worst = verdict;
  }
  return worst;
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2, hint: 3 };

function judgeEnd(site: CatchSite, end: PathEnd): Verdict | undefined {
  const { work } = site;
  const isOpen = !end.reported && !end.used && !end.matched;
  const onDatabase = work.writes.length + work.reads.length > 0;
  switch (end.end) {
    case 'rethrow':
      return undefined;
    case 'throw':
      return isOpen && (onDatabase || work.network.length > 0) && isPlainError(end.value)
        ? { kind: 'lostCause', severity: 'hint', falls: false, logged: false }
        : undefined;
    case 'navigate':
      return isOpen && onDatabase
        ? { kind: 'unlogged', severity: 'info', falls: false, logged: false }
        : undefined;
    case 'leave':
      return isOpen && work.writes.length > 0
        ? { kind: 'unlogged', severity: 'info', falls: false, logged: false }
        : undefined;
    case 'return':
      if (!end.matched && !end.used && saysSuccess(end.value) && isWorth(work))
        return { kind: 'success', severity: 'warning', falls: false, logged: end.reported };
      return isOpen ? open(site, end) : undefined;
    case 'fall':
      if (end.reported && !end.used && !end.matched && !end.acted && claimsSuccess(site))
        return { kind: 'success', severity: 'warning', falls: true, logged: true };
      return isOpen ? open(site, end) : undefined;
  }
}

/** A path on which nobody learns of the error. */
function open(site: CatchSite, end: PathEnd): Verdict | undefined {
  const { work, kind, empty } = site;
  const isEmpty = empty || (end.end === 'fall' && !end.acted);
  const of = (severity: Severity): Verdict => ({
    kind: empty ? 'empty' : isEmpty ? 'dropped' : 'unlogged',
    severity,
    falls: end.end === 'fall',
    logged: false,
  });
  if (work.writes.length > 0) return of(end.acted && end.end === 'fall' ? 'info' : 'warning');
  if (work.reads.length > 0)
    return of(isProbe(work) || (end.acted && end.end === 'fall') ? 'info' : 'warning');
  if (work.network.length > 0) {
    if (isEmpty) return of('warning');
    return end.end === 'return' ? of('info') : undefined;
  }
  if (work.awaited.length > 0) {
    if (isEmpty) return of(kind === 'clause' ? 'warning' : 'info');
    return end.end === 'return' ? of('hint') : undefined;
  }
  return isEmpty && kind === 'clause' && work.plain.length > 0 ? of('info') : undefined;
}

/** `SELECT 1`: a health check answers with what it found. */
function isProbe(work: GuardedWork): boolean {
  return work.reads.every(
    (read) =>
      read.kind === 'raw-read' &&
      read.args.k === 'object' &&
      read.args.props['sql']?.k === 'lit' &&
      /^\s*select\s+(1|now\(\)|version\(\))/i.test(String(read.args.props['sql'].v)),
  );
}

function isWorth(work: GuardedWork): boolean {
  return work.writes.length + work.reads.length + work.network.length + work.awaited.length > 0;
}

const BEST_EFFORT =
  /log|audit|activity|event|notif|analytic|view|metric|usage|stat|history|track|cache|visit|seen/i;

/** Whether code behind a logged catch hands out success for a write that may not have happened. */
function claimsSuccess({ work, after, kind }: CatchSite): boolean {
  if (kind === 'promise' || work.writes.length === 0 || work.otherWrites.length > 0) return false;
  if (work.writes.every((write) => BEST_EFFORT.test(write.model))) return false;
  return saysSuccess(after);
}

/** `{ success: true }`, `Response.json({ received: true })`, `new Response('ok')`. */
function saysSuccess(value: Value | undefined): boolean {
  if (!value) return false;
  switch (value.k) {
    case 'await':
      return saysSuccess(value.of);
    case 'object': {
      const props = new Map(
        value.props.flatMap((prop): [string, Value][] =>
          prop.p === 'prop' ? [[prop.name, prop.value]] : [],
        ),
      );
      if (['error', 'errors', 'reason', 'warning', 'failed'].some((name) => props.has(name))) return false;
      for (const name of ['success', 'ok', 'received', 'done', 'processed']) {
        const found = props.get(name);
        if (found?.k === 'lit' && found.v === true) return true;
      }
      const status = props.get('status');
      return status?.k === 'lit' && typeof status.v === 'string' && /^(ok|success)$/i.test(status.v);
    }
    case 'call':
    case 'new': {
      const name = value.fn.k === 'member' ? value.fn.name : value.fn.k === 'ref' ? value.fn.name : '';
      const [body, init] = value.args;
      if (name === 'json') return !hasFailureStatus(init) && saysSuccess(body);
      if (value.k === 'new')
        return (
          name.endsWith('Response') &&
          !hasFailureStatus(init) &&
          body?.k === 'lit' &&
          typeof body.v === 'string' &&
          /^(ok|success|received)\b/i.test(body.v)
        );
      return /^(ok|success|succeed|actionSuccess)$/.test(name) && value.fn.k === 'ref';
    }
    default:
      return false;
  }
}

function hasFailureStatus(init: Value | undefined): boolean {
  if (init?.k !== 'object') return false;
  return init.props.some(
    (prop) =>
      prop.p === 'prop' &&
      prop.name === 'status' &&
      !(prop.value.k === 'lit' && typeof prop.value.v === 'number' && prop.value.v < 400),
  );
}

/** `new Error('…')` with nothing of what was caught. */
function isPlainError(value: Value | undefined): boolean {
  return value?.k === 'new' && value.fn.k === 'ref' && value.fn.name === 'Error';
}

/** What is at stake, in words. */
export function describeWork(work: GuardedWork): string {
  const effect = work.writes[0] ?? (work.network.length > 0 ? undefined : work.reads[0]);
  if (effect) return effect.model === '' ? effect.op : `${effect.model}.${effect.op}()`;
  const name = work.network[0] ?? work.awaited[0] ?? work.plain[0];
  return name === undefined || name === '' ? 'the try block' : `${name}()`;
}

/** Whether a comment explains why an error may be dropped: `cause` when it does, `some` when it only says that it is. */
export function commentWeight(comment: string | undefined): 'none' | 'some' | 'cause' {
  if (comment === undefined) return 'none';
  const text = comment
    .replace(/^\/\/+|^\/\*+|\*\/$/g, '')
    .replace(/^\s*\*/gm, ' ')
    .trim();
  if (/^(eslint|biome|oxlint|prettier|@ts-|ts-|c8|v8|istanbul|backend-specialist|todo|fixme|xxx)/i.test(text))
    return 'none';
  // Code that was commented out explains nothing.
  if (/^(console|return|throw|await|const|let|if)\b.*[;({]|[;{}]$/.test(text)) return 'none';
  const words = text.split(/[^\p{L}\p{N}'’-]+/u).filter((word) => word.length > 1);
  if (words.length === 0) return 'none';
  const meaning = words.filter(
    (word) =>
      !/^(ignore[ds]?|ignoring|error|errors|err|the|this|silently|silent|fail|fails|failed|swallow|exception|noop|no-op|nothing|do|continue|catch|and|if|any|intentionally|empty|on|an|to)$/i.test(
        word,
      ),
  );
  return meaning.length >= 2 ? 'cause' : 'some';
}
