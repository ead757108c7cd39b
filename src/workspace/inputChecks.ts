/** What a function looks at before it believes its input: parses whose result is dropped, tests of types, conversions, tests of presence. */
import { isSame } from '../base/equal.ts';
import type { FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { isAnyItem } from '../facts/anyItem.ts';
import { visitSteps } from '../facts/visit.ts';
import { awaited, ITEM } from './abs.ts';
import type { Abs, FunctionKey } from './abs.ts';
import type { Derivation } from './derivation.ts';
import { functionKey, parseFunctionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface InputCheck {
  /** Number of the parameter. */
  i: number;
  /** Path below it, as in `Abs` (`['get', 'title']`, `['json', 'name']`). */
  path: string[];
  /**
   * `schema`: handed to a parser or validator; `parsed`: the same, where what the parser gives is kept by a name and meant to be used instead;
   * `type`: its kind or its value was tested, or it was converted; `present`: only that it is there.
   */
  how: 'schema' | 'parsed' | 'type' | 'present';
  /** What was looked at is what a schema had made of it. */
  isResult?: true;
}

type View = Pick<WorkspaceView, 'tsFacts' | 'moduleValue' | 'summary' | 'derived'>;
/** `isWrapped`: it is the result of `safeParse`, with the value in its `data`. */
type InputPath = Omit<InputCheck, 'how'> & { isWrapped?: boolean };

const MAX_DEPTH = 2;
const PARSES =
  /^(safe)?(parse|decode)(Async|Sync)?$|^spa$|^(safe)?validate|^is_?valid|^cast$|^assert|^check(Schema|Input|Body)?$|^Check$|^(un)?safeParse/i;
/** Globals that ask for a value's kind, or throw at what is none. What `Number(x)` makes is looked at itself; it says nothing about `x`. */
const ASKS =
  /^(BigInt|Date|isNaN|isFinite|(Number|globalThis)\.(isInteger|isFinite|isNaN|isSafeInteger)|Array\.isArray|Date\.parse|URL\.canParse)$/;

/** Checks of a function's own parameters: in its body, in functions inside it, and in those it hands them to. */
export function inputChecks(view: View, key: FunctionKey): readonly InputCheck[] {
  return view.derived(checksMade, `0\n${key}`);
}

/** The same, kept, by how far the function is from the one that was asked for (`depth\nkey`). */
const checksMade: Derivation<readonly InputCheck[]> = {
  name: 'inputChecks',
  compute: (view, at) => {
    const newline = at.indexOf('\n');
    return checksOf(view, at.slice(newline + 1), Number(at.slice(0, newline)));
  },
  equal: isSame,
};

function checksOf(view: View, key: FunctionKey, depth: number): InputCheck[] {
  const { file, fn } = parseFunctionKey(key);
  const facts = view.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own) return [];
  const inside = facts.functions.flatMap((_, id) => (isWithin(facts, id, fn) ? [id] : []));
  const values = new Map<number, Value>();
  const kept = new Set<number>();
  for (const id of inside)
    visitSteps(facts.functions[id]?.body ?? [], {
      step: (step) => {
        if (step.s !== 'let') return;
        const value = step.value.k === 'await' ? step.value.of : step.value;
        if (value.k === 'call') kept.add(value.at);
        if (!values.has(step.b)) values.set(step.b, step.value);
      },
      value: (value) => {
        const item = value.k === 'call' ? itemGiven(facts, value) : undefined;
        if (item) values.set(item.b, item.value);
      },
    });
  const out: InputCheck[] = [];
  const reader = (call: Extract<Value, { k: 'call' }>): InputPath | undefined => {
    const callee = call.fn.k === 'ref' && call.fn.b >= 0 ? calleeOf(view, file, facts, call.fn.b) : undefined;
    return callee === undefined ? undefined : partGiven(view, callee);
  };
  const pathOf = (value: Value): InputPath | undefined =>
    resolve({ params: own.params, values, reader }, value, 0);
  const note = (value: Value | undefined, how: InputCheck['how']): void => {
    for (const part of value ? partsNamed(value) : []) {
      const found = pathOf(part);
      if (found && (!found.isResult || how === 'type' || how === 'schema'))
        out.push({ ...found, path: withoutMeasure(found.path), how });
    }
  };
  const presence = (test: Value): void => {
    if (test.k === 'unary' && test.op === '!') presence(test.of);
    // `if (!PLANS[plan])`: one of the keys of a table.
    else if (test.k === 'index' && !pathOf(test.of)) note(test.key, 'type');
    else if (test.k === 'logic') {
      presence(test.left);
      presence(test.right);
    } else note(test, 'present');
  };
  const look = (value: Value): void => {
    switch (value.k) {
      case 'binary':
        binary(value, note);
        return;
      case 'cond':
        presence(value.test);
        return;
      case 'unary':
        if (value.op === '+') note(value.of, 'type');
        return;
      case 'new':
        if (value.fn.k === 'ref' && /^(Date|URL|RegExp|Set)$/.test(value.fn.name))
          note(value.args[0], 'type');
        return;
      case 'call':
        called(value);
        return;
      default:
    }
  };
  const called = (call: Extract<Value, { k: 'call' }>): void => {
    const name = nameOf(call.fn);
    if (ASKS.test(name)) {
      note(call.args[0], 'type');
      return;
    }
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (call.fn.k === 'member') {
      if (/^(test|includes|has|hasOwn|indexOf|some|find|isURL|isEmail)$/.test(last))
        for (const arg of call.args) note(arg, 'type');
      if (/^(startsWith|endsWith|match|includes)$/.test(last)) note(call.fn.of, 'type');
      // `tags.every(isTag)`.
      if (/^(every|some|filter)$/.test(last) && call.args[0]?.k === 'ref') note(anyItem(call.fn.of), 'type');
    }
    const callee = call.fn.k === 'ref' && call.fn.b >= 0 ? calleeOf(view, file, facts, call.fn.b) : undefined;
    if (callee !== undefined && depth < MAX_DEPTH) {
      const theirs = view.derived(checksMade, `${depth + 1}\n${callee}`);
      const before = out.length;
      call.args.forEach((arg, i) => {
        for (const check of theirs.filter((one) => one.i === i)) {
          const { of, path } = below(arg, check.path);
          const given = pathOf(of);
          if (given && (!given.isResult || check.how === 'type' || check.how === 'schema'))
            out.push({ ...check, ...given, path: [...given.path, ...path] });
        }
      });
      if (out.length > before) return;
    }
    if (PARSES.test(last) && !name.startsWith('JSON.'))
      for (const arg of call.args)
        note(arg, kept.has(call.at) && /parse/i.test(last) && pathOf(arg) ? 'parsed' : 'schema');
  };
  for (const id of inside)
    visitSteps(facts.functions[id]?.body ?? [], {
      step: (step) => {
        if (step.s === 'if') presence(step.test);
        else if (step.s === 'switch') note(step.on, 'type');
      },
      value: look,
    });
  return out;
}

/** What checks say about a leaf: the best of those that cover it; `whole` where all of it was parsed and the result kept. */
export function checkedAs(
  checks: readonly InputCheck[],
  leaf: { i: number; path: readonly string[] },
): InputCheck['how'] | 'whole' | undefined {
  const covering = checks.filter(
    (check) => check.i === leaf.i && check.path.every((name, at) => leaf.path[at] === name),
  );
  // Whether a bag of values is there says nothing about what it holds.
  const own = covering.filter(
    (check) => check.how === 'schema' || check.how === 'parsed' || check.path.length === leaf.path.length,
  );
  const best = (['schema', 'type', 'parsed', 'present'] as const).find((how) =>
    own.some((check) => check.how === how),
  );
  // A text that was parsed by itself is what the schema saw.
  return best === 'parsed' &&
    own.every((check) => check.how !== 'parsed' || check.path.length === leaf.path.length)
    ? 'whole'
    : best;
}

function isWithin(facts: TsFacts, id: FunctionId, outer: FunctionId): boolean {
  for (let at: number | undefined = id, left = 12; at !== undefined && at > 0 && left > 0; left--) {
    if (at === outer) return true;
    at = facts.functions[at]?.parent;
  }
  return false;
}

function binary(
  { op, left, right }: Extract<Value, { k: 'binary' }>,
  note: (value: Value | undefined, how: InputCheck['how']) => void,
): void {
  // What is a `File` has a file's fields.
  if (op === 'instanceof') note(left, 'schema');
  else if (op === 'in') note(left, 'type');
  else if (['<', '>', '<=', '>='].includes(op)) {
    note(left, 'type');
    note(right, 'type');
  } else if (/^[!=]==?$/.test(op)) {
    if (left.k === 'unary' && left.op === 'typeof') {
      note(left.of, right.k === 'lit' && right.v === 'undefined' ? 'present' : 'type');
      return;
    }
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const)
      note(one, isEmpty(other) ? 'present' : 'type');
  }
}

function isEmpty(value: Value): boolean {
  return (
    (value.k === 'lit' && (value.v === null || value.v === '' || value.v === 0)) ||
    (value.k === 'ref' && value.b < 0 && value.name === 'undefined')
  );
}

/** The values that a test names: those of `{ id, title }` and of `[a, b]` one by one. */
function partsNamed(value: Value): Value[] {
  if (value.k === 'object') return value.props.map((prop) => prop.value);
  if (value.k === 'array') return value.items;
  return [value];
}

/** `title.length`, `file.size` and `file.type` measure what they are read from. */
function withoutMeasure(path: readonly string[]): string[] {
  const last = path.at(-1);
  return last !== undefined && /^(length|size|type)$/.test(last) ? path.slice(0, -1) : [...path];
}

function nameOf(callee: Value): string {
  if (callee.k === 'ref') return callee.name;
  if (callee.k !== 'member') return '';
  const of = nameOf(callee.of);
  return of === '' ? `.${callee.name}` : `${of}.${callee.name}`;
}

function calleeOf(view: View, file: string, facts: TsFacts, b: number): FunctionKey | undefined {
  const binding = facts.bindings[b];
  if (!binding || (binding.kind !== 'import' && binding.kind !== 'function' && binding.kind !== 'const'))
    return undefined;
  if (binding.kind !== 'import' && binding.fn !== 0) return undefined;
  const value: Abs = view.moduleValue(file, b);
  return value.k === 'closure' ? functionKey(value.file, value.fn) : undefined;
}

/** The part of `{ title, slug }` that a path below it begins with. */
function below(value: Value, path: readonly string[]): { of: Value; path: readonly string[] } {
  const [first, ...rest] = path;
  if (value.k !== 'object' || first === undefined) return { of: value, path };
  const prop = value.props.findLast((one) => one.p === 'prop' && one.name === first);
  return prop ? below(prop.value, rest) : { of: value, path };
}

/** What a function gives back of its parameters, when that is all it gives: `readBody(request)` that answers with the JSON. */
function partGiven(view: View, callee: FunctionKey): InputPath | undefined {
  let found: InputPath | undefined;
  for (const outcome of view.summary(callee).outcomes) {
    const value = awaited(outcome.value);
    if (value.k !== 'param' || value.fn !== callee || (found && found.path.join() !== value.path.join()))
      return undefined;
    found = { i: value.i, path: value.path };
  }
  return found;
}

const KEEPS =
  /^(trim|trimStart|trimEnd|toLowerCase|toUpperCase|toString|entries|normalize|catch|then|clone|replace|replaceAll|split|slice|substring|filter|sort|toSorted|reverse|toReversed)$/;

/** What callbacks of these are given first is an item. */
const OF_ITEMS = /^(map|flatMap|forEach|filter|find|findLast|findIndex|some|every)$/;

/** The parameter of an inline callback that is given the items of a list one by one, and what it is. */
function itemGiven(
  facts: TsFacts,
  { fn, args: [callback] }: Extract<Value, { k: 'call' }>,
): { b: number; value: Value } | undefined {
  if (fn.k !== 'member' || !OF_ITEMS.test(fn.name) || callback?.k !== 'function') return undefined;
  const b = facts.functions[callback.fn]?.params[0];
  return b === undefined ? undefined : { b, value: anyItem(fn.of) };
}

/** Any item of a list, as `for … of` writes it. */
function anyItem(of: Value): Extract<Value, { k: 'index' }> {
  return { k: 'index', of, key: { k: 'other', parts: [], at: -1 }, at: -1 };
}

/** What values are made of, within one function. */
interface Sources {
  params: readonly number[];
  values: ReadonlyMap<number, Value>;
  /** The part of its parameters that a called function gives back. */
  reader: (call: Extract<Value, { k: 'call' }>) => InputPath | undefined;
}

/** The path below a parameter that a value reads, where it is read and nothing is made of it. */
function resolve(sources: Sources, value: Value, depth: number): InputPath | undefined {
  if (depth > 12) return undefined;
  const { params, values } = sources;
  const inner = (of: Value): InputPath | undefined => resolve(sources, of, depth + 1);
  const within = (of: Value, ...names: string[]): InputPath | undefined => {
    const base = inner(of);
    return base && { ...base, path: [...base.path, ...names] };
  };
  switch (value.k) {
    case 'ref': {
      const i = params.indexOf(value.b);
      if (i >= 0) return { i, path: [] };
      const known = values.get(value.b);
      return known && inner(known);
    }
    case 'member': {
      const of = inner(value.of);
      // `parsed.data.title` of `safeParse`.
      return of?.isWrapped
        ? value.name === 'data'
          ? { ...of, isWrapped: false }
          : undefined
        : within(value.of, value.name);
    }
    case 'index':
      if (isAnyItem(value)) return within(value.of, ITEM);
      // `text.split('/')[0]` is of the text.
      if (value.key.k !== 'lit' || value.of.k === 'call') return inner(value.of);
      return within(value.of, typeof value.key.v === 'number' ? ITEM : String(value.key.v));
    case 'await':
    case 'rest':
    case 'spread':
      return inner(value.of);
    case 'logic':
      return value.op === '&&' ? inner(value.right) : inner(value.left);
    case 'assign':
      return inner(value.value);
    case 'new':
      return value.fn.k === 'ref' && value.fn.name === 'URL' && value.args[0]
        ? inner(value.args[0])
        : undefined;
    case 'call': {
      const [first] = value.args;
      if (/^(Object\.fromEntries|Object\.entries|String|Number|parseInt|parseFloat)$/.test(nameOf(value.fn)))
        return first && inner(first);
      if (value.fn.k !== 'member') {
        const given = sources.reader(value);
        const arg = given && value.args[given.i];
        return arg && within(arg, ...given.path);
      }
      const { name, of } = value.fn;
      if (KEEPS.test(name)) return name === 'clone' && value.args.length > 0 ? undefined : inner(of);
      if (name === 'get' || name === 'getAll')
        return first?.k === 'lit' ? within(of, name, String(first.v)) : within(of, name);
      if (/^(json|formData|text)$/.test(name)) return within(of, name);
      const parse = /^(safeP|p)arse(Async)?$/.exec(name);
      const given = parse && !(of.k === 'ref' && of.name === 'JSON') && first && inner(first);
      return given ? { ...given, isResult: true, isWrapped: parse?.[1] === 'safeP' } : undefined;
    }
    default:
      return undefined;
  }
}
