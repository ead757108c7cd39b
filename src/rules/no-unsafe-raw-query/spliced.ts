/** Whether text that is put into SQL can be chosen by anybody: constants, numbers, entries of a list and checked names can't. */
import type { Binding, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitFile, visitSteps } from '../../facts/visit.ts';
import type { Abs } from '../../workspace/abs.ts';
import { initialValue } from '../../workspace/initialValue.ts';
import { splicedPieces, valuesGiven } from '../../workspace/rawSql.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

/** `typed`: of a type that is declared elsewhere; `escaped`: went through a function whose name promises to quote it. */
export type Splice = 'safe' | 'typed' | 'escaped' | 'open';

const MAX_DEPTH = 8;
const NUMBERS = /^(Number|parseInt|parseFloat|BigInt|Boolean)$/;
const NUMBER_RESULTS =
  /^(getTime|valueOf|indexOf|toFixed|toPrecision|toISOString|getFullYear|getMonth|getDate|size)$/;
const SAME_TEXT =
  /^(trim|trimStart|trimEnd|toLowerCase|toUpperCase|toString|slice|substring|padStart|padEnd)$/;
const ESCAPES = /quote|escape|saniti[sz]e|ident/i;
/** Types of numbers, and of names that the generated client lists. */
const CLOSED_TYPE =
  /^(number|boolean|bigint|Date|(Prisma\.)?\w+ScalarFieldEnum|Prisma\.(SortOrder|ModelName))$/;

/** Types that any text has. */
const OPEN_TYPE = /\b(string|any|unknown|object|Record|FormData|Request|NextRequest|Props|searchParams)\b/;

/** Whether a type leaves numbers or a few texts; no proof for what a client sends. */
const isClosedType = (type: string): boolean =>
  CLOSED_TYPE.test(type) || type.split('|').every((part) => /^\s*(['"])[^'"]*\1\s*$/.test(part));

export class Splices {
  private readonly view: WorkspaceView;
  private readonly file: string;
  private readonly facts: TsFacts;
  /** Whether a parameter's caller is a stranger, so that its type proves nothing. */
  private readonly isOpenParameter: (b: number) => boolean;
  private checked: Set<string> | undefined;

  constructor(view: WorkspaceView, file: string, facts: TsFacts, isOpenParameter: (b: number) => boolean) {
    this.view = view;
    this.file = file;
    this.facts = facts;
    this.isOpenParameter = isOpenParameter;
  }

  judge(value: Value, depth = 0): Splice {
    if (depth > MAX_DEPTH) return 'open';
    const key = keyOf(value);
    if (key !== undefined && this.checks().has(key)) return 'safe';
    const inner = (part: Value): Splice => this.judge(part, depth + 1);
    switch (value.k) {
      case 'lit':
        return 'safe';
      case 'template':
        return worst(value.values.map(inner));
      case 'cond':
        return worst([inner(value.then), inner(value.else)]);
      case 'logic':
        return value.op === '&&' ? inner(value.right) : worst([inner(value.left), inner(value.right)]);
      case 'binary':
        if (/^(-|\*|\/|%|\*\*|[=!]==?|[<>]=?)$/.test(value.op)) return 'safe';
        return worst([inner(value.left), inner(value.right)]);
      case 'unary':
        return 'safe';
      case 'await':
        return inner(value.of);
      case 'ref':
        return this.reference(value, depth);
      case 'member':
        return this.member(value, depth);
      case 'index':
        return this.entryOf(value.of);
      case 'call':
        return this.call(value, depth);
      case 'array':
        return worst(value.items.map(inner));
      default:
        return 'open';
    }
  }

  private reference(value: Extract<Value, { k: 'ref' }>, depth: number): Splice {
    // Half-written code.
    if (value.name === '') return 'safe';
    const binding = this.facts.bindings[value.b];
    if (!binding) return 'open';
    if (this.isParameter(value.b)) return this.parameter(value.b, depth);
    if (binding.kind === 'import')
      return this.isConstant(this.view.moduleValue(this.file, value.b)) ? 'safe' : 'open';
    const given = valuesGiven(this.facts, value.b);
    return given.length > 0 ? worst(given.map((part) => this.judge(part, depth + 1))) : 'open';
  }

  /** Not the parts of a destructured one: these are given their values at the start of the body. */
  private isParameter(b: number): boolean {
    const binding = this.facts.bindings[b];
    return binding?.kind === 'param' && (this.facts.functions[binding.fn]?.params.includes(b) ?? false);
  }

  private parameter(b: number, depth: number): Splice {
    const binding = this.facts.bindings[b];
    if (!binding || this.isOpenParameter(b)) return 'open';
    if (binding.type !== undefined && isClosedType(binding.type)) return 'safe';
    const passed = this.passedTo(binding.fn, b);
    if (passed) return worst(passed.map((part) => this.judge(part, depth + 1)));
    return binding.type === undefined || OPEN_TYPE.test(binding.type) ? 'open' : 'typed';
  }

  /** What all callers of a function pass for a parameter, when they are all in this file; undefined when that can't be told. */
  private passedTo(fn: number, b: number): Value[] | undefined {
    const index = this.facts.functions[fn]?.params.indexOf(b) ?? -1;
    const name = this.facts.bindings.findIndex(
      (binding) => binding.f === fn || isFunction(this.facts, binding, fn),
    );
    if (index < 0 || name < 0 || this.facts.exports.some((item) => item.e === 'local' && item.b === name))
      return undefined;
    const calls: Value[] = [];
    let uses = 0;
    visitFile(this.facts, (value) => {
      if (value.k === 'ref' && value.b === name) uses++;
      if (value.k !== 'call' || value.fn.k !== 'ref' || value.fn.b !== name) return;
      const argument = value.args[index];
      if (argument && value.args.every((part) => part.k !== 'spread')) calls.push(argument);
    });
    return uses > 0 && uses === calls.length ? calls : undefined;
  }

  private member(value: Extract<Value, { k: 'member' }>, depth: number): Splice {
    if (value.name === 'length' || value.name === 'size') return 'safe';
    // What the operator of the application decides, and what the generated client lists.
    const path = pathOf(value);
    if (/^(process\.env|env|import\.meta\.env)\./.test(path) || /^Prisma\.\w+(Enum|Name|Order)\./.test(path))
      return 'safe';
    const entry = this.entryOf(value.of, depth);
    return entry === 'open' && this.rootType(value.of) === 'typed' ? 'typed' : entry;
  }

  /** Whether a value belongs to a parameter whose type is declared elsewhere. */
  private rootType(value: Value, depth = 0): Splice {
    if (value.k === 'member') return this.rootType(value.of, depth);
    if (value.k !== 'ref' || depth > MAX_DEPTH) return 'open';
    if (this.isParameter(value.b)) return this.parameter(value.b, depth);
    const [given, ...more] = valuesGiven(this.facts, value.b);
    return given && more.length === 0 ? this.rootType(given, depth + 1) : 'open';
  }

  /** One entry of a list or a table of texts that the code itself writes. */
  private entryOf(of: Value, depth = 0): Splice {
    if (of.k === 'object') return this.isWritten(of) ? 'safe' : 'open';
    if (of.k === 'array') return worst(of.items.map((item) => this.judge(item, depth + 1)));
    if (of.k === 'new' && of.fn.k === 'ref' && of.fn.name === 'Map') {
      const [entries] = of.args;
      return entries ? this.entryOf(entries, depth + 1) : 'open';
    }
    if (of.k === 'call' && of.fn.k === 'member' && of.fn.of.k === 'ref' && of.fn.of.name === 'Object') {
      const [table] = of.args;
      return of.fn.name === 'freeze' && table ? this.entryOf(table, depth + 1) : 'open';
    }
    if (of.k === 'member' || of.k === 'index')
      return depth < MAX_DEPTH ? this.entryOf(of.of, depth + 1) : 'open';
    if (of.k !== 'ref' || depth > MAX_DEPTH) return 'open';
    const binding = this.facts.bindings[of.b];
    if (binding?.kind === 'import' || binding?.kind === 'enum')
      return binding.kind === 'enum' || this.isConstant(this.view.moduleValue(this.file, of.b))
        ? 'safe'
        : 'open';
    if (!binding || binding.mutable || binding.kind === 'param') return 'open';
    const given = valuesGiven(this.facts, of.b);
    return given.length > 0 ? worst(given.map((part) => this.entryOf(part, depth + 1))) : 'open';
  }

  private isWritten(object: Extract<Value, { k: 'object' }>): boolean {
    return object.props.every((prop) =>
      prop.p !== 'prop'
        ? false
        : prop.value.k === 'object'
          ? this.isWritten(prop.value)
          : this.judge(prop.value, 1) === 'safe',
    );
  }

  private isConstant(value: Abs): boolean {
    if (value.k === 'lit') return true;
    if (value.k === 'array') return !value.open && value.items.every((item) => this.isConstant(item));
    return (
      value.k === 'object' && !value.open && Object.values(value.props).every((part) => this.isConstant(part))
    );
  }

  private call(value: Extract<Value, { k: 'call' }>, depth: number): Splice {
    const { fn, args } = value;
    const [first] = args;
    const inner = (part: Value): Splice => this.judge(part, depth + 1);
    if (fn.k === 'ref') {
      if (NUMBERS.test(fn.name)) return 'safe';
      if (fn.name === 'String') return first ? inner(first) : 'safe';
      if (ESCAPES.test(fn.name)) return 'escaped';
      const made = this.facts.bindings[fn.b]?.f;
      return made === undefined ? 'open' : this.results(made, depth);
    }
    if (fn.k !== 'member') return 'open';
    if (fn.of.k === 'ref' && /^(Math|Number|Date)$/.test(fn.of.name)) return 'safe';
    if (NUMBER_RESULTS.test(fn.name)) return 'safe';
    if (SAME_TEXT.test(fn.name)) return inner(fn.of);
    if (fn.name === 'get') return this.entryOf(fn.of);
    if (fn.name === 'parse' && isEnumSchema(fn.of)) return 'safe';
    if (fn.name === 'join') {
      const mapped =
        fn.of.k === 'call' && fn.of.fn.k === 'member' && fn.of.fn.name === 'map' ? fn.of : undefined;
      const callback = mapped?.args[0];
      if (callback?.k === 'function')
        return this.results(callback.fn, depth, mapped?.fn.k === 'member' ? mapped.fn.of : undefined);
      return fn.of.k === 'array' ? inner(fn.of) : this.entryOf(fn.of);
    }
    // `columns.find((column) => column === sort)`: one of the list's own.
    if (/^(find|at|filter)$/.test(fn.name)) return this.entryOf(fn.of);
    return ESCAPES.test(fn.name) ? 'escaped' : 'open';
  }

  /** What a function of this file returns; the second parameter of a `map` callback is a number, the first an entry of the list. */
  private results(fn: number, depth: number, list?: Value): Splice {
    const facts = this.facts.functions[fn];
    if (!facts) return 'open';
    const [element, index] = facts.params;
    const returned: Value[] = [];
    visitSteps(facts.body, {
      step: (step) => {
        if (step.s === 'return' && step.value) returned.push(step.value);
      },
    });
    if (returned.length === 0) return 'open';
    const pieces = returned.flatMap((value) => splicedPieces(this.view, this.file, this.facts, value));
    return worst(
      pieces.map((piece): Splice => {
        if (piece.p === 'text') return 'safe';
        if (piece.value.k === 'ref' && list) {
          if (piece.value.b === index) return 'safe';
          if (piece.value.b === element) return this.entryOf(list);
        }
        if (piece.value.k === 'binary' && list && isSumWith(piece.value, index)) return 'safe';
        return this.judge(piece.value, depth + 1);
      }),
    );
  }

  /** Names that a list, a table or a pattern is asked about: `columns.includes(sort)`, `sort in columns`, `/^\w+$/.test(sort)`. */
  private checks(): Set<string> {
    if (this.checked) return this.checked;
    const found = new Set<string>();
    const add = (value: Value | undefined): void => {
      const key = value && keyOf(value);
      if (key !== undefined) found.add(key);
    };
    for (const fn of this.facts.functions)
      visitSteps(fn.body, {
        step: (step) => {
          if (step.s === 'switch') add(step.on);
        },
      });
    visitFile(this.facts, (value) => {
      if (value.k === 'call' && value.fn.k === 'member') {
        if (/^(includes|has|indexOf|test)$/.test(value.fn.name)) add(value.args[0]);
        else if (/^(hasOwn|hasOwnProperty)$/.test(value.fn.name)) add(value.args.at(-1));
      } else if (value.k === 'binary') {
        if (value.op === 'in') add(value.left);
        else if (
          /^!==?$/.test(value.op) &&
          value.right.k === 'lit' &&
          typeof value.right.v === 'string' &&
          value.right.v !== ''
        )
          add(value.left);
      }
    });
    this.checked = found;
    return found;
  }
}

function worst(parts: readonly Splice[]): Splice {
  return (['open', 'escaped', 'typed'] as const).find((splice) => parts.includes(splice)) ?? 'safe';
}

/** `const name = (…) => …`. */
function isFunction(facts: TsFacts, binding: Binding, fn: number): boolean {
  if (binding.kind !== 'const') return false;
  const init = initialValue(facts.functions[binding.fn]?.body ?? [], facts.bindings.indexOf(binding));
  return init?.k === 'function' && init.fn === fn;
}

/** `i + 1`, to number placeholders. */
function isSumWith(value: Extract<Value, { k: 'binary' }>, index: number | undefined): boolean {
  const isNumber = (part: Value): boolean =>
    (part.k === 'ref' && part.b === index) ||
    (part.k === 'lit' && typeof part.v === 'number') ||
    (part.k === 'member' && part.name === 'length') ||
    (part.k === 'binary' && isNumber(part.left) && isNumber(part.right));
  return isNumber(value);
}

/** `z.enum([…])`, `z.nativeEnum(…)`, `z.literal(…)`. */
function isEnumSchema(value: Value): boolean {
  return (
    value.k === 'call' &&
    value.fn.k === 'member' &&
    /^(enum|nativeEnum|literal|coerce|number|boolean)$/.test(value.fn.name)
  );
}

/** A name or a path of names, so that the same thing can be found again. */
function keyOf(value: Value): string | undefined {
  if (value.k === 'ref') return value.b >= 0 ? `${value.b}` : undefined;
  if (value.k !== 'member') return undefined;
  const of = keyOf(value.of);
  return of === undefined ? undefined : `${of}.${value.name}`;
}

/** `process.env.TABLE` as written. */
function pathOf(value: Value): string {
  return value.k === 'ref' ? value.name : value.k === 'member' ? `${pathOf(value.of)}.${value.name}` : '?';
}
