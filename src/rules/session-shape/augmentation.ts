/** What the project's augmentations of Auth.js declare. */
import type { FileId } from '../../base/path.ts';
import type { Augmentation, TsFacts } from '../../facts/tsModel.ts';
import { nextAuthVersion } from '../../workspace/authConfig.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

/** Modules whose `Session` and `User` are those of Auth.js. */
const MODULES = /^(next-auth|next-auth\/core\/types|@auth\/core(\/types|\/adapters)?)$/;

/** Files of the same application, or of packages, that augment Auth.js. */
export function augmentingFiles(view: WorkspaceView, file: FileId): FileId[] {
  const root = view.app(file)?.root;
  return view.withTrait('sessionTypes').filter((other) => {
    const app = view.app(other);
    return root === undefined || app === undefined || app.root === root;
  });
}

/**
 * Whether a field of the session has a type.
 * @param path from the session: `user.role`, `accessToken`
 */
export function isDeclared(view: WorkspaceView, file: FileId, path: string): boolean {
  const [first = '', second] = path.split('.');
  for (const other of augmentingFiles(view, file)) {
    for (const { module, interfaces } of view.tsFacts(other)?.augments ?? []) {
      if (!MODULES.test(module)) continue;
      for (const { name, members, open } of interfaces) {
        const own = (key: string): boolean => members.some((member) => member.name === key);
        if (name === 'Session') {
          if (open || (second === undefined && own(first))) return true;
          const user = members.find((member) => member.name === 'user');
          if (second !== undefined && user && (!user.fields || user.fields.includes(second))) return true;
        } else if (
          second !== undefined &&
          (name === 'User' || name === 'AdapterUser') &&
          (open || own(second))
        )
          return true;
      }
    }
  }
  return false;
}

/** Whether the type of the user, or of the token, has a field. */
export function isDeclaredFor(
  view: WorkspaceView,
  file: FileId,
  type: 'User' | 'JWT',
  field: string,
): boolean {
  return augmentingFiles(view, file).some((other) =>
    view
      .tsFacts(other)
      ?.augments.some(({ interfaces }) =>
        interfaces.some(
          ({ name, members }) => name === type && members.some((member) => member.name === field),
        ),
      ),
  );
}

/** Augmentations of `next-auth/jwt` that have no effect: version 5 re-exports the types, and only an import makes them merge. */
export function jwtNotApplied(view: WorkspaceView, file: FileId, facts: TsFacts): Augmentation[] {
  const found = facts.augments.filter(
    ({ module, interfaces }) => module === 'next-auth/jwt' && interfaces.length > 0,
  );
  if (found.length === 0 || facts.imports.some(({ spec }) => spec === 'next-auth/jwt')) return [];
  if (nextAuthVersion(view, file) !== 5) return [];
  return facts.augments.some(({ module }) => module === '@auth/core/jwt') ? [] : found;
}
