/** Tests of what a session holds, written without asking first whether there is one. */
import { describe, expect, it } from 'vitest';
import { base, guardIn, openWorkspace } from './openWorkspace.ts';

const helpers = `
import { Role } from '@/lib/generated/prisma/client';
const NAMES = ['ADMIN', 'OWNER'];
const ALLOWED = new Set(NAMES);
const RANK: Record<string, number> = { [Role.ADMIN]: 2, USER: 1 };
export const isRole = (role?: string) => role === 'ADMIN';
export const isMember = (role?: Role) => role === Role.ADMIN;
export const isListed = (role?: string) => NAMES.includes(role ?? '');
export const isInSet = (session: any) => ALLOWED.has(session?.user?.role);
export const isRanked = (role?: string) => RANK[role!] >= 2;
export const isOurs = (user: any) => user?.email?.endsWith('@example.com') ?? false;
export const isOursToo = (user: any) => !!user?.email?.endsWith('@example.com');
export function isSwitched(role?: string) {
  switch (role) {
    case 'ADMIN':
      return true;
    default:
      return false;
  }
}
export function demand(value: unknown, message = 'no'): asserts value {
  if (!value) throw new Error(message);
}
export function remark(value: unknown) {
  if (!value) console.log('nobody');
}
export const isNotBanned = (role?: string) => role !== 'BANNED';
export const isNoneOf = (role?: string) => !NAMES.includes(role ?? '');
`;

/** The guard of an action that throws when a test of its session `s` holds. */
function guardBehind(test: string): string {
  return guardAfter(`if (${test}) throw new Error('no');`);
}

/** The guard of an action that does something with its session `s` first. */
function guardAfter(statement: string): string {
  const workspace = openWorkspace({
    ...base,
    'lib/roles.ts': helpers,
    'lib/actions/a.ts': `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import assert, { strict } from 'node:assert';
import invariant from 'tiny-invariant';
import { env } from '@/lib/env';
import { Role } from '@/lib/generated/prisma/client';
import * as roles from '@/lib/roles';
const LISTED = ['ann@example.com'];
export async function run(id: string, given: { roles: string[]; role: string }) {
  const s = await auth();
  ${statement}
  await prisma.order.delete({ where: { id } });
}
`,
  });
  return guardIn(workspace, 'lib/actions/a.ts', 'run').state;
}

describe('nobody passes', () => {
  it.each([
    's?.user.role !== Role.ADMIN',
    "s?.user.role !== 'ADMIN'",
    's?.user?.role?.toUpperCase() !== Role.ADMIN',
    "String(s?.user.role) !== 'ADMIN'",
    "`${s?.user.role}` !== 'ADMIN'",
    "!['ADMIN', 'OWNER'].includes(s?.user.role)",
    "!['ADMIN', 'OWNER'].includes(s?.user.role ?? '')",
    '!([Role.ADMIN] as Role[]).includes(s?.user?.role as Role)',
    "!new Set(['ADMIN']).has(s?.user.role)",
    '!LISTED.includes(s?.user?.email)',
    "!s?.user?.roles?.includes('ADMIN')",
    "!s?.user?.permissions?.some((one: string) => one === 'orders')",
    "!s?.user?.email?.endsWith('@example.com')",
    "s?.user?.email?.toLowerCase() !== 'ann@example.com'",
    's?.user?.email !== process.env.OWNER_EMAIL',
    's?.user.id !== id',
    'Number(s?.user.id) !== Number(id)',
    's?.user.id !== id && s?.user.role !== Role.ADMIN',
    '!((s?.user.level ?? 0) >= 5)',
    '!(s?.user.level >= 5)',
    '!roles.isRole(s?.user.role)',
    '!roles.isMember(s?.user.role)',
    '!roles.isListed(s?.user.role)',
    '!roles.isInSet(s)',
    '!roles.isRanked(s?.user.role)',
    '!roles.isOurs(s?.user)',
    '!roles.isOursToo(s?.user)',
    '!roles.isSwitched(s?.user.role)',
  ])('%s', (test) => {
    expect(guardBehind(test)).toBe('guarded');
  });
});

describe('somebody without a session passes', () => {
  it.each([
    "s?.user.role === 'BANNED'",
    "['BANNED'].includes(s?.user.role)",
    's?.user.role !== undefined',
    's?.user.level < 5',
    's?.user.role !== given.role',
    '!given.roles.includes(s?.user.role)',
    "![undefined, 'ADMIN'].includes(s?.user.role)",
    "!['', 'ADMIN'].includes(s?.user.role ?? '')",
    's?.user?.roles?.includes("BANNED")',
    '!roles.isNotBanned(s?.user.role)',
    '!roles.isNoneOf(s?.user.role)',
  ])('%s', (test) => {
    expect(guardBehind(test)).toBe('unguarded');
  });
});

describe('assertions', () => {
  it.each([
    "invariant(s?.user, 'no');",
    'assert(s);',
    'assert.ok(s?.user?.id);',
    "strict.equal(s?.user.role, 'ADMIN');",
    'roles.demand(s?.user);',
    "roles.demand(s?.user.role === 'ADMIN', 'x');",
  ])('%s', (statement) => {
    expect(guardAfter(statement)).toBe('guarded');
  });

  it.each(['roles.remark(s?.user);', 'assert(id);', "assert.notEqual(s?.user.role, 'ADMIN');"])(
    'but not %s',
    (statement) => {
      expect(guardAfter(statement)).toBe('unguarded');
    },
  );
});

describe('middleware that a promise is made of', () => {
  const guardWith = (files: { [path: string]: string }, handler: string): string => {
    const workspace = openWorkspace({
      ...base,
      'lib/run.ts': `export const made = (middleware: any) => (req: any, res: any) =>
  new Promise((resolve, reject) => {
    middleware(req, res, (result: any) => (result instanceof Error ? reject(result) : resolve(result)));
  });
export function run(req: any, res: any, fn: any) {
  return new Promise((resolve, reject) => {
    fn(req, res, (result: any) => {
      if (result instanceof Error) return reject(result);
      return resolve(result);
    });
  });
}
`,
      'lib/middleware.ts': `import { auth } from '@/auth';
export const demand = () => async (req: any, res: any, next: any) => {
  const session = await auth();
  if (!session) {
    res.status(401).end();
    return;
  }
  return next(session);
};
export const look = () => async (req: any, res: any, next: any) => {
  const session = await auth();
  if (!session) console.log('nobody');
  return next(session);
};
`,
      'lib/ready.ts': `import { look, demand } from './middleware';
import { made } from './run';
export const demanded = made(demand());
export const looked = made(look());
`,
      ...files,
      'pages/api/x.ts': `import cors from 'cors';
import { prisma } from '@/lib/db';
import { demand, look } from '@/lib/middleware';
import { demanded, looked } from '@/lib/ready';
import { made, run } from '@/lib/run';
export default async function handler(req: any, res: any) {
  ${handler}
  await prisma.order.delete({ where: { id: req.query.id } });
  res.end();
}
`,
    });
    return guardIn(workspace, 'pages/api/x.ts', 'default').state;
  };

  it.each([
    ['guarded', 'await demanded(req, res);'],
    ['guarded', 'const session = await demanded(req, res); console.log(session);'],
    ['guarded', 'await run(req, res, demand());'],
    ['guarded', 'await Promise.all([demanded(req, res), looked(req, res)]);'],
    ['unguarded', 'demanded(req, res);'],
    ['unguarded', 'await looked(req, res);'],
    ['unguarded', 'await run(req, res, look());'],
    ['unguarded', 'await run(req, res, cors());'],
  ])('%s: %s', (state, handler) => {
    expect(guardWith({}, handler)).toBe(state);
  });
});
