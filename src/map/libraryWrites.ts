/** What calls of better-auth write, where the model is certain: `auth.api.updateUser({ body })`. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import { initialValue } from '../workspace/initialValue.ts';
import type { Abs } from '../workspace/abs.ts';
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

/** Methods of the adapter that better-auth's own endpoints and plugins write by; sessions may be kept elsewhere. */
const INTERNAL_WRITES: Readonly<Record<string, LibraryWrite>> = {
  createUser: ['user', 'create'],
  createOAuthUser: ['user', 'create'],
  updateUser: ['user', 'update'],
  updateUserByEmail: ['user', 'update'],
  deleteUser: ['user', 'delete'],
  linkAccount: ['account', 'create'],
  createAccount: ['account', 'create'],
  updateAccount: ['account', 'update'],
  updatePassword: ['account', 'update'],
  deleteAccount: ['account', 'delete'],
  deleteAccounts: ['account', 'delete'],
};

/**
 * What a call's callee writes: `auth.api.banUser` where `auth` is what `betterAuth()` made, and `updateUser` of the adapter behind
 * `await auth.$context`.
 */
export function libraryWriteOf(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  callee: Value,
): LibraryWrite | undefined {
  if (callee.k !== 'member') return undefined;
  if (Object.hasOwn(INTERNAL_WRITES, callee.name)) {
    const auth = authOfAdapter(facts, callee.of);
    const made = auth && resolve(workspace, file, facts, auth);
    if (made && isBetterAuth(made)) return INTERNAL_WRITES[callee.name];
  }
  if (callee.of.k !== 'member' || callee.of.name !== 'api') return undefined;
  const write = Object.hasOwn(WRITES, callee.name) ? WRITES[callee.name] : undefined;
  const made = write && resolve(workspace, file, facts, callee.of.of);
  return made && isBetterAuth(made) ? write : undefined;
}

/** `auth` of `(await auth.$context).internalAdapter`, and of a name that holds this or its parts. */
function authOfAdapter(facts: TsFileFacts, value: Value): Value | undefined {
  const adapter = givenTo(facts, value);
  if (adapter.k !== 'member' || adapter.name !== 'internalAdapter') return undefined;
  const context = givenTo(facts, adapter.of);
  const awaited = context.k === 'await' ? context.of : undefined;
  return awaited?.k === 'member' && awaited.name === '$context' ? awaited.of : undefined;
}

/** What a constant of a function is given. */
function givenTo(facts: TsFileFacts, value: Value): Value {
  const binding = value.k === 'ref' ? facts.bindings[value.b] : undefined;
  const owner = binding && !binding.mutable ? facts.functions[binding.fn] : undefined;
  return (value.k === 'ref' && owner && initialValue(owner.body, value.b)) || value;
}

function isBetterAuth(value: Abs): value is Extract<Abs, { k: 'made' }> {
  return value.k === 'made' && value.spec.startsWith('better-auth') && value.name === 'betterAuth';
}
