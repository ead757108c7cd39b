/** What the engine found in a workspace and why, for `check --stats`. */
import { dirname, isWithin } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { GuardHelper, ProjectConventions, ProjectSymbol } from '../project/conventions.ts';
import type { App } from '../project/model.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { appsUsing } from './appsUsing.ts';

/** Texts are for people; they are printed in the order of the properties. */
export interface AppStats {
  name: string;
  /** `.` for the workspace root. */
  folder: string;
  /** What made it an application. */
  because: string[];
  schema: string;
  clientModules: FileId[];
  authModules: FileId[];
  envModules: FileId[];
  actionsIn: string | undefined;
  servicesIn: string | undefined;
  validationsIn: string | undefined;
  result: string | undefined;
  logger: string;
  session: string | undefined;
  guards: string[];
  importAlias: string | undefined;
}

export interface ProjectStats {
  files: number;
  apps: AppStats[];
  /** Schemas that no application uses. */
  unusedSchemas: string[];
  /** Number of files by role, largest first. */
  roles: { [role: string]: number };
  /** Files by the reason; of generated code only the outermost folders, with how many files they hold. */
  skipped: { [reason: string]: string[] };
  unreadable: FileId[];
}

/** Everything indexed so far. */
export function projectStats(workspace: Workspace): ProjectStats {
  const files = workspace.store.list();
  const counts = new Map<string, number>();
  const skipped: { [reason: string]: FileId[] } = {};
  for (const file of files) {
    const role = workspace.role(file);
    counts.set(role, (counts.get(role) ?? 0) + 1);
    const facts = workspace.facts(file);
    if (facts?.kind === 'skipped') (skipped[facts.reason] ??= []).push(file);
  }
  const apps = workspace.project.apps('');
  const used = new Set(apps.map(({ schema }) => schema));
  return {
    files: files.length,
    apps: apps.map((app) => appStats(workspace, app, files)),
    unusedSchemas: workspace.project.schemaRoots('').flatMap(({ id }) => (used.has(id) ? [] : [id])),
    roles: Object.fromEntries([...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))),
    skipped: { ...skipped, ...(skipped['generated'] ? { generated: foldersOf(skipped['generated']) } : {}) },
    unreadable: files.filter((file) => workspace.store.unreadable.has(file)),
  };
}

function foldersOf(files: readonly FileId[]): string[] {
  const folders = [...new Set(files.map(dirname))].toSorted();
  const outer = folders.filter(
    (folder) => !folders.some((other) => other !== folder && isWithin(other, folder)),
  );
  return outer.map(
    (folder) =>
      `${folder === '' ? '.' : folder} (${files.filter((file) => isWithin(folder, file)).length} files)`,
  );
}

function appStats(workspace: Workspace, app: App, files: readonly FileId[]): AppStats {
  const serves = (file: FileId): boolean => appsUsing(workspace, file).includes(app.root);
  const inside = files.find((file) => workspace.app(file)?.root === app.root);
  const learnt: ProjectConventions | undefined =
    inside === undefined ? undefined : workspace.projectConventions(inside);
  const helpers = inside === undefined ? undefined : workspace.projectGuards(inside);
  return {
    name: app.name,
    folder: app.root === '' ? '.' : app.root,
    because: app.why,
    schema: app.schemaWhy ?? 'none',
    clientModules: workspace.withTrait('client').filter(serves),
    authModules: workspace
      .withTrait('auth')
      .filter((file) => serves(file) && workspace.role(file) !== 'proxy'),
    envModules: workspace.withTrait('env').filter(serves),
    actionsIn: learnt?.actions,
    servicesIn: learnt?.services,
    validationsIn: learnt?.validations,
    result: learnt && resultText(learnt),
    logger: learnt
      ? `${learnt.logger.object}.error(…)${learnt.logger.source ? ` from ${learnt.logger.source.spec}` : ''}`
      : 'console.error(…)',
    session: helpers?.session && symbolText(helpers.session),
    guards: (helpers?.guards ?? []).map(guardText),
    importAlias: learnt?.alias,
  };
}

function symbolText({ name, file, uses }: ProjectSymbol): string {
  return `${name} of ${file} (${uses} ${uses === 1 ? 'file' : 'files'})`;
}

function guardText(guard: GuardHelper): string {
  const kind = guard.kind === 'call' ? '()' : guard.kind === 'wrapper' ? '(handler)' : ', an action client';
  return `${guard.name}${kind} of ${guard.file} (${guard.uses} ${guard.uses === 1 ? 'file' : 'files'}${guard.roles ? `, role ${guard.roles.join(' or ')}` : ''})`;
}

function resultText({ result }: ProjectConventions): string | undefined {
  if (!result) return undefined;
  const shape = result.keys
    .map((key) =>
      key === 'error' && result.errorKeys.length > 0 ? `error: { ${result.errorKeys.join(', ')} }` : key,
    )
    .join(', ');
  const makers = [result.ok, result.fail].flatMap((symbol) => (symbol ? [`${symbol.name}(…)`] : []));
  const extras = [
    ...(result.type ? [`type ${result.type.name} of ${result.type.file}`] : []),
    ...(makers.length > 0 ? [`made by ${makers.join(', ')}`] : []),
  ];
  return `{ ${shape} }${extras.length > 0 ? `, ${extras.join(', ')}` : ''}`;
}
