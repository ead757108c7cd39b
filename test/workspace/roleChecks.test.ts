import { describe, expect, it } from 'vitest';
import { base, guardIn, openWorkspace } from './openWorkspace.ts';

const head = `'use server';
import { auth, ability, currentUser } from '@/auth';
import { auth as clerk } from '@clerk/nextjs/server';
import { api } from '@/lib/better';
import * as g from '@/lib/guards';
import { prisma } from '@/lib/db';
import { Role } from '@/lib/generated/prisma/client';
const RANK = { USER: 1, ADMIN: 2 };
const PERMISSIONS: Record<string, string[]> = { ADMIN: ['delete'] };
const STAFF = ['ADMIN', 'EDITOR'];
const ADMINS = new Set(['ADMIN']);
`;
const more = {
  'lib/better.ts': `import { betterAuth } from 'better-auth';
export const api = betterAuth({}).api;`,
  'lib/guards.ts': `import { auth } from '@/auth';
import { forbidden, redirect } from 'next/navigation';
const PERMISSIONS: Record<string, string[]> = { ADMIN: ['delete'] };
const RANK = { USER: 1, ADMIN: 2 };
export const hasPermission = (user: { role: string }, permission: string) => PERMISSIONS[user.role]?.includes(permission) ?? false;
export const can = (role: string, permission: string) => PERMISSIONS[role]?.includes(permission);
export const isAdmin = async () => { const s = await auth(); return s?.user?.role === 'ADMIN'; };
export const isEditor = async () => { const s = await auth(); return s?.user && s.user.role === 'EDITOR'; };
export const requireEditor = async () => requireRole('EDITOR');
export const isAdminUser = (user: { role: string }) => user.role === 'ADMIN';
export async function requireRole(role: string) { const s = await auth(); if (!s?.user) redirect('/login'); if (s.user.role !== role) forbidden(); return s.user; }
export async function requireAny(...roles: string[]) { const s = await auth(); if (!s?.user || !roles.includes(s.user.role)) throw new Error('no'); }
export async function requireRank(role: 'USER' | 'ADMIN') { const s = await auth(); if (!s?.user) throw new Error('x'); if (RANK[s.user.role] < RANK[role]) throw new Error('no'); }
export async function checkAdmin() { const s = await auth(); if (!s?.user) return { ok: false }; if (s.user.role !== 'ADMIN') return { ok: false }; return { ok: true, user: s.user }; }
export async function current() { const s = await auth(); if (!s?.user) throw new Error('x'); return s.user; }
`,
};
const schema = base['prisma/schema.prisma']?.replace(
  'model User {',
  `enum Role { USER ADMIN }
model Membership {
  id     String @id
  role   Role
  teamId String
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
model User {
  role        Role
  isAdmin     Boolean
  memberships Membership[]`,
);
const remove = 'await prisma.order.delete({ where: { id } });';
const session = `const s = await auth(); if (!s?.user) throw new Error('x');`;

/** The roles under which an action deletes. */
function rolesOf(body: string, signature = 'id: string'): string[] | undefined {
  const workspace = openWorkspace({
    ...base,
    ...more,
    'prisma/schema.prisma': schema ?? '',
    'lib/actions/a.ts': `${head}export async function run(${signature}) { ${body} }`,
  });
  const { entry } = guardIn(workspace, 'lib/actions/a.ts', 'run');
  const effect = entry.effects.find(({ op }) => op === 'delete');
  return effect?.roles ?? entry.roles;
}

describe('roles that were checked', () => {
  it.each([
    ['comparison', `${session} if (s.user.role !== 'ADMIN') return; ${remove}`, 'ADMIN'],
    ['comparison with an enum', `${session} if (s.user.role !== Role.ADMIN) return; ${remove}`, 'ADMIN'],
    [
      'two roles',
      `${session} if (s.user.role !== 'ADMIN' && s.user.role !== 'EDITOR') return; ${remove}`,
      'ADMIN EDITOR',
    ],
    [
      'with the session',
      `const s = await auth(); if (!s?.user || s.user.role !== 'ADMIN') return; ${remove}`,
      'ADMIN',
    ],
    ['optional', `const s = await auth(); if (s?.user?.role !== 'ADMIN') return; ${remove}`, 'ADMIN'],
    [
      'kept in a constant',
      `const s = await auth(); const isAdmin = s?.user?.role === 'ADMIN'; if (!isAdmin) return; ${remove}`,
      'ADMIN',
    ],
    [
      'either of two constants',
      `${session} const a = s.user.role === 'ADMIN'; const e = s.user.role === 'EDITOR'; const ok = a || e; if (!ok) return; ${remove}`,
      'ADMIN EDITOR',
    ],
    ['destructured', `${session} const { role } = s.user; if (role !== 'ADMIN') return; ${remove}`, 'ADMIN'],
    ['list', `${session} if (!['ADMIN', 'EDITOR'].includes(s.user.role)) return; ${remove}`, 'ADMIN EDITOR'],
    [
      'list of enum members',
      `${session} if (![Role.ADMIN].includes(s.user.role)) return; ${remove}`,
      'ADMIN',
    ],
    ['constant list', `${session} if (!STAFF.includes(s.user.role)) return; ${remove}`, 'ADMIN EDITOR'],
    ['set', `${session} if (!ADMINS.has(s.user.role)) return; ${remove}`, 'ADMINS'],
    ['rank', `${session} if (!(RANK[s.user.role] >= RANK.ADMIN)) return; ${remove}`, 'ADMIN'],
    ['rank below', `${session} if (RANK[s.user.role] < RANK.ADMIN) return; ${remove}`, 'ADMIN'],
    [
      'map of permissions',
      `${session} if (!PERMISSIONS[s.user.role]?.includes('delete')) return; ${remove}`,
      'delete',
    ],
    [
      'list of permissions',
      `${session} if (!s.user.permissions.includes('orders.delete')) return; ${remove}`,
      'orders.delete',
    ],
    [
      'list of roles',
      `${session} if (!s.user.roles.some((r: { name: string }) => r.name === 'admin')) return; ${remove}`,
      'admin',
    ],
    [
      'found among roles',
      `${session} if (!s.user.roles.find((r: { name: string }) => r.name === 'admin')) return; ${remove}`,
      'admin',
    ],
    ['flag', `${session} if (!s.user.isAdmin) return; ${remove}`, 'isAdmin'],
    ['flag compared', `${session} if (s.user.isAdmin !== true) return; ${remove}`, 'isAdmin'],
    ['not a user', `${session} if (s.user.role === 'USER') return; ${remove}`, 'not USER'],
    [
      'switch',
      `${session} switch (s.user.role) { case 'ADMIN': case 'EDITOR': ${remove} break; default: return; }`,
      'ADMIN EDITOR',
    ],
    [
      'ternary',
      `${session} return s.user.role === 'ADMIN' ? prisma.order.delete({ where: { id } }) : null;`,
      'ADMIN',
    ],
    ['and', `${session} return s.user.role === 'ADMIN' && prisma.order.delete({ where: { id } });`, 'ADMIN'],
    [
      'the row of the caller',
      `${session} const u = await prisma.user.findUnique({ where: { id: s.user.id } }); if (u?.role !== 'ADMIN') return; ${remove}`,
      'ADMIN',
    ],
    [
      'membership',
      `${session} const m = await prisma.membership.findFirst({ where: { userId: s.user.id, teamId: id } }); if (!m || !['ADMIN'].includes(m.role)) return; ${remove}`,
      'ADMIN',
    ],
    [
      'helper with the user',
      `${session} if (!g.hasPermission(s.user, 'orders.delete')) return; ${remove}`,
      'orders.delete',
    ],
    [
      'helper with the role',
      `${session} if (!g.can(s.user.role, 'orders.delete')) return; ${remove}`,
      'orders.delete',
    ],
    ['helper that asks itself', `if (!(await g.isAdmin())) return; ${remove}`, 'ADMIN'],
    ['predicate', `${session} if (!g.isAdminUser(s.user)) return; ${remove}`, 'ADMIN'],
    ['helper that may give undefined', `if (!(await g.isEditor())) return; ${remove}`, 'EDITOR'],
    ['helper asked the other way round', `if (await g.isEditor()) { ${remove} }`, 'EDITOR'],
    ['throwing helper', `await g.requireRole('ADMIN'); ${remove}`, 'ADMIN'],
    ['throwing helper with a member of an enum', `await g.requireRole(Role.ADMIN); ${remove}`, 'ADMIN'],
    ['throwing helper with a role of the caller', `await g.requireRole(id); ${remove}`, 'id'],
    ['throwing helper around another', `await g.requireEditor(); ${remove}`, 'EDITOR'],
    ['throwing helper with a rest', `await g.requireAny('ADMIN', 'EDITOR'); ${remove}`, 'ADMIN EDITOR'],
    ['throwing helper by rank', `await g.requireRank('ADMIN'); ${remove}`, 'ADMIN'],
    ['helper with a result', `const r = await g.checkAdmin(); if (!r.ok) return; ${remove}`, 'ADMIN'],
    [
      'helper that gives the user',
      `const u = await g.current(); if (u.role !== 'ADMIN') throw new Error('no'); ${remove}`,
      'ADMIN',
    ],
    [
      'better-auth',
      `const { success } = await api.userHasPermission({ body: { permissions: { order: ['delete'] } } }); if (!success) return; ${remove}`,
      'delete',
    ],
    [
      'Clerk has',
      `const { has, userId } = await clerk(); if (!userId || !has({ role: 'org:admin' })) return; ${remove}`,
      'org:admin',
    ],
    ['Clerk protect', `await clerk.protect({ role: 'org:admin' }); ${remove}`, 'org:admin'],
    ['policy', `${session} if (!ability.can('delete', 'Order')) return; ${remove}`, 'permission'],
    [
      'policy that forbids',
      `${session} if (ability.cannot('delete', 'Order')) throw new Error('no'); ${remove}`,
      'permission',
    ],
  ])('%s', (_, body, roles) => {
    expect(rolesOf(body)?.join(' ')).toBe(roles);
  });
});

describe('roles that were not', () => {
  it.each([
    ['session only', `${session} ${remove}`],
    ['role only read', `${session} console.log(s.user.role); ${remove}`],
    ['role only there', `${session} if (!s.user.role) return; ${remove}`],
    ['tested without leaving', `${session} if (s.user.role !== 'ADMIN') console.warn('x'); ${remove}`],
    ['the other branch', `${session} if (s.user.role === 'ADMIN') return; ${remove}`],
    ['wrong way round', `${session} if (RANK[s.user.role] > RANK.USER) return; ${remove}`],
    ["the client's role", `${session} if (role !== 'ADMIN') return; ${remove}`],
    ["the client's role in a list", `${session} if (!['ADMIN', 'USER'].includes(role)) return; ${remove}`],
    ["the client's object", `${session} if (input.role !== 'ADMIN') return; ${remove}`],
    [
      "the role of the client's row",
      `${session} const u = await prisma.user.findUnique({ where: { id } }); if (u?.role !== 'ADMIN') return; ${remove}`,
    ],
    ['after the write', `${session} ${remove} if (s.user.role !== 'ADMIN') return;`],
    ['a helper that only gives the user', `await g.current(); ${remove}`],
    ['a helper whose answer is thrown away', `${session} g.isAdminUser(s.user); ${remove}`],
    ['only one of two branches', `${session} if (id) { if (s.user.role !== 'ADMIN') return; } ${remove}`],
  ])('%s', (_, body) => {
    expect(rolesOf(body, 'id: string, role: string, input: { role: string }')).toBeUndefined();
  });
});
