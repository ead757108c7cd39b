/** What the return statements of an action hand to its caller, against the result that the project's actions return. */
import type { Step, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { ResultStyle } from '../../project/conventions.ts';
import type { Abs } from '../../workspace/abs.ts';
import type { CalleeResolver, FoundFunction } from '../../workspace/calleeResolver.ts';
import { functionKey } from '../../workspace/summary.ts';

/** `flagless`: says that something went wrong, but not by the project's flag. */
export type ReturnKind = 'result' | 'flagless' | 'raw' | 'nothing' | 'unknown';

/** What a result looks like here. */
export interface Wanted {
  /** The key that every result has; undefined where any key of a result will do. */
  flag: string | undefined;
  keys: readonly string[];
}

/** The result that the contract asks for. */
export const CONTRACT: Wanted = { flag: 'success', keys: ['success', 'data', 'error'] };

const SAYS_HOW_IT_WENT =
  /^(success|ok|isSuccess|succeeded|error|errors|message|status|data|issues|fieldErrors|serverError|validationErrors)$/;

/** @param style the project's own majority, if it has one */
export function wantedOf(style: ResultStyle | undefined): Wanted {
  if (!style) return { flag: undefined, keys: CONTRACT.keys };
  return { flag: style.isFlagged ? style.flag : undefined, keys: style.keys };
}

export interface Returned {
  step: Extract<Step, { s: 'return' }>;
  kinds: ReturnKind[];
}

const DEPTH = 4;

/** The return statements of one function, callbacks in it left out. */
export class Returns {
  private readonly resolver: CalleeResolver;
  private readonly where: FoundFunction;
  private readonly wanted: Wanted;
  private readonly queries: ReadonlySet<number>;

  constructor(resolver: CalleeResolver, where: FoundFunction, wanted: Wanted) {
    this.resolver = resolver;
    this.where = where;
    this.wanted = wanted;
    this.queries = new Set(resolver.workspace.queries(where.file).map(({ at }) => at));
  }

  all(): Returned[] {
    const out: Returned[] = [];
    visitSteps(this.where.facts.functions[this.where.fn]?.body ?? [], {
      step: (step) => {
        if (step.s === 'return') out.push({ step, kinds: step.value ? this.kinds(step.value) : ['nothing'] });
      },
    });
    return out;
  }

  private kinds(value: Value, depth = 0): ReturnKind[] {
    if (depth > DEPTH) return ['unknown'];
    const inner = (part: Value): ReturnKind[] => this.kinds(part, depth + 1);
    switch (value.k) {
      case 'object':
        return [this.ofLiteral(value)];
      case 'lit':
      case 'template':
      case 'array':
      case 'binary':
        return ['raw'];
      case 'await':
        return inner(value.of);
      case 'cond':
        return [...inner(value.then), ...inner(value.else)];
      case 'logic':
        return value.op === '&&' ? ['unknown'] : [...inner(value.left), ...inner(value.right)];
      case 'unary':
        return value.op === 'void' ? ['nothing'] : value.op === '!' ? ['raw'] : ['unknown'];
      case 'ref': {
        if (value.b < 0) return value.name === 'undefined' ? ['nothing'] : ['unknown'];
        const binding = this.where.facts.bindings[value.b];
        // What a form had before comes back as it was; an id is no result.
        if (binding?.kind === 'param')
          return /^(string|number|boolean|Date|bigint)$/.test(binding.type ?? '') ? ['raw'] : ['unknown'];
        const given = this.givenTo(value.b);
        return given ? inner(given) : ['unknown'];
      }
      case 'member':
        // A part of a row.
        return value.of.k === 'ref' || value.of.k === 'await' || value.of.k === 'member'
          ? inner(value.of).map((kind) => (kind === 'raw' ? 'raw' : 'unknown'))
          : ['unknown'];
      case 'call':
        return this.ofCall(value, depth);
      default:
        return ['unknown'];
    }
  }

  private ofLiteral(value: Extract<Value, { k: 'object' }>): ReturnKind {
    const names = value.props.flatMap((prop) => (prop.p === 'prop' ? [prop.name] : []));
    const kind = this.ofKeys(names);
    return kind !== 'result' && names.length < value.props.length ? 'unknown' : kind;
  }

  private ofKeys(names: readonly string[]): ReturnKind {
    const { flag, keys } = this.wanted;
    if (flag !== undefined && names.includes(flag)) return 'result';
    const says = names.some((name) => SAYS_HOW_IT_WENT.test(name) || keys.includes(name));
    if (!says) return 'raw';
    return flag === undefined ? 'result' : 'flagless';
  }

  private ofCall(value: Extract<Value, { k: 'call' }>, depth: number): ReturnKind[] {
    const { file, facts, fn } = this.where;
    if (this.queries.has(value.at) || (value.fn.k === 'member' && this.queries.has(value.fn.at)))
      return ['raw'];
    const found = this.resolver.functionOf(this.resolver.resolve(file, facts, fn, value.fn));
    if (!found || depth > DEPTH) return ['unknown'];
    const { outcomes, partial } = this.resolver.workspace.summary(functionKey(found.file, found.fn));
    if (outcomes.length === 0 || partial) return ['unknown'];
    return outcomes.map((outcome) => this.ofAbs(outcome.value));
  }

  private ofAbs(value: Abs): ReturnKind {
    switch (value.k) {
      case 'promise':
        return this.ofAbs(value.of);
      case 'object': {
        const kind = this.ofKeys(Object.keys(value.props));
        return value.open && kind !== 'result' ? 'unknown' : kind;
      }
      case 'row':
      case 'array':
      case 'lit':
        return 'raw';
      case 'undef':
        return 'nothing';
      default:
        return 'unknown';
    }
  }

  /** What a name that is set once stands for. */
  private givenTo(b: number): Value | undefined {
    const binding = this.where.facts.bindings[b];
    if (!binding || binding.mutable || binding.fn !== this.where.fn) return undefined;
    let found: Value | undefined;
    visitSteps(this.where.facts.functions[binding.fn]?.body ?? [], {
      step: (step) => {
        if (step.s === 'let' && step.b === b) found = step.value;
        return found === undefined;
      },
    });
    return found;
  }
}
