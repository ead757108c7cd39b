/** Which module of the project validates the environment, and how a file of the project imports it. */
import {
  ancestors,
  basename,
  dirname,
  isWithin,
  join,
  relativeSpecifier,
  relativeTo,
} from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { TsFacts } from '../../facts/tsModel.ts';
import { visitFile } from '../../facts/visit.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

/** Where people put the module when nothing tells it apart by its content. */
const USUAL = [
  'lib/env',
  'env',
  'config/env',
  'utils/env',
  'lib/env/index',
  'env/index',
  'env/server',
  'lib/env/server',
  'env.server',
  'lib/env.server',
];

/** Folder of the nearest package.json, `''` when there is none. */
export function packageDir(workspace: WorkspaceView, file: FileId): string {
  return ancestors(file).find((dir) => workspace.exists(join(dir, 'package.json') ?? '')) ?? '';
}

/** Whether a file is (part of) an env module: configured, named so, or one that validates the whole environment. */
export function isEnvModule(workspace: WorkspaceView, file: FileId): boolean {
  return (
    workspace.role(file) === 'env' ||
    workspace.conventions(file).env === file ||
    /^(env|environment)([.-]\w+)*\.[cm]?[jt]sx?$|[.-]env\.[cm]?[jt]sx?$/.test(basename(file)) ||
    workspace.withTrait('env').includes(file)
  );
}

/**
 * The env module that a file should read from: the configured one, the one of its package, or the one of a workspace package that
 * its package depends on.
 * @param name the variable: with a server and a client module it decides between them
 */
export function envModuleFor(workspace: WorkspaceView, file: FileId, name: string): FileId | undefined {
  const configured = workspace.conventions(file).env;
  if (configured !== undefined && workspace.exists(configured)) return configured;
  const dir = packageDir(workspace, file);
  const validating = workspace.withTrait('env').filter((candidate) => candidate !== file);
  const isPublic = name.startsWith('NEXT_PUBLIC_');
  const best = (files: readonly FileId[]): FileId | undefined =>
    files.toSorted(
      (a, b) =>
        score(workspace, a, isPublic) - score(workspace, b, isPublic) ||
        a.length - b.length ||
        (a < b ? -1 : 1),
    )[0];
  const own = validating.filter(
    (candidate) =>
      packageDir(workspace, candidate) === dir && isAppWide(workspace, relativeTo(dir, candidate), candidate),
  );
  if (own.length > 0) return best(own);
  const usual = USUAL.flatMap((path) =>
    ['', 'src/'].flatMap((src) =>
      ['ts', 'mjs', 'js', 'mts'].map((extension) => join(dir, `${src}${path}.${extension}`) ?? ''),
    ),
  );
  const byName = usual.find((path) => path !== file && workspace.exists(path));
  if (byName !== undefined) return byName;
  const shared = validating.filter(
    (candidate) =>
      packageDir(workspace, candidate) !== dir &&
      packageSpecifier(workspace, file, dir, candidate) !== undefined,
  );
  return best(shared.filter(isNamedSo));
}

function isNamedSo(file: FileId): boolean {
  return /(^|[/.-])env(ironment)?([/.-]|$)/.test(file.replace(/\.[cm]?[jt]sx?$/, ''));
}

/**
 * The env module of one feature (`lib/integrations/slack/env.ts`) is not the one that everybody reads from, and a schema that is
 * applied to the environment for one place is no module at all.
 */
function isAppWide(workspace: WorkspaceView, path: string, file: FileId): boolean {
  const importers = workspace.importers(file).length;
  const folders = dirname(path).split('/').filter(Boolean);
  return folders.every((folder) => COMMON.test(folder)) ? isNamedSo(path) || importers > 1 : importers > 12;
}

const COMMON =
  /^(src|libs?|config|configs|utils?|helpers?|server|client|core|shared|common|constants|env|environment|app)$/;

function score(workspace: WorkspaceView, file: FileId, isPublic: boolean): number {
  const path = file.toLowerCase();
  const side = isPublic ? /server/.test(path) : /client|public/.test(path);
  return (side ? 2 : 0) + (workspace.role(file) === 'env' ? 0 : 1);
}

/** Where a new env module belongs; undefined outside of applications. */
export function newEnvModule(workspace: WorkspaceView, file: FileId): FileId | undefined {
  const configured = workspace.conventions(file).env;
  if (configured !== undefined) return configured;
  const app = workspace.app(file);
  if (!app) return undefined;
  const isTyped = /\.[cm]?tsx?$/.test(file) || workspace.exists(join(app.root, 'tsconfig.json') ?? '');
  return join(app.root, app.src, `lib/env.${isTyped ? 'ts' : 'js'}`);
}

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
 * How a file should import the env module: as its other importers do, else as the file imports its own project (alias or
 * relative path), else by an alias that leads there.
 */
export function specifierFor(workspace: WorkspaceView, file: FileId, module: FileId): string | undefined {
  const dir = packageDir(workspace, file);
  if (packageDir(workspace, module) !== dir) return packageSpecifier(workspace, file, dir, module);
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
  return target.t === 'file' ? target.file === module : target.t === 'missing' && !workspace.exists(module);
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

/** How a package imports a module of another workspace package: as it is imported elsewhere, or by the package's name. */
function packageSpecifier(
  workspace: WorkspaceView,
  file: FileId,
  dir: string,
  module: FileId,
): string | undefined {
  const own = workspace.facts(join(dir, 'package.json') ?? '');
  const other = workspace.facts(join(packageDir(workspace, module), 'package.json') ?? '');
  if (
    own?.kind !== 'package' ||
    other?.kind !== 'package' ||
    other.name === undefined ||
    !(other.name in own.dependencies)
  )
    return undefined;
  const inside = relativeTo(packageDir(workspace, module), module).replace(/\.[cm]?[jt]sx?$/, '');
  const short = inside.replace(/^(src|lib)\//, '').replace(/(^|\/)index$/, '');
  const candidates = [
    other.name,
    `${other.name}/${short}`,
    `${other.name}/${inside}`,
    `${other.name}/${basename(dirname(module))}`,
  ];
  return candidates.find((spec) => !spec.endsWith('/') && leadsTo(workspace, file, spec, module));
}
