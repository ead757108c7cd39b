/** Where an application asks for roles already: layouts and proxies before pages, and other entry points beside one. */
import { ancestors } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { App } from '../project/model.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { Site } from './abs.ts';
import { callIndex } from './callIndex.ts';
import type { Entry } from './entries.ts';
import { ROLE_FIELD } from './roleNames.ts';
import { decidesByRole } from './roleTests.ts';
import type { DbEffect } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** An entry point that asks for roles. */
export interface GuardedEntry {
  file: FileId;
  at: number;
  name: string;
  roles: string[];
}

const MAX_FILES = 24;

/** Pages below a layout that checks a role, or behind a proxy that looks at roles or at the administration's addresses. */
export function isBehindRole(view: WorkspaceView, file: FileId, app: App | undefined): boolean {
  for (const dir of ancestors(file)) {
    for (const name of ['layout', 'template'])
      for (const extension of ['tsx', 'jsx', 'ts', 'js']) {
        const candidate = dir === '' ? `${name}.${extension}` : `${dir}/${name}.${extension}`;
        if (view.exists(candidate) && asksForRoles(view, candidate)) return true;
      }
    if (/(^|\/)app$/.test(dir)) break;
  }
  const base = [app?.root, app?.src].filter(Boolean).join('/');
  return ['proxy', 'middleware'].some((name) =>
    ['ts', 'js', 'mjs'].some((extension) => {
      const candidate = base === '' ? `${name}.${extension}` : `${base}/${name}.${extension}`;
      return view.exists(candidate) && asksForRoles(view, candidate);
    }),
  );
}

/** Whether any function of a file, or one that it calls, tests roles. */
function asksForRoles(view: WorkspaceView, file: FileId): boolean {
  const facts = view.tsFacts(file);
  return facts?.functions.some((_, fn) => decidesByRole(view, { file, fn })) ?? false;
}

/** Another entry point that writes a model after a check of the role. */
export function guardedWriter(view: WorkspaceView, file: FileId, accessor: string): GuardedEntry | undefined {
  const writers = view.writers(accessor);
  const near = [...new Set([file, ...writers, ...writers.flatMap((writer) => view.importers(writer))])];
  for (const candidate of near.slice(0, MAX_FILES))
    for (const entry of view.entries(candidate))
      for (const effect of entry.effects) {
        const roles = effect.roles ?? entry.roles;
        if (effect.model === accessor && effect.kind === 'write' && roles?.length)
          return { file: candidate, at: entry.at, name: entry.name, roles };
      }
  return undefined;
}

/**
 * An entry point that writes a model after a check of the role, where all that write it ask for one, or all in the same file.
 * @param self the write that is asked about; others of the same function don't count
 * @param isOwn whether a write is the caller's own business, which says nothing about others
 */
export function guardedPeer(
  view: WorkspaceView,
  file: FileId,
  self: DbEffect,
  isOwn: (entry: Entry, effect: DbEffect) => boolean,
): GuardedEntry | undefined {
  const writers = view.writers(self.model);
  const near = [...new Set([file, ...writers, ...writers.flatMap((writer) => view.importers(writer))])];
  const place = lastIn(self, file);
  const others = near.slice(0, MAX_FILES).flatMap((candidate) =>
    view.entries(candidate).flatMap((entry) =>
      entry.effects
        .filter(
          (effect) =>
            effect.model === self.model &&
            effect.kind === 'write' &&
            !isOfService(effect) &&
            !isInFunction(view, lastIn(effect, candidate), place) &&
            !isOwn(entry, effect),
        )
        .map((effect): GuardedEntry & { deletes: boolean } => ({
          file: candidate,
          at: entry.at,
          name: entry.name,
          roles: effect.roles ?? entry.roles ?? [],
          deletes: effect.op.startsWith('delete'),
        })),
    ),
  );
  const guarded = (some: GuardedEntry[]): GuardedEntry | undefined =>
    some.every(({ roles }) => roles.length > 0) ? some[0] : undefined;
  if (near.length <= MAX_FILES) {
    const all = guarded(others);
    if (all) return all;
  }
  // Where others change the rows freely elsewhere, that deleting them here is for few says nothing about changing them.
  const beside = others.filter((other) => other.file === file);
  return self.op.startsWith('delete') || beside.some(({ deletes }) => !deletes) ? guarded(beside) : undefined;
}

/** The innermost place of an entry point's file on the way to an access: in the function for one method rather than in the one for all. */
function lastIn(effect: DbEffect, file: FileId): Site {
  if (effect.file === file) return effect;
  return effect.trace.findLast((site) => site.file === file) ?? effect;
}

/** What a service does that proves itself by a signature or a secret has no role. */
function isOfService({ proof }: DbEffect): boolean {
  return proof !== undefined && proof.kind !== 'session' && proof.kind !== 'key';
}

function isInFunction(view: WorkspaceView, site: Site, self: Site): boolean {
  if (site.file !== self.file) return false;
  const facts = view.tsFacts(site.file);
  const index = facts && callIndex(facts);
  return site.at === self.at || index?.get(site.at)?.fn === index?.get(self.at)?.fn;
}

/** The first of the other entry points of a file, when there are several and all of them ask for a role, one of which is the same. */
export function guardedSiblings(view: WorkspaceView, file: FileId, entry: Entry): GuardedEntry | undefined {
  const others = view
    .entries(file)
    .filter((other) => other.at !== entry.at && other.handler !== entry.handler && other.effects.length > 0);
  const asked = others.map((other) => rolesOf(other));
  const [one] = others;
  const [first] = asked;
  const roles = first?.filter((role) => asked.every((own) => own?.includes(role)));
  if (!one || !roles?.length || others.length < 2) return undefined;
  return { file, at: one.at, name: one.name, roles };
}

function rolesOf({ effects, roles }: Entry): string[] | undefined {
  const all = effects.map((effect) => effect.roles ?? roles);
  return all.every((own) => own?.length)
    ? [...new Set(all.flatMap((own) => own ?? []))].toSorted()
    : undefined;
}

/** Whether people of an application have roles: in the schema, in the declared session, or for another entry point of the file. */
export function hasRoles(view: WorkspaceView, file: FileId, schema: SchemaModel): boolean {
  const user = schema.userModel;
  if (
    user?.fields.some(
      (field) => ROLE_FIELD.test(field.name) || /^(user_?)?(role|permission)s?$/i.test(field.type),
    )
  )
    return true;
  const root = view.app(file)?.root;
  if (view.entries(file).some((entry) => entry.effects.some((effect) => effect.roles?.length))) return true;
  return view
    .withTrait('sessionTypes')
    .some(
      (candidate) =>
        (view.app(candidate)?.root ?? root) === root &&
        view
          .tsFacts(candidate)
          ?.augments.some(({ interfaces }) =>
            interfaces.some(({ members }) =>
              members.some(
                (member) =>
                  ROLE_FIELD.test(member.name) || member.fields?.some((name) => ROLE_FIELD.test(name)),
              ),
            ),
          ),
    );
}
