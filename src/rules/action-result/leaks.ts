/** Texts of caught errors that a function returns. */
import type { FunctionId, Step, Value } from '../../facts/tsModel.ts';
import { partsOf, visitSteps } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { calleeName, calleeText } from '../../workspace/calleeResolver.ts';
import type { CalleeResolver, FoundFunction } from '../../workspace/calleeResolver.ts';
import { ErrorNames } from '../../workspace/errorNames.ts';
import { workOf } from '../../workspace/guardedWork.ts';
import { functionKey } from '../../workspace/summary.ts';

export interface Leak {
  /** The member that is read (`message`), the error itself, or the function that makes a text of it. */
  at: number;
  /** As it is written: `error.message`. */
  text: string;
  /** What failed is a query, so the text is Prisma's. */
  database: boolean;
}

/** What a branch has found out about the error: nothing, that it is one of the project's, that it is Prisma's. */
type Known = 'nothing' | 'own' | 'prisma';

const TELLING = /^(message|stack|meta|cause)$/;

/** Every text of a caught error that comes back from a function. */
export function leaksOf(resolver: CalleeResolver, where: FoundFunction): Leak[] {
  const out: Leak[] = [];
  const steps = where.facts.functions[where.fn]?.body ?? [];
  visitSteps(steps, {
    step: (step) => {
      if (step.s !== 'try' || !step.handler || step.handler.b === undefined) return;
      const { handler } = step;
      const found = new HandlerReturns(resolver, where, handler.b).of(handler.body);
      if (found.length === 0) return;
      add(out, found, workOf(resolver, where, { steps: step.body }));
    },
    value: (value) => {
      const handler = catchHandler(value);
      if (!handler) return;
      const own = where.facts.functions[handler.fn];
      const found = new HandlerReturns(resolver, where, own?.params[0]).of(own?.body ?? []);
      if (found.length > 0) add(out, found, workOf(resolver, where, { promise: handler.of }));
    },
  });
  return out;
}

function add(out: Leak[], found: readonly Omit<Leak, 'database'>[], work: ReturnType<typeof workOf>): void {
  const database = work.writes.length + work.reads.length > 0;
  // Parsing and decoding fail with texts about what was sent.
  if (!database && work.network.length + work.awaited.length === 0) return;
  for (const leak of found) if (!out.some(({ at }) => at === leak.at)) out.push({ ...leak, database });
}

function catchHandler(value: Value): { of: Value; fn: FunctionId } | undefined {
  if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.name !== 'catch') return undefined;
  const [handler] = value.args;
  return handler?.k === 'function' ? { of: value.fn.of, fn: handler.fn } : undefined;
}

type Found = Omit<Leak, 'database'>;

class HandlerReturns {
  private readonly resolver: CalleeResolver;
  private readonly where: FoundFunction;
  private readonly names: ErrorNames;
  private readonly out: Found[] = [];

  constructor(resolver: CalleeResolver, where: FoundFunction, caught: number | undefined) {
    this.resolver = resolver;
    this.where = where;
    this.names = new ErrorNames(where.facts, caught);
  }

  of(steps: readonly Step[]): Found[] {
    this.walk(steps, 'nothing');
    return this.out;
  }

  private walk(steps: readonly Step[], start: Known): void {
    let known = start;
    for (const step of steps)
      switch (step.s) {
        case 'let':
          if (this.names.mentions(step.value) && known !== 'own') this.names.add(step.b, step.value);
          break;
        case 'expr':
          this.assignment(step.value, known);
          break;
        case 'return':
          if (step.value && known !== 'own') this.collect(step.value, 0);
          break;
        case 'if': {
          const proved = this.proved(step.test);
          const isThen = proved !== undefined && this.names.proves(step.test) === true;
          const isElse = proved !== undefined && this.names.proves(step.test) === false;
          this.walk(step.then, isThen ? proved : known);
          this.walk(step.else ?? [], isElse ? proved : known);
          if (isElse && leaves(step.then)) known = proved;
          break;
        }
        case 'try':
          this.walk(step.body, known);
          this.walk(step.finally ?? [], known);
          break;
        case 'switch':
          for (const clause of step.cases) this.walk(clause.body, known);
          break;
        case 'loop':
          this.walk(step.body, known);
          break;
        default:
      }
  }

  private assignment(value: Value, known: Known): void {
    if (value.k !== 'assign' || value.target.k !== 'ref' || known === 'own') return;
    if (this.names.mentions(value.value)) this.names.add(value.target.b, value.value);
  }

  /** What a test that looks at the error finds out about it, whichever way it comes out. */
  private proved(test: Value): Known | undefined {
    if (!this.names.mentions(test) || this.names.proves(test) === undefined) return undefined;
    return isAboutPrisma(test) ? 'prisma' : 'own';
  }

  private collect(value: Value, depth: number): void {
    if (depth > 6 || !this.names.mentions(value)) return;
    switch (value.k) {
      case 'member':
        if (TELLING.test(value.name) && this.isCaught(value.of)) this.found(value.at, calleeText(value));
        else if (!this.isCaught(value.of)) this.collect(value.of, depth + 1);
        return;
      case 'ref': {
        const behind = this.names.valueBehind(value);
        if (behind === value) this.found(value.at, value.name);
        else this.collect(behind, depth + 1);
        return;
      }
      case 'cond': {
        const proved = this.proved(value.test);
        const sure = this.names.proves(value.test);
        if (!(proved === 'own' && sure === true)) this.collect(value.then, depth + 1);
        if (!(proved === 'own' && sure === false)) this.collect(value.else, depth + 1);
        return;
      }
      case 'binary':
        if (value.op === '+') for (const part of partsOf(value)) this.collect(part, depth + 1);
        return;
      case 'unary':
        return;
      case 'function':
        return;
      case 'call':
        this.call(value, depth);
        return;
      default:
        for (const part of partsOf(value)) this.collect(part, depth + 1);
    }
  }

  private isCaught(value: Value): boolean {
    if (this.names.isError(value)) return true;
    const behind = this.names.valueBehind(value);
    return behind !== value && this.names.isError(behind);
  }

  private call(call: Extract<Value, { k: 'call' }>, depth: number): void {
    const { fn } = call;
    if (fn.k === 'member' && fn.name === 'toString' && this.isCaught(fn.of)) {
      this.found(fn.at, calleeText(fn));
      return;
    }
    const { file, facts, fn: own } = this.where;
    const callee = this.resolver.resolve(file, facts, own, fn);
    const target = this.resolver.functionOf(callee);
    if (target) {
      const i = call.args.findIndex((arg) => this.isCaught(arg));
      if (i >= 0 && this.handsOut(target, i)) {
        this.found(fn.k === 'ref' || fn.k === 'member' ? fn.at : call.at, `${calleeName(fn)}()`);
        return;
      }
      for (const arg of call.args) if (!this.isCaught(arg)) this.collect(arg, depth + 1);
      return;
    }
    // `String(error)`, `JSON.stringify(error)`; other calls may make anything of it.
    const formats = callee.k === 'global' && /^(String|JSON\.stringify)$/.test(callee.path.join('.'));
    if (fn.k === 'member') this.collect(fn.of, depth + 1);
    for (const arg of call.args) if (formats || !this.isCaught(arg)) this.collect(arg, depth + 1);
  }

  /** Whether a function returns the text of an error that it is given. */
  private handsOut(target: FoundFunction, i: number): boolean {
    const key = functionKey(target.file, target.fn);
    return this.resolver.workspace
      .summary(key)
      .outcomes.some(({ value }) => holdsText(value, (part) => part.fn === key && part.i === i, 0));
  }

  private found(at: number, text: string): void {
    this.out.push({ at, text });
  }
}

function holdsText(
  value: Abs,
  isError: (part: Extract<Abs, { k: 'param' }>) => boolean,
  depth: number,
): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case 'param':
      return isError(value) && /^(message|stack)$/.test(value.path.at(-1) ?? '');
    case 'object':
      return Object.values(value.props).some((part) => holdsText(part, isError, depth + 1));
    case 'variants':
      return value.list.some((variant) => holdsText(variant.value, isError, depth + 1));
    case 'promise':
      return holdsText(value.of, isError, depth + 1);
    default:
      return false;
  }
}

/** `error instanceof Prisma.PrismaClientKnownRequestError`, `error.code === 'P2002'`: what its message says is the database's. */
function isAboutPrisma(test: Value): boolean {
  let found = false;
  visitSteps([{ s: 'expr', value: test, at: 0 }], {
    value: (value) => {
      if ((value.k === 'ref' || value.k === 'member') && /^PrismaClient\w*Error$/.test(value.name))
        found = true;
      else if (value.k === 'lit' && typeof value.v === 'string' && /^P[12]\d{3}$/.test(value.v)) found = true;
      return !found;
    },
  });
  return found;
}

function leaves(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  return last?.s === 'return' || last?.s === 'throw';
}
