/** Who uses an exported function of a file, and how: through imports, namespaces and re-exports. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { FunctionId, Step, TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile, visitSteps } from '../facts/visit.ts';
import type { Derivation } from './derivation.ts';
import type { WorkspaceView } from './view.ts';

export interface FunctionUse {
  file: FileId;
  at: number;
  /** `call`: called there; `value`: handed on, to a form, a hook or a component. */
  kind: 'call' | 'value';
  /** A call whose result is looked at. */
  answered: boolean;
}

const DEPTH = 3;

/**
 * Uses of a function in its own file, and of its export in all files that import it.
 * @param name as which it is exported; undefined when it isn't
 */
export function usesOf(
  workspace: WorkspaceView,
  file: FileId,
  fn: FunctionId,
  name: string | undefined,
): FunctionUse[] {
  const facts = workspace.tsFacts(file);
  if (!facts) return [];
  const binding = bindingOf(facts, fn);
  // `action={async () => { 'use server'; … }}`
  if (binding === undefined && name === undefined)
    return [{ file, at: facts.functions[fn]?.at ?? 0, kind: 'value', answered: false }];
  return usesOfName(workspace, file, { binding, name, members: [] });
}

/** A declaration at the top level of a file, or something inside it. */
export interface NamedDeclaration {
  /** What it is called in its own file; undefined when nothing there can name it. */
  binding: number | undefined;
  /** As which it is exported; undefined when it isn't. */
  name: string | undefined;
  /** The way to a part of it: `['list']` for the method `list` of an exported object or class. */
  members: readonly string[];
}

/** Uses of a declaration in its own file, and in all files that import it. */
export function usesOfName(
  workspace: WorkspaceView,
  file: FileId,
  { binding, name, members }: NamedDeclaration,
): FunctionUse[] {
  const out: FunctionUse[] = [];
  const facts = workspace.tsFacts(file);
  if (!facts) return out;
  if (binding !== undefined) collect(file, facts, { binding, members }, out);
  if (name !== undefined) out.push(...workspace.derived(importedUses, [file, name, ...members].join('\n')));
  return out;
}

/** Uses of an export (`file\nname`, then the way to a member) in other files, kept: an importer that is edited elsewhere wakes nobody. */
const importedUses: Derivation<readonly FunctionUse[]> = {
  name: 'importedUses',
  compute: (workspace, key) => {
    const [file = '', name = '', ...members] = key.split('\n');
    const out: FunctionUse[] = [];
    importing(workspace, file, name, members, out, 0);
    return out;
  },
  equal: isSame,
};

/** The name that a function was given. */
function bindingOf(facts: TsFacts, fn: FunctionId): number | undefined {
  const declared = facts.bindings.findIndex((binding) => binding.f === fn);
  if (declared >= 0) return declared;
  let found: number | undefined;
  visitSteps(facts.functions[facts.functions[fn]?.parent ?? 0]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.value.k === 'function' && step.value.fn === fn) found = step.b;
      return found === undefined;
    },
  });
  return found;
}

function importing(
  workspace: WorkspaceView,
  file: FileId,
  name: string,
  members: readonly string[],
  out: FunctionUse[],
  depth: number,
): void {
  if (depth > DEPTH) return;
  for (const importer of workspace.importers(file)) {
    const facts = workspace.tsFacts(importer);
    if (!facts || importer === file) continue;
    const leads = (spec: string): boolean => {
      const target = workspace.target(importer, spec);
      return target.t === 'file' && target.file === file;
    };
    for (const item of facts.imports) {
      if (item.typeOnly || !leads(item.spec)) continue;
      for (const named of item.names)
        if (named.imported === name) collect(importer, facts, { binding: named.b, members }, out);
        else if (named.imported === '*')
          collect(importer, facts, { binding: named.b, members: [name, ...members] }, out);
    }
    for (const item of facts.exports) {
      if (item.e === 'from' && item.imported === name && leads(item.spec))
        importing(workspace, importer, item.name, members, out, depth + 1);
      else if (item.e === 'star' && item.as === undefined && name !== 'default' && leads(item.spec))
        importing(workspace, importer, name, members, out, depth + 1);
    }
  }
}

interface Wanted {
  binding: number;
  /** Of a namespace, an object or a class: the way to the member. */
  members: readonly string[];
}

function isWanted(value: Value, { binding, members }: Wanted, depth = members.length): boolean {
  if (depth === 0) return value.k === 'ref' && value.b === binding;
  return (
    value.k === 'member' &&
    value.name === members[depth - 1] &&
    isWanted(value.of, { binding, members }, depth - 1)
  );
}

function collect(file: FileId, facts: TsFacts, wanted: Wanted, out: FunctionUse[]): void {
  const is = (value: Value): boolean => isWanted(value, wanted);
  const alone = new Set<Value>();
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step: Step) => {
        if (step.s === 'expr') alone.add(bare(step.value));
      },
    });
  const callees = new Set<Value>();
  visitFile(facts, (value) => {
    if (value.k === 'call' && is(value.fn)) {
      callees.add(value.fn);
      out.push({ file, at: value.fn.at, kind: 'call', answered: !alone.has(value) });
    } else if (is(value) && !callees.has(value))
      out.push({ file, at: value.at, kind: 'value', answered: false });
  });
}

function bare(value: Value): Value {
  return value.k === 'await' || (value.k === 'unary' && value.op === 'void') ? bare(value.of) : value;
}

/** Whether every use is a call on the server: no browser ever sees what comes back or is thrown. */
export function staysOnServer(workspace: WorkspaceView, file: FileId, fn: FunctionId, name: string): boolean {
  const uses = usesOf(workspace, file, fn, name);
  return uses.length > 0 && uses.every((use) => use.kind === 'call' && workspace.role(use.file) !== 'client');
}
