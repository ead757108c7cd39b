/** The declarations at the top level of a file, and where names lead without running anything. */
import type { FileId } from '../base/path.ts';
import { spanOf } from '../facts/model.ts';
import type { FileFacts } from '../facts/model.ts';
import type { Binding, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import { awaited, choicesOf, joinAbs } from '../workspace/abs.ts';
import type { Abs } from '../workspace/abs.ts';
import type { WorkspaceView } from '../workspace/view.ts';

export type TsFileFacts = Extract<FileFacts, { kind: 'ts' }>;

/** UTF-16 offsets, `end` exclusive. */
export interface Extent {
  start: number;
  end: number;
}

/** The smallest piece of text that holds a value and the functions in it. */
export function extentOfValue(facts: TsFileFacts, value: Value): Extent {
  let { start, end } = spanOf(facts, value.at);
  visitValue(value, (part) => {
    const span =
      part.k === 'function'
        ? spanOf(facts, facts.functions[part.fn]?.all ?? part.at)
        : spanOf(facts, part.k === 'member' ? part.all : part.at);
    start = Math.min(start, span.start);
    end = Math.max(end, span.end);
  });
  return { start, end };
}

/** The value that the module gives a name when it is loaded. */
export function initialiser(facts: TsFacts, b: number): Value | undefined {
  let found: Value | undefined;
  visitSteps(facts.functions[0]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.b === b) found ??= step.value;
    },
  });
  return found;
}

export interface TopLevel extends Extent {
  name: string;
  /** Place of the name, an index of the file's spans. */
  at: number;
  b: number;
  binding: Binding;
  /** `undefined` for functions and classes. */
  value: Value | undefined;
}

const known = new WeakMap<TsFacts, { spans: readonly number[]; list: readonly TopLevel[] }>();

/** Functions, classes and variables that a file declares at its top level, in the order of their names' places. */
export function topLevel(facts: TsFileFacts): readonly TopLevel[] {
  const before = known.get(facts);
  if (before && before.spans === facts.spans) return before.list;
  const list = facts.bindings.flatMap((binding, b): TopLevel[] => {
    if (
      binding.fn !== 0 ||
      binding.kind === 'import' ||
      binding.kind === 'temp' ||
      binding.kind === 'param' ||
      binding.kind === 'catch'
    )
      return [];
    const name = spanOf(facts, binding.at);
    const own = { name: binding.name, at: binding.at, b, binding };
    if (binding.f !== undefined)
      return [
        {
          ...own,
          ...join(name, spanOf(facts, facts.functions[binding.f]?.all ?? binding.at)),
          value: undefined,
        },
      ];
    if (binding.c !== undefined) {
      const methods = facts.functions.filter((fn) => fn.cls === binding.c).map((fn) => spanOf(facts, fn.all));
      return [{ ...own, ...methods.reduce(join, name), value: undefined }];
    }
    const value = initialiser(facts, b);
    return [{ ...own, ...(value ? join(name, extentOfValue(facts, value)) : name), value }];
  });
  list.sort((a, b) => a.start - b.start);
  known.set(facts, { spans: facts.spans, list });
  return list;
}

function join(a: Extent, b: Extent): Extent {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The declaration around an offset. */
export function topLevelAt(facts: TsFileFacts, offset: number): TopLevel | undefined {
  return topLevel(facts).find(({ start, end }) => start <= offset && offset <= end);
}

/**
 * What a name or a member chain leads to, as far as modules, objects, classes and their instances say.
 * @param self what `this` is
 */
export function resolve(
  workspace: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  value: Value,
  self?: Abs,
): Abs | undefined {
  if (value.k === 'this') return self;
  if (value.k === 'ref') {
    const binding = facts.bindings[value.b];
    if (!binding) return undefined;
    if (binding.f !== undefined) return { k: 'closure', file, fn: binding.f };
    return binding.fn === 0 ? workspace.moduleValue(file, value.b) : undefined;
  }
  if (value.k === 'function') return { k: 'closure', file, fn: value.fn };
  if (value.k !== 'member') return undefined;
  const of = resolve(workspace, file, facts, value.of, self);
  return of && memberValue(workspace, awaited(of), value.name);
}

/** A named part of a module, an object, a class or an instance. */
export function memberValue(workspace: WorkspaceView, of: Abs, name: string): Abs | undefined {
  if (of.k === 'module') return workspace.exported(of.file, name);
  if (of.k === 'object') return of.props[name];
  const choices = choicesOf(of, 'instance');
  if (choices) {
    const members = choices.map((choice) => memberValue(workspace, choice, name));
    return members.every((member) => member !== undefined) ? members.reduce(joinAbs) : undefined;
  }
  if (of.k !== 'class' && of.k !== 'instance') return undefined;
  const cls = workspace.tsFacts(of.file)?.classes[of.c];
  const method = cls?.methods.find(
    (candidate) => candidate.name === name && candidate.static === (of.k === 'class'),
  );
  if (method) return { k: 'closure', file: of.file, fn: method.fn };
  const parent = cls?.extends?.k === 'ref' ? workspace.moduleValue(of.file, cls.extends.b) : undefined;
  const isOther = parent?.k === 'class' && (parent.file !== of.file || parent.c !== of.c);
  return isOther ? memberValue(workspace, { ...parent, k: of.k }, name) : undefined;
}

/** A function and all functions written inside it, but for Server Actions, which run on their own. */
export function withInner(facts: TsFacts, fn: FunctionId): FunctionId[] {
  const out = [fn];
  for (const id of out)
    facts.functions.forEach((inner, innerId) => {
      if (inner.parent === id && innerId !== 0 && !inner.directives.includes('use server')) out.push(innerId);
    });
  return out;
}

/** Where a name of a file's top level is declared, and as what: here, or behind an import and re-exports. */
export function declarationSite(
  workspace: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  b: number,
): { file: FileId; name: string } | undefined {
  const binding = facts.bindings[b];
  if (binding?.kind !== 'import') return binding?.fn === 0 ? { file, name: binding.name } : undefined;
  for (const item of facts.imports)
    for (const named of item.names) {
      if (named.b !== b) continue;
      const target = workspace.target(file, item.spec);
      return target.t === 'file' ? declaringSite(workspace, target.file, named.imported, 0) : undefined;
    }
  return undefined;
}

/** Follows `export … from` and `export *` to the file that declares a name. */
function declaringSite(
  workspace: WorkspaceView,
  file: FileId,
  name: string,
  depth: number,
): { file: FileId; name: string } {
  const own = { file, name };
  const facts = workspace.tsFacts(file);
  if (!facts || depth > 5 || name === '*') return own;
  for (const item of facts.exports) {
    if (item.e === 'from' && item.name === name) {
      const target = workspace.target(file, item.spec);
      return target.t === 'file' ? declaringSite(workspace, target.file, item.imported, depth + 1) : own;
    }
    if (item.e === 'local' && item.name === name) return { file, name: facts.bindings[item.b]?.name ?? name };
    if (item.e === 'value' && item.name === name) return own;
  }
  for (const item of facts.exports) {
    if (item.e !== 'star') continue;
    const target = workspace.target(file, item.spec);
    if (target.t !== 'file') continue;
    const found = declaringSite(workspace, target.file, name, depth + 1);
    const theirs = workspace.tsFacts(found.file);
    if (theirs?.exports.some((other) => other.e !== 'star' && other.name === name)) return found;
  }
  return own;
}
