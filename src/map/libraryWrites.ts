/** What calls of better-auth write, where the model is certain: `auth.api.updateUser({ body })`. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { resolve } from './symbols.ts';
import type { TsFileFacts } from './symbols.ts';

/** Model (or its accessor on the client), and `create`, `update` or `delete`. */
export type LibraryWrite = [model: string, operation: string];

const WRITES: Readonly<Record<string, LibraryWrite>> = {
  updateUser: ['user', 'update'],
  setRole: ['user', 'update'],
  adminUpdateUser: ['user', 'update'],
  banUser: ['user', 'update'],
  unbanUser: ['user', 'update'],
  createUser: ['user', 'create'],
  removeUser: ['user', 'delete'],
  deleteUser: ['user', 'delete'],
  signUpEmail: ['user', 'create'],
  signInAnonymous: ['user', 'create'],
  changePassword: ['account', 'update'],
  setPassword: ['account', 'create'],
  setUserPassword: ['account', 'update'],
  unlinkAccount: ['account', 'delete'],
  createOrganization: ['organization', 'create'],
  updateOrganization: ['organization', 'update'],
  deleteOrganization: ['organization', 'delete'],
  createTeam: ['team', 'create'],
  updateTeam: ['team', 'update'],
  removeTeam: ['team', 'delete'],
  removeMember: ['member', 'delete'],
  updateMemberRole: ['member', 'update'],
  leaveOrganization: ['member', 'delete'],
  cancelInvitation: ['invitation', 'update'],
  rejectInvitation: ['invitation', 'update'],
};

/** What a call's callee writes: `auth.api.banUser` where `auth` is what `betterAuth()` made. */
export function libraryWriteOf(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  callee: Value,
): LibraryWrite | undefined {
  if (callee.k !== 'member' || callee.of.k !== 'member' || callee.of.name !== 'api') return undefined;
  const write = Object.hasOwn(WRITES, callee.name) ? WRITES[callee.name] : undefined;
  const made = write && resolve(workspace, file, facts, callee.of.of);
  return made?.k === 'made' && made.spec.startsWith('better-auth') && made.name === 'betterAuth'
    ? write
    : undefined;
}
