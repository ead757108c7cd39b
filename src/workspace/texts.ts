/** The texts that an expression can be: constants, templates, helper functions and parameters, followed across files. */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, Property, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { usesOf } from './actionUses.ts';
import { callIndex } from './callIndex.ts';
import { initialValue } from './initialValue.ts';
import type { WorkspaceView } from './view.ts';

/** Stands in a text for a part that isn't known. */
export const ANY = '\u0000';

/** An expression with the file it stands in; undefined is one that can't be found. */
type Located = { value: Value; in: Scope } | { module: FileId } | undefined;

interface Scope {
  file: FileId;
  facts: TsFacts;
  /** What the parameters of a function are given, while one call of it is followed. */
  given?: ReadonlyMap<BindingId, readonly Located[]>;
}

const MAX_DEPTH = 8;
const MAX_TEXTS = 40;
const MAX_CALLERS = 60;
/** Expressions that one question may lead through. */
const MAX_STEPS = 2000;

/** Follows texts through one workspace. */
export class Texts {
  private readonly workspace: WorkspaceView;
  private steps = 0;

  constructor(workspace: WorkspaceView) {
    this.workspace = workspace;
  }

  /** What a value can be as a text, with `ANY` in place of what isn't known. A parameter is what its callers give. */
  of(file: FileId, facts: TsFacts, value: Value): string[] {
    this.steps = 0;
    return this.texts(value, { file, facts }, true, 0);
  }

  /** The texts in a list, or the value's own where it is none. */
  inList(file: FileId, facts: TsFacts, value: Value): string[] {
    this.steps = 0;
    return this.listed(value, { file, facts }, 0);
  }

  /** The values that an object has under a name, as texts in a list; undefined where it has none. */
  listOf(file: FileId, facts: TsFacts, object: Value, name: string): string[] | undefined {
    this.steps = 0;
    const found = this.propertyOf(this.locate(object, { file, facts }, true, 0), name, true, 0);
    if (found.length === 0) return undefined;
    return limit(found.flatMap((one) => (one && 'value' in one ? this.listed(one.value, one.in, 1) : [ANY])));
  }

  /** The values that an object has under a name. */
  property(file: FileId, facts: TsFacts, object: Value, name: string): Value[] | undefined {
    this.steps = 0;
    const found = this.propertyOf(this.locate(object, { file, facts }, true, 0), name, true, 0);
    return found.every((one) => one && 'value' in one)
      ? found.flatMap((one) => (one && 'value' in one ? [one.value] : []))
      : undefined;
  }

  private listed(value: Value, scope: Scope, depth: number): string[] {
    if (depth > MAX_DEPTH) return [ANY];
    const out: string[] = [];
    for (const one of this.locate(value, scope, true, depth)) {
      if (!one || !('value' in one)) return [ANY];
      if (one.value.k === 'array') {
        for (const item of one.value.items)
          if (item.k === 'spread') out.push(...this.listed(item.of, one.in, depth + 1));
          else out.push(...this.texts(item, one.in, true, depth + 1));
      } else if (!isAbsent(one.value)) out.push(...this.texts(one.value, one.in, true, depth + 1));
    }
    return limit(out);
  }

  private texts(value: Value, scope: Scope, callers: boolean, depth: number): string[] {
    if (depth > MAX_DEPTH) return [ANY];
    const out: string[] = [];
    for (const one of this.locate(value, scope, callers, depth)) {
      if (!one || !('value' in one)) return [ANY];
      out.push(...this.textsOf(one.value, one.in, depth));
    }
    return limit(out);
  }

  private textsOf(value: Value, scope: Scope, depth: number): string[] {
    // What callers put into a template is the variable part of it.
    const part = (inner: Value): string[] => this.texts(inner, scope, false, depth + 1);
    switch (value.k) {
      case 'lit':
        return [String(value.v)];
      case 'template':
        return joined(value.texts.flatMap((text, i) => [[text], ...each(value.values[i], part)]));
      case 'binary':
        return value.op === '+' ? joined([part(value.left), part(value.right)]) : [ANY];
      case 'call': {
        const list = value.fn.k === 'member' && value.fn.name === 'join' ? value.fn.of : undefined;
        const [separator] = value.args;
        if (list?.k !== 'array' || separator?.k !== 'lit') return [ANY];
        return joined(
          list.items.flatMap((item, i) => (i === 0 ? [part(item)] : [[String(separator.v)], part(item)])),
        );
      }
      default:
        return [ANY];
    }
  }

  /** The expressions that a value stands for. */
  private locate(value: Value, scope: Scope, callers: boolean, depth: number): Located[] {
    if (depth > MAX_DEPTH || this.steps++ > MAX_STEPS) return [undefined];
    const go = (inner: Value): Located[] => this.locate(inner, scope, callers, depth + 1);
    switch (value.k) {
      case 'ref':
        return this.binding(value.b, scope, callers, depth + 1);
      case 'member':
        return this.propertyOf(go(value.of), value.name, callers, depth + 1);
      case 'index':
        return value.key.k === 'lit'
          ? this.propertyOf(go(value.of), String(value.key.v), callers, depth + 1)
          : [undefined];
      case 'await':
        return go(value.of);
      case 'cond':
        return [...go(value.then), ...go(value.else)];
      case 'logic':
        return value.op === '&&' ? go(value.right) : [...go(value.left), ...go(value.right)];
      case 'call':
        return this.called(value, scope, callers, depth + 1);
      default:
        return [{ value, in: scope }];
    }
  }

  private binding(b: BindingId, scope: Scope, callers: boolean, depth: number): Located[] {
    const given = scope.given?.get(b);
    if (given) return [...given];
    const binding = scope.facts.bindings[b];
    if (!binding) return [undefined];
    if (binding.f !== undefined)
      return [{ value: { k: 'function', fn: binding.f, at: binding.at }, in: scope }];
    switch (binding.kind) {
      case 'import':
        return this.imported(b, scope, callers, depth);
      case 'param':
        return callers ? this.fromCallers(b, scope, depth) : [undefined];
      case 'const':
      case 'let':
      case 'temp': {
        const value = initialValue(scope.facts.functions[binding.fn]?.body ?? [], b);
        return value && !binding.mutable ? this.locate(value, scope, callers, depth) : [undefined];
      }
      default:
        return [undefined];
    }
  }

  private imported(b: BindingId, { file, facts }: Scope, callers: boolean, depth: number): Located[] {
    for (const { spec, names } of facts.imports)
      for (const name of names) {
        if (name.b !== b) continue;
        const target = this.workspace.target(file, spec);
        if (target.t !== 'file') return [undefined];
        return name.imported === '*'
          ? [{ module: target.file }]
          : this.exported(target.file, name.imported, callers, depth);
      }
    return [undefined];
  }

  private exported(file: FileId, name: string, callers: boolean, depth: number): Located[] {
    const facts = this.workspace.tsFacts(file);
    if (!facts || depth > MAX_DEPTH) return [undefined];
    const scope: Scope = { file, facts };
    const follow = (spec: string, imported: string): Located[] => {
      const target = this.workspace.target(file, spec);
      return target.t === 'file' ? this.exported(target.file, imported, callers, depth + 1) : [undefined];
    };
    for (const item of facts.exports) {
      if (item.e === 'star' || item.name !== name) continue;
      if (item.e === 'local') return this.binding(item.b, scope, callers, depth);
      if (item.e === 'value') return this.locate(item.value, scope, callers, depth);
      return follow(item.spec, item.imported);
    }
    for (const item of facts.exports) {
      if (item.e !== 'star' || item.as !== undefined || item.typeOnly) continue;
      const found = follow(item.spec, name);
      if (found.every((one) => one !== undefined)) return found;
    }
    return [undefined];
  }

  private propertyOf(objects: readonly Located[], name: string, callers: boolean, depth: number): Located[] {
    return objects.flatMap((object) => {
      if (!object) return [undefined];
      if ('module' in object) return this.exported(object.module, name, callers, depth);
      const { value, in: scope } = object;
      if (value.k === 'object') return this.ownProperty(value.props, name, scope, callers, depth);
      if (isAbsent(value)) return [];
      const item = value.k === 'array' ? value.items[Number(name)] : undefined;
      return item && item.k !== 'spread' ? this.locate(item, scope, callers, depth) : [undefined];
    });
  }

  /** Later properties hide earlier ones; a spread may have it or not. */
  private ownProperty(
    props: readonly Property[],
    name: string,
    scope: Scope,
    callers: boolean,
    depth: number,
  ): Located[] {
    for (const prop of props.toReversed()) {
      if (prop.p === 'computed') return [undefined];
      if (prop.p === 'spread') {
        const found = this.propertyOf(
          this.locate(prop.value, scope, callers, depth),
          name,
          callers,
          depth + 1,
        );
        if (found.length > 0) return found;
      } else if (prop.name === name) return this.locate(prop.value, scope, callers, depth);
    }
    return [];
  }

  /** What a helper function returns, its parameters bound to the arguments. */
  private called(
    call: Extract<Value, { k: 'call' }>,
    scope: Scope,
    callers: boolean,
    depth: number,
  ): Located[] {
    if (call.fn.k === 'member' && call.fn.name === 'freeze' && call.args[0])
      return this.locate(call.args[0], scope, callers, depth);
    const [callee, ...others] = this.locate(call.fn, scope, false, depth);
    if (!callee || !('value' in callee) || callee.value.k !== 'function' || others.length > 0)
      return [{ value: call, in: scope }];
    const { facts } = callee.in;
    const fn = facts.functions[callee.value.fn];
    const given = new Map(callee.in.given);
    fn?.params.forEach((param, i) => {
      const arg = call.args[i];
      const isOpen = fn.rest && i === fn.params.length - 1;
      given.set(param, !arg || isOpen ? [undefined] : this.locate(arg, scope, callers, depth));
    });
    const returned = fn ? returns(facts, callee.value.fn) : undefined;
    if (!returned) return [undefined];
    return returned.flatMap((value) => this.locate(value, { ...callee.in, given }, false, depth));
  }

  /** What a parameter is given wherever its function is called; not known where the function is handed on. */
  private fromCallers(b: BindingId, { file, facts }: Scope, depth: number): Located[] {
    const id = facts.bindings[b]?.fn ?? 0;
    const fn = facts.functions[id];
    const index = fn?.params.indexOf(b) ?? -1;
    if (!fn || index < 0 || (fn.rest && index === fn.params.length - 1)) return [undefined];
    const uses = usesOf(this.workspace, file, id, exportedName(facts, id));
    if (uses.length === 0 || uses.length > MAX_CALLERS) return [undefined];
    return uses.flatMap((use) => {
      const caller = this.workspace.tsFacts(use.file);
      const call = caller && callIndex(caller).get(use.at)?.call;
      if (!caller || use.kind !== 'call' || call?.k !== 'call') return [undefined];
      const arg = call.args[index];
      if (!arg || call.args.some(({ k }) => k === 'spread')) return arg ? [undefined] : [];
      return this.locate(arg, { file: use.file, facts: caller }, true, depth);
    });
  }
}

function isAbsent(value: Value): boolean {
  return (
    (value.k === 'lit' && (value.v === null || typeof value.v === 'boolean')) ||
    (value.k === 'ref' && value.name === 'undefined')
  );
}

function each(value: Value | undefined, part: (value: Value) => string[]): string[][] {
  return value ? [part(value)] : [];
}

/** All ways to put one text of each list behind another. */
function joined(parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>(
    (heads, tails) => limit(heads.flatMap((head) => tails.map((tail) => head + tail))),
    [''],
  );
}

function limit(texts: readonly string[]): string[] {
  const out = [...new Set(texts)];
  return out.length > MAX_TEXTS ? [ANY] : out;
}

/** The values that a function returns; undefined when one of them is missing. */
function returns(facts: TsFacts, id: FunctionId): Value[] | undefined {
  const out: Value[] = [];
  let isKnown = true;
  visitSteps(facts.functions[id]?.body ?? [], {
    step: (step) => {
      if (step.s !== 'return') return;
      if (step.value) out.push(step.value);
      else isKnown = false;
    },
  });
  return isKnown && out.length > 0 && out.length <= 4 ? out : undefined;
}

/** The name under which a file exports a function. */
function exportedName(facts: TsFacts, id: FunctionId): string | undefined {
  for (const item of facts.exports) {
    if (item.e === 'value' && item.value.k === 'function' && item.value.fn === id) return item.name;
    if (item.e !== 'local') continue;
    if (facts.bindings[item.b]?.f === id) return item.name;
    const value = initialValue(facts.functions[0]?.body ?? [], item.b);
    if (value?.k === 'function' && value.fn === id) return item.name;
  }
  return undefined;
}

/** Whether two texts can be the same one, whatever their unknown parts are. */
export function mayBeSame(a: string, b: string): boolean {
  const known = new Map<string, boolean>();
  const match = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true;
    const key = `${i}:${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const isHere = a[i] === ANY;
    const isThere = b[j] === ANY;
    const answer =
      (isHere && (match(i + 1, j) || (j < b.length && match(i, j + 1)))) ||
      (isThere && (match(i, j + 1) || (i < a.length && match(i + 1, j)))) ||
      (!isHere && !isThere && i < a.length && j < b.length && a[i] === b[j] && match(i + 1, j + 1));
    known.set(key, answer);
    return answer;
  };
  return match(0, 0);
}
