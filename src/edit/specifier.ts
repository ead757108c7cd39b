/** How a file of the project names a module of it in an import: as its neighbours do. */
import { basename, isWithin, join, relativeSpecifier, relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import { packageDir, packageSpecifier } from '../project/packages.ts';
import type { WorkspaceView } from '../workspace/view.ts';

/** Files of a module that another one imports, with the specifier. */
function specifiersOf(facts: TsFacts): string[] {
  const out = facts.imports.map((item) => item.spec);
  for (const item of facts.exports) if (item.e === 'from' || item.e === 'star') out.push(item.spec);
  visitFile(facts, (value) => {
    if (value.k === 'import') out.push(value.spec);
  });
  return out;
}

/**
 * How a file should import a module of the project: as its other importers do, else as the file imports its own project (alias or
 * relative path), else by an alias that leads there. The module may be one that is yet to be written.
 */
export function specifierFor(workspace: WorkspaceView, file: FileId, module: FileId): string | undefined {
  const dir = packageDir(workspace, file);
  if (packageDir(workspace, module) !== dir) return packageSpecifier(workspace, file, module);
  const leads = (spec: string): boolean => leadsTo(workspace, file, spec, module);
  const own = (workspace.tsFacts(file) ? specifiersOf(workspace.tsFacts(file) as TsFacts) : []).filter(
    (spec) => workspace.target(file, spec).t === 'file',
  );
  const already = own.find(leads);
  if (already !== undefined) return already;
  const relative = relativeSpecifier(file, module).replace(/\/index$/, '') + relativeEnding(own, module);
  // Neighbours are imported by `./` in many projects that use an alias for everything further away.
  let isRelative =
    own.length > 0 &&
    own.every((spec) => spec.startsWith('.')) &&
    (relative.startsWith('./') || own.some((spec) => spec.startsWith('../')));
  if (isRelative && leads(relative)) return relative;
  for (const importer of workspace.importers(module)) {
    const facts = workspace.tsFacts(importer);
    const specs = facts
      ? specifiersOf(facts).filter((spec) => leadsTo(workspace, importer, spec, module))
      : [];
    const alias = specs.find((spec) => !spec.startsWith('.') && leads(spec));
    if (alias !== undefined) return alias;
    isRelative ||= specs.length > 0 && own.length === 0;
  }
  if (isRelative) return leads(relative) ? relative : relativeSpecifier(file, module);
  return (
    aliases(workspace, file, own, module, dir).find(leads) ??
    (leads(relative) ? relative : relativeSpecifier(file, module))
  );
}

function leadsTo(workspace: WorkspaceView, file: FileId, spec: string, module: FileId): boolean {
  const target = workspace.target(file, spec);
  // A module that is yet to be written leads nowhere; `aliases` has proved its prefixes on other files.
  if (target.t === 'file') return target.file === module;
  // Prisma's generated client is no module of the project: it is told by its entry, and often isn't there.
  if (target.t === 'generated')
    return (
      !/^[@.]prisma\//.test(spec) &&
      [bare(basename(module)), basename(bare(module))].includes(bare(target.entry))
    );
  return target.t === 'missing' && !workspace.exists(module);
}

/** `./env.js` where the project writes extensions. */
function relativeEnding(own: readonly string[], module: FileId): string {
  const written = own.filter((spec) => spec.startsWith('.')).map((spec) => /\.([cm]?[jt]s)$/.exec(spec)?.[1]);
  const ending = written.find((extension) => extension !== undefined);
  if (ending === undefined) return /\.[cm][jt]s$/.exec(module)?.[0].replace('ts', 'js') ?? '';
  return ending.endsWith('ts') ? (/\.[cm]?ts$/.exec(module)?.[0] ?? '') : `.${ending}`;
}

/** A path as a specifier names it: without its extension, a folder for its index. */
function bare(path: string): string {
  return path.replace(/(\.d)?\.[cm]?[jt]sx?$/, '').replace(/\/index$/, '');
}

/** Specifiers by the aliases that a file uses, and by those that Next.js projects mostly have. */
function aliases(
  workspace: WorkspaceView,
  file: FileId,
  own: readonly string[],
  module: FileId,
  dir: string,
): string[] {
  // TypeScript finds `env.mjs` by its full name only.
  const ending = /\.[cm][jt]s$/.exec(module)?.[0].replace('ts', 'js') ?? '';
  const out: string[] = [];
  for (const spec of own) {
    const target = workspace.target(file, spec);
    const slash = spec.indexOf('/');
    if (spec.startsWith('.') || target.t !== 'file' || slash < 0) continue;
    const rest = spec.slice(slash + 1);
    const path = bare(target.file);
    if (!path.endsWith(bare(rest))) continue;
    const base = path.slice(0, path.length - bare(rest).length);
    if (module.startsWith(base))
      out.push(`${spec.slice(0, slash)}/${bare(module.slice(base.length))}${ending}`);
  }
  for (const base of [join(dir, 'src') ?? 'src', dir]) {
    if (!isWithin(base, module) || !isWithin(base, file)) continue;
    for (const prefix of ['@/', '~/', '#/', '@', '~', '']) {
      const self = workspace.target(file, prefix + bare(relativeTo(base, file)));
      if (self.t === 'file' && self.file === file) out.push(prefix + bare(relativeTo(base, module)) + ending);
    }
  }
  return out;
}
