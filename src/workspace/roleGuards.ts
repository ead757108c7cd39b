/** Where an application asks for roles already: layouts and proxies before pages, and other entry points beside one. */
import { ancestors } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { App } from '../project/model.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { Entry } from './entries.ts';
import { decidesByRole } from './roleTests.ts';
import type { WorkspaceView } from './view.ts';

/** An entry point that asks for roles. */
export interface GuardedEntry {
  file: FileId;
  at: number;
  name: string;
  roles: string[];
}

/** Fields of people and memberships that say what they may do. */
export const ROLE_FIELD =
  /^(role|roles|is_?admin|is_?super_?user|is_?staff|permissions?|access_?level|user_?type|user_?role)$/i;
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

/** The first of the other entry points of a file, when there are several and all of them ask for the same roles. */
export function guardedSiblings(view: WorkspaceView, file: FileId, entry: Entry): GuardedEntry | undefined {
  const others = view
    .entries(file)
    .filter((other) => other.at !== entry.at && other.handler !== entry.handler && other.effects.length > 0);
  const asked = others.map((other) => rolesOf(other));
  const [one] = others;
  const [roles] = asked;
  if (!one || !roles || others.length < 2 || asked.some((own) => own?.join() !== roles.join()))
    return undefined;
  return { file, at: one.at, name: one.name, roles };
}

function rolesOf({ effects, roles }: Entry): string[] | undefined {
  const all = effects.map((effect) => effect.roles ?? roles);
  return all.every((own) => own?.length)
    ? [...new Set(all.flatMap((own) => own ?? []))].toSorted()
    : undefined;
}

/** Whether people of an application have roles: in the schema, or in the declared session. */
export function hasRoles(view: WorkspaceView, file: FileId, schema: SchemaModel): boolean {
  const user = schema.userModel;
  if (
    user?.fields.some(
      (field) => ROLE_FIELD.test(field.name) || /^(user_?)?(role|permission)s?$/i.test(field.type),
    )
  )
    return true;
  const root = view.app(file)?.root;
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
