/** Where Prisma clients are constructed, and which module shares the one that everybody should use. */
import { dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { WorkspaceView } from './view.ts';

/** `new PrismaClient(…)` in a file. */
export interface Construction {
  value: Extract<Value, { k: 'new' }>;
  /** Place of the constructor's name. */
  at: number;
  /** The function it stands in; 0 is the module. */
  fn: FunctionId;
}

/** Every construction of a Prisma client in a file, by whatever name or subclass. */
export function constructions(view: WorkspaceView, file: FileId, facts: TsFacts): Construction[] {
  const constructors = new Set<BindingId>();
  const modules = new Set<BindingId>();
  for (const item of facts.imports) {
    if (item.typeOnly) continue;
    for (const { imported, b, typeOnly } of item.names) {
      if (typeOnly || !(imported === '*' || imported === 'default' || imported.endsWith('PrismaClient')))
        continue;
      const value = view.moduleValue(file, b);
      if (value.k !== 'generated') continue;
      if (value.path.at(-1) === 'PrismaClient') constructors.add(b);
      else if (value.path.length === 0 || value.path[0] === 'default') modules.add(b);
    }
  }
  const made = (value: Value): boolean =>
    (value.k === 'ref' && constructors.has(value.b)) ||
    (value.k === 'member' &&
      value.name === 'PrismaClient' &&
      value.of.k === 'ref' &&
      modules.has(value.of.b));
  // `const { PrismaClient } = pkg`
  if (modules.size > 0)
    visitSteps(facts.functions[0]?.body ?? [], {
      step: (step) => {
        if (step.s === 'let' && made(step.value)) constructors.add(step.b);
      },
    });
  if (constructors.size + modules.size === 0) return [];
  facts.bindings.forEach(({ c }, b) => {
    const base = c === undefined ? undefined : facts.classes[c]?.extends;
    if (base && made(base)) constructors.add(b);
  });
  const out: Construction[] = [];
  facts.functions.forEach(({ body }, fn) => {
    visitSteps(body, {
      value: (value) => {
        if (value.k === 'new' && made(value.fn)) out.push({ value, at: value.fn.at, fn });
      },
    });
  });
  return out;
}

/** A module that exports the client. */
export interface SharedClient {
  file: FileId;
  /** Its export; `default` where it has no other. */
  name: string;
}

/**
 * The module whose client others of the same package, or of packages that depend on its package, should use: among those that
 * construct a client and export it the one with most importers.
 * @param file the file that looks for it, which may be the answer
 */
export function sharedClient(view: WorkspaceView, file: FileId): SharedClient | undefined {
  const dir = packageFolder(view, file);
  const candidates = view
    .withTrait('client')
    .filter((candidate) => view.role(candidate) !== 'generated')
    .flatMap((candidate): SharedClient[] => {
      const name = clientExport(view, candidate);
      return name === undefined ? [] : [{ file: candidate, name }];
    });
  const own = candidates.filter((candidate) => packageFolder(view, candidate.file) === dir);
  const reachable =
    own.length > 0 ? own : candidates.filter((candidate) => isDependency(view, dir, candidate.file));
  return reachable.toSorted(
    (a, b) =>
      view.importers(b.file).length - view.importers(a.file).length ||
      a.file.length - b.file.length ||
      (a.file < b.file ? -1 : 1),
  )[0];
}

/** The name under which a module exports a client, `default` last; undefined when it exports none. */
function clientExport(view: WorkspaceView, file: FileId): string | undefined {
  const names = (view.tsFacts(file)?.exports ?? []).flatMap((item) =>
    item.e === 'local' || item.e === 'value' ? [item.name] : [],
  );
  const clients = [...new Set(names)].filter((name) => view.exported(file, name).k === 'prisma');
  return clients.find((name) => name !== 'default') ?? clients[0];
}

function packageFolder(view: WorkspaceView, file: FileId): string {
  for (let dir = dirname(file); ; dir = dirname(dir))
    if (dir === '' || view.exists(join(dir, 'package.json') ?? '')) return dir;
}

function isDependency(view: WorkspaceView, dir: string, file: FileId): boolean {
  const own = view.facts(join(dir, 'package.json') ?? '');
  const other = view.facts(join(packageFolder(view, file), 'package.json') ?? '');
  return (
    own?.kind === 'package' &&
    other?.kind === 'package' &&
    other.name !== undefined &&
    other.name in own.dependencies
  );
}
