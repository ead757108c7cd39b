/** Which modules must not reach the browser, and by which imports other modules lead to them. */
import type { FileId } from '../base/path.ts';
import type { BindingId, ImportFacts, TsFacts } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import { findVariables } from '../project/environment.ts';
import type { WorkspaceView } from './view.ts';

/** What makes a module the server's: the database client, the environment with its secrets, Auth.js with its secret, a mark. */
export type ServerKind = 'db' | 'env' | 'auth' | 'marked';

export interface ServerReach {
  kind: ServerKind;
  /** Modules between this one and that of the server, this one not counted: 0 when it is one itself. */
  distance: number;
  /** The next module on the shortest way, and the place of its import. */
  next?: { file: FileId; at: number };
}

export interface RuntimeImport {
  spec: string;
  /** Place of the specifier; of the whole re-export. */
  at: number;
}

/** Imports that remain when types are gone: bundlers drop names that no value uses, and imports without any other. */
export function runtimeImports(facts: TsFacts): RuntimeImport[] {
  const used = usedBindings(facts);
  const out: RuntimeImport[] = [];
  for (const item of facts.imports)
    if (!item.typeOnly && !isElided(item, used)) out.push({ spec: item.spec, at: item.at });
  for (const item of facts.exports)
    if ((item.e === 'from' || item.e === 'star') && !item.typeOnly)
      out.push({ spec: item.spec, at: item.at });
  visitFile(facts, (value) => {
    if (value.k === 'import') out.push({ spec: value.spec, at: value.at });
  });
  return out;
}

/** Imports that are written as if values were used, though types alone are. */
export function typeImports(facts: TsFacts): ImportFacts[] {
  const used = usedBindings(facts);
  return facts.imports.filter(
    (item) => !item.typeOnly && item.names.some((name) => !name.typeOnly) && isElided(item, used),
  );
}

function isElided({ names }: ImportFacts, used: ReadonlySet<BindingId>): boolean {
  return names.length > 0 && names.every((name) => name.typeOnly || !used.has(name.b));
}

function usedBindings(facts: TsFacts): Set<BindingId> {
  const used = new Set<BindingId>();
  visitFile(facts, (value) => {
    if (value.k === 'ref') used.add(value.b);
  });
  for (const item of facts.exports) if (item.e === 'local') used.add(item.b);
  return used;
}

/**
 * The way from a module to one of the server's; `undefined` when there is none. Files of actions and client components end it: the
 * browser gets references to the former, and the latter answer for themselves.
 * @param reachOf the same for other files
 */
export function findServerReach(
  view: WorkspaceView,
  file: FileId,
  reachOf: (file: FileId) => ServerReach | undefined,
): ServerReach | undefined {
  const facts = view.tsFacts(file);
  if (!facts || facts.directives.includes('use server')) return undefined;
  const kind = serverKind(view, file, facts);
  if (kind) return { kind, distance: 0 };
  let best: ServerReach | undefined;
  for (const { spec, at } of runtimeImports(facts)) {
    const target = view.target(file, spec);
    if (target.t !== 'file' || target.file === file) continue;
    if (view.tsFacts(target.file)?.directives.includes('use client')) continue;
    const reach = reachOf(target.file);
    if (reach && (!best || reach.distance + 1 < best.distance))
      best = { kind: reach.kind, distance: reach.distance + 1, next: { file: target.file, at } };
  }
  return best;
}

function serverKind(view: WorkspaceView, file: FileId, facts: TsFacts): ServerKind | undefined {
  const role = view.baseRole(file);
  if (role === 'db') return 'db';
  if (facts.imports.some(({ spec, typeOnly }) => !typeOnly && spec === 'server-only')) return 'marked';
  if (role === 'auth' && makesAuth(facts)) return 'auth';
  return role === 'env' && failsInBrowser(facts) ? 'env' : undefined;
}

/** Auth.js, or Better Auth: the client's half is made by other functions. */
function makesAuth(facts: TsFacts): boolean {
  return facts.imports.some(
    ({ spec, names }) =>
      /^(next-auth|better-auth|better-auth\/minimal)$/.test(spec) &&
      names.some(({ imported, typeOnly }) => !typeOnly && /^(default|betterAuth)$/.test(imported)),
  );
}

/** A schema that demands variables which the browser never has. `createEnv` hides them from it instead. */
function failsInBrowser(facts: TsFacts): boolean {
  return (
    !facts.imports.some(({ spec }) => spec.startsWith('@t3-oss/env')) &&
    findVariables(facts).some(({ scope, optional }) => scope === 'server' && !optional)
  );
}
