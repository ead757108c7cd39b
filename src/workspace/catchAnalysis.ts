/** Every place of a file that catches errors: what it watches over, what becomes of the error, what it hides. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, Step, TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import { CalleeResolver, calleeName, calleeText } from './calleeResolver.ts';
import type { CallValue, FoundFunction } from './calleeResolver.ts';
import { workOf } from './guardedWork.ts';
import type { GuardedWork } from './guardedWork.ts';
import { handlerPaths, letsNavigationThrough } from './handlerPaths.ts';
import type { HandlerCode, PathEnd } from './handlerPaths.ts';
import { NavigationFinder } from './navigationThrows.ts';
import type { NavigationThrow } from './navigationThrows.ts';
import type { WorkspaceView } from './view.ts';

export interface CatchSite {
  kind: 'clause' | 'promise';
  /** The `catch` keyword, or the member name of `.catch(…)`. */
  at: number;
  /** The function that contains it. */
  fn: FunctionId;
  /** No statement at all. */
  empty: boolean;
  /** A comment that stands in the handler. */
  comment: string | undefined;
  work: GuardedWork;
  /** How the handler can end, assuming that nothing is known about the error. */
  ends: PathEnd[];
  /** Navigation throws that come in and don't come out again. */
  hidden: NavigationThrow[];
  /** What the function returns when the handler lets the code behind it go on. */
  after: Value | undefined;
}

/** All catches of a file, in the order of its functions. */
export function catchesOf(workspace: WorkspaceView, file: FileId, facts: TsFacts): CatchSite[] {
  const mayCatch =
    valuesOf(facts, 'call').some(isCatchCall) || facts.functions.some((fn) => hasHandler(fn.body));
  if (!mayCatch) return [];
  const search = new CatchSearch(workspace, file, facts);
  facts.functions.forEach((fn, id) => search.statements(id, fn.body, []));
  return search.sites;
}

function hasHandler(steps: readonly Step[]): boolean {
  let found = false;
  visitSteps(steps, {
    step: (step) => {
      if (step.s === 'try' && step.handler) found = true;
      return !found;
    },
  });
  return found;
}

function isCatchCall(value: Value): value is CallValue {
  return (
    value.k === 'call' && value.fn.k === 'member' && value.fn.name === 'catch' && value.args.length === 1
  );
}

class CatchSearch {
  readonly sites: CatchSite[] = [];
  private readonly file: FileId;
  private readonly facts: TsFacts;
  private readonly resolver: CalleeResolver;
  private readonly navigation: NavigationFinder;

  constructor(workspace: WorkspaceView, file: FileId, facts: TsFacts) {
    this.file = file;
    this.facts = facts;
    this.resolver = new CalleeResolver(workspace);
    this.navigation = new NavigationFinder(this.resolver);
  }

  /** @param rest statements that follow the enclosing blocks, innermost first */
  statements(fn: FunctionId, steps: readonly Step[], rest: readonly (readonly Step[])[]): void {
    steps.forEach((step, i) => {
      const behind = [steps.slice(i + 1), ...rest];
      this.promises(fn, step);
      switch (step.s) {
        case 'if':
          this.statements(fn, step.then, behind);
          this.statements(fn, step.else ?? [], behind);
          break;
        case 'loop':
          this.statements(fn, step.body, behind);
          break;
        case 'switch':
          for (const clause of step.cases) this.statements(fn, clause.body, behind);
          break;
        case 'try':
          this.statements(fn, step.body, behind);
          if (step.handler) this.statements(fn, step.handler.body, behind);
          this.statements(fn, step.finally ?? [], behind);
          this.clause(fn, step, behind);
          break;
        default:
      }
    });
  }

  private clause(
    fn: FunctionId,
    step: Extract<Step, { s: 'try' }>,
    behind: readonly (readonly Step[])[],
  ): void {
    const { handler } = step;
    if (!handler) return;
    const where: FoundFunction = { file: this.file, facts: this.facts, fn };
    const code: HandlerCode = { ...where, binding: handler.b, body: handler.body };
    this.sites.push({
      kind: 'clause',
      at: handler.at,
      fn,
      empty: handler.body.length === 0,
      comment: handler.comment,
      work: workOf(this.resolver, where, { steps: step.body }),
      ends: handlerPaths(this.resolver, code, false),
      hidden: this.hidden(this.navigation.escaping(where, step.body, true), code),
      after: returnedBehind(behind),
    });
  }

  /** `.catch(…)` calls of one statement, without those of statements inside it. */
  private promises(fn: FunctionId, step: Step): void {
    const own: Step | undefined =
      step.s === 'if' || step.s === 'switch' || step.s === 'try'
        ? undefined
        : step.s === 'loop'
          ? { ...step, body: [] }
          : step;
    const visit = (value: Value): void => {
      if (isCatchCall(value)) this.promise(fn, value);
    };
    if (own) visitSteps([own], { value: visit });
    else if (step.s === 'if') visitSteps([{ s: 'expr', value: step.test, at: step.at }], { value: visit });
    else if (step.s === 'switch') visitSteps([{ s: 'expr', value: step.on, at: step.at }], { value: visit });
  }

  private promise(fn: FunctionId, call: CallValue): void {
    const { fn: callee } = call;
    const [handler] = call.args;
    if (callee.k !== 'member' || !handler || isSchema(callee.of)) return;
    const where: FoundFunction = { file: this.file, facts: this.facts, fn };
    const common = {
      kind: 'promise' as const,
      at: callee.at,
      fn,
      work: workOf(this.resolver, where, { promise: callee.of }),
      after: undefined,
    };
    if (handler.k !== 'function' && /^noop$|\.noop$/i.test(calleeText(handler))) {
      const end: PathEnd = {
        end: 'fall',
        reported: false,
        used: false,
        matched: false,
        acted: false,
        answer: undefined,
        value: undefined,
      };
      this.sites.push({ ...common, empty: true, comment: undefined, ends: [end], hidden: [] });
      return;
    }
    // A handler given by name that isn't the workspace's own gets the error: the benefit of the doubt.
    const found =
      handler.k === 'function'
        ? { ...where, fn: handler.fn }
        : this.resolver.functionOf(this.resolver.resolve(this.file, this.facts, fn, handler));
    const own = found?.facts.functions[found.fn];
    if (!found || !own) return;
    const code: HandlerCode = { ...found, binding: own.params[0], body: own.body };
    const returnsNothing =
      own.body.length === 1 && own.body[0]?.s === 'return' && isNothing(own.body[0].value);
    this.sites.push({
      ...common,
      empty: own.body.length === 0 || returnsNothing,
      comment: own.comment ?? commentOfOnly(own.body),
      ends: handlerPaths(this.resolver, code, false),
      hidden: this.hidden(this.navigation.ofValue(where, callee.of), code),
    });
  }

  /** What of the navigation throws a handler keeps to itself. One that navigates the same way hides nothing. */
  private hidden(throws: NavigationThrow[], code: HandlerCode): NavigationThrow[] {
    if (throws.length === 0 || letsNavigationThrough(this.resolver, code)) return [];
    const ends = handlerPaths(this.resolver, code, true).filter(({ end }) => end !== 'rethrow');
    const goesSameWay = (thrown: NavigationThrow): boolean =>
      ends.every(({ end, value }) => {
        if (end !== 'navigate' || value?.k !== 'call') return false;
        const isDirect = thrown.source.at === thrown.at && thrown.source.file === this.file;
        if (!isDirect) return true;
        const [first] = value.args;
        return (
          calleeName(value.fn) === thrown.name &&
          (first === undefined || (first.k === 'lit' && String(first.v) === thrown.target))
        );
      });
    return throws.filter((thrown) => !goesSameWay(thrown));
  }
}

function commentOfOnly(body: readonly Step[]): string | undefined {
  const only = body.length === 1 ? body[0] : undefined;
  return only?.s === 'try' ? only.handler?.comment : undefined;
}

function isNothing(value: Value | undefined): boolean {
  if (!value) return true;
  return (
    (value.k === 'ref' && value.name === 'undefined') ||
    (value.k === 'unary' && value.op === 'void') ||
    (value.k === 'object' && value.props.length === 0)
  );
}

/** Zod's `.catch(fallback)` is a default, no handler. */
function isSchema(value: Value): boolean {
  const text = calleeText(value);
  return /^(z|zod|yup|v)\./.test(text) || /[sS]chema(\.|$)/.test(text);
}

/** The value of the first return that straight-line execution meets. */
function returnedBehind(behind: readonly (readonly Step[])[]): Value | undefined {
  for (const steps of behind)
    for (const step of steps) {
      if (step.s === 'return') return step.value;
      if (step.s === 'throw') return undefined;
    }
  return undefined;
}
