import { describe, expect, it } from 'vitest';
import {
  expectFindings,
  expectFixed,
  expectSilent,
  findings,
  messageId,
  openFixture,
  refusal,
} from '../../../test/kit/check.ts';

const RULE = 'require-role';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }
  datasource db {
    provider = "postgresql"
  }
  enum Role {
    USER
    ADMIN
  }
  model User {
    id          String       @id @default(cuid())
    email       String       @unique
    name        String?
    role        Role         @default(USER)
    banned      Boolean      @default(false)
    orders      Order[]
    memberships Membership[]
    mailboxes   Mailbox[]
    accounts    Account[]
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Team {
    id      String       @id @default(cuid())
    ownerId String
    members Membership[]
    mailboxes Mailbox[]
    keys    ApiKey[]
    invites TeamInvite[]
  }
  model ApiKey {
    id     String @id @default(cuid())
    name   String
    teamId String
    team   Team   @relation(fields: [teamId], references: [id])
  }
  model TeamInvite {
    id     String @id @default(cuid())
    email  String
    teamId String
    team   Team   @relation(fields: [teamId], references: [id])
  }
  model Membership {
    id     String @id @default(cuid())
    role   String
    teamId String
    userId String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])
    @@unique([teamId, userId])
  }
  model Mailbox {
    id     String  @id @default(cuid())
    role   String?
    teamId String
    userId String
    team   Team    @relation(fields: [teamId], references: [id])
    user   User    @relation(fields: [userId], references: [id])
  }
  model Order {
    id     String @id @default(cuid())
    total  Int
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Category {
    id      String   @id @default(cuid())
    name    String   @unique
    options Option[]
  }
  model Option {
    id         String   @id @default(cuid())
    categoryId String
    category   Category @relation(fields: [categoryId], references: [id])
  }
  model SiteSettings {
    id    String @id @default(cuid())
    theme String
  }
`;

const guards = `
  //- lib/guards.ts
  import { redirect } from 'next/navigation';
  import { auth } from '@/auth';
  const RANK: Record<string, number> = { USER: 1, ADMIN: 2 };
  export async function requireUser() {
    const session = await auth();
    if (!session?.user) redirect('/login');
    return session.user;
  }
  export async function assertRank(user: { role: string }, wanted: string) {
    if ((RANK[user.role] ?? 0) < (RANK[wanted] ?? 9)) throw new Error('Forbidden');
  }
  export const hasPermission = (user: { role: string }, permission: string) => user.role === 'ADMIN' || permission === 'read';
  type Handler = (request: Request, user: { id: string }) => Promise<Response>;
  export const withAuth = (handler: Handler, options: { role?: string } = {}) => async (request: Request) => {
    const session = await auth();
    if (!session?.user) return new Response('no', { status: 401 });
    if (options.role && session.user.role !== options.role) return new Response('no', { status: 403 });
    return handler(request, session.user);
  };
  export const withUser = (handler: Handler) => async (request: Request) => {
    const session = await auth();
    if (!session?.user) return new Response('no', { status: 401 });
    return handler(request, session.user);
  };
`;

const head = `'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  import { assertRank, hasPermission, requireUser } from '@/lib/guards';
  import * as users from '@/lib/services/user.service';`;

const service = `
  //- lib/services/user.service.ts
  import { prisma } from '@/lib/db';
  export const remove = (id: string) => prisma.user.delete({ where: { id } });
  export const setRole = (id: string, role: 'USER' | 'ADMIN') => prisma.user.update({ where: { id }, data: { role } });
  export const byEmail = (email: string) => prisma.user.findUnique({ where: { email } });
`;

const session = `const session = await auth();
    if (!session?.user) throw new Error('Unauthorized');`;

const app = (file: string, code: string): string => `${schema}${guards}${service}
  //- ${file}
  ${code}`;
const action = (code: string): string => app('lib/actions/a.ts', `${head}\n${code}`);

describe(`${RULE} reports`, () => {
  it.each([
    [
      'a role given to anybody',
      'role',
      `export async function promote(id: string) {
    ${session}
    await prisma.user.update({ where: { id }, data: { role: 'ADMIN' } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'a role given through a service',
      'role',
      `export async function promote(id: string) {
    ${session}
    await users.setRole(id, 'ADMIN');
    //          ^^^^^^^ require-role error
  }`,
    ],
    [
      'a role given to somebody found by mail',
      'role',
      `export async function promote(email: string) {
    const me = await requireUser();
    const user = await users.byEmail(email);
    if (!user) return me.id;
    await prisma.user.update({ where: { id: user.id }, data: { role: 'ADMIN' } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'a person with a role, made by whoever is signed in',
      'role',
      `export async function invite(email: string) {
    ${session}
    await prisma.user.create({ data: { email, role: 'ADMIN' } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'a deleted person',
      'delete',
      `export async function drop(id: string) {
    await requireUser();
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'deleted people, in a service',
      'delete',
      `export async function drop(formData: FormData) {
    await requireUser();
    await users.remove(String(formData.get('id')));
    //          ^^^^^^ require-role error
  }`,
    ],
    [
      'a role that is only looked at',
      'delete',
      `export async function drop(id: string) {
    const user = await requireUser();
    console.info(user.role);
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'the role of a membership, changed by any member',
      'role',
      `export async function setMember(teamId: string, userId: string) {
    const user = await requireUser();
    const mine = await prisma.membership.findUnique({ where: { teamId_userId: { teamId, userId: user.id } } });
    if (!mine) throw new Error('Forbidden');
    await prisma.membership.update({ where: { teamId_userId: { teamId, userId } }, data: { role: 'OWNER' } });
    //                      ^^^^^^ require-role error
  }`,
    ],
    [
      'a member, removed by whoever is signed in',
      'member',
      `export async function removeMember(id: string) {
    await requireUser();
    await prisma.membership.delete({ where: { id } });
    //                      ^^^^^^ require-role error
  }`,
    ],
    [
      'settings of the application',
      'settings',
      `export async function save(theme: string) {
    await requireUser();
    await prisma.siteSettings.updateMany({ where: { id: 'main' }, data: { theme } });
    //                        ^^^^^^^^^^ require-role error
  }`,
    ],
    [
      'a list of all people',
      'list',
      `export async function list() {
    await requireUser();
    return prisma.user.findMany({ take: 50, orderBy: { id: 'asc' } });
    //                 ^^^^^^^^ require-role warning
  }`,
    ],
    [
      "a list of everybody's orders",
      'list',
      `export async function list(min: number) {
    await requireUser();
    return { orders: await prisma.order.findMany({ where: { total: { gt: min } }, take: 50, orderBy: { id: 'asc' } }) };
    //                                  ^^^^^^^^ require-role warning
  }`,
    ],
    [
      'the addresses of the people of a role',
      'list',
      `export async function staff() {
    ${session}
    return prisma.user.findMany({ where: { role: 'ADMIN' }, select: { id: true, email: true }, take: 10, orderBy: { id: 'asc' } });
    //                 ^^^^^^^^ require-role warning
  }`,
    ],
    [
      'shared rows that others change for administrators only',
      'shared',
      `export async function add(name: string) {
    ${session}
    if (session.user.role !== 'ADMIN') throw new Error('Forbidden');
    await prisma.category.create({ data: { name } });
  }
  export async function drop(id: string) {
    ${session}
    await prisma.category.delete({ where: { id } });
    //                    ^^^^^^ require-role error
  }`,
    ],
    [
      'the one action of a file without the check',
      'sibling',
      `export async function ban(id: string) {
    const user = await requireUser();
    if (user.role !== 'ADMIN') throw new Error('Forbidden');
    await prisma.order.deleteMany({ where: { userId: id } });
  }
  export async function unban(id: string) {
    const user = await requireUser();
    if (user.role !== 'ADMIN') throw new Error('Forbidden');
    await prisma.order.updateMany({ where: { userId: id }, data: { total: 0 } });
  }
  export async function warn(id: string) {
    await requireUser();
    await prisma.order.updateMany({ where: { userId: id }, data: { total: 1 } });
    //                 ^^^^^^^^^^ require-role warning
  }`,
    ],
    [
      "a role of the client's that is only validated",
      'role',
      `export async function setRole(id: string, formData: FormData) {
    await requireUser();
    const role = formData.get('role');
    if (role !== 'USER' && role !== 'ADMIN') throw new Error('no such role');
    await prisma.user.update({ where: { id }, data: { role } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'the other branch',
      'delete',
      `export async function drop(id: string) {
    const user = await requireUser();
    if (id === 'x') { await prisma.user.delete({ where: { id } }); }
    //                                  ^^^^^^ require-role error
    return user.id;
  }`,
    ],
    [
      'a transaction',
      'delete',
      `export async function drop(id: string) {
    await requireUser();
    await prisma.$transaction(async (tx) => { await tx.user.delete({ where: { id } }); });
    //                                                      ^^^^^^ require-role error
  }`,
    ],
    [
      'a role asked for only when there is no session',
      'delete',
      `export async function drop(id: string) {
    const session = await auth();
    if (!session?.user && session?.user.role !== 'ADMIN') throw new Error('Forbidden');
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'the wrong role turned away',
      'delete',
      `export async function drop(id: string) {
    ${session}
    if (session.user.role === 'BANNED') throw new Error('Forbidden');
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'a role tested without stopping',
      'delete',
      `export async function drop(id: string) {
    ${session}
    if (session.user.role !== 'ADMIN') console.warn('Forbidden');
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`,
    ],
    [
      'a permission tested without stopping, before something that is not privileged by itself',
      'idle',
      `export async function change(id: string, total: number) {
    ${session}
    if (session.user.role !== 'ADMIN') {
    //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ require-role error
      Response.json({ error: 'Forbidden' }, { status: 403 });
    }
    await prisma.order.update({ where: { id, userId: session.user.id }, data: { total } });
  }`,
    ],
  ])('%s', async (_, message, code) => {
    const fixture = await openFixture(action(code));
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });

  it.each([
    [
      'a route of the administration',
      'admin',
      'app/api/admin/orders/route.ts',
      `import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function GET() {
    const session = await auth();
    if (!session?.user) return new Response(null, { status: 401 });
    return Response.json(await prisma.order.findMany({ take: 10, orderBy: { id: 'asc' } }));
    //                                      ^^^^^^^^ require-role error
  }`,
    ],
    [
      'a page of the administration',
      'admin',
      'app/(admin)/orders/page.tsx',
      `import { prisma } from '@/lib/db';
  import { requireUser } from '@/lib/guards';
  export default async function Orders() {
    await requireUser();
    const orders = await prisma.order.findMany({ take: 10, orderBy: { id: 'asc' } });
    //                                ^^^^^^^^ require-role error
    return <p>{orders.length}</p>;
  }`,
    ],
    [
      'a page of the administration that anybody may open',
      'admin',
      'app/admin/page.tsx',
      `import { prisma } from '@/lib/db';
  export default async function Orders() {
    const orders = await prisma.order.findMany({ take: 10, orderBy: { id: 'asc' } });
    //                                ^^^^^^^^ require-role warning
    return <p>{orders.length}</p>;
  }`,
    ],
    [
      'a wrapper that asks for a session only',
      'delete',
      'app/api/users/route.ts',
      `import { prisma } from '@/lib/db';
  import { withUser } from '@/lib/guards';
  export const DELETE = withUser(async (request) => {
    const { id } = await request.json();
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
    return new Response(null);
  });`,
    ],
  ])('%s', async (_, message, file, code) => {
    const fixture = await openFixture(app(file, code));
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });
});

const members = `
  //- lib/members.ts
  import { prisma } from '@/lib/db';
  import { requireUser } from '@/lib/guards';
  export async function requireMember(teamId: string) {
    const user = await requireUser();
    const member = await prisma.membership.findFirst({ where: { teamId, userId: user.id, role: { in: ['OWNER', 'ADMIN', 'MEMBER'] } } });
    if (!member) throw new Error('Not found');
    return member;
  }
  export function throwIfNotAllowed(member: { role: string }, action: string) {
    if (member.role === 'OWNER' || (member.role === 'ADMIN' && action !== 'delete')) return true;
    throw new Error('Forbidden');
  }
`;
const head2 = `'use server';
  import { prisma } from '@/lib/db';
  import { requireUser } from '@/lib/guards';
  import { requireMember, throwIfNotAllowed } from '@/lib/members';`;
const team = (code: string): string => `${schema}${guards}${service}${members}
  //- lib/actions/team.ts
  ${head2}
  ${code}`;
const dropKey = `export async function dropKey(teamId: string, id: string) { throwIfNotAllowed(await requireMember(teamId), 'delete'); await prisma.apiKey.delete({ where: { id, teamId } }); }`;

describe(`${RULE} compares what members of a group may do`, () => {
  it.each([
    [
      'rows of a group that all others change for some members only',
      'group',
      `${dropKey}
  export async function addKey(teamId: string, name: string) {
    await requireMember(teamId);
    await prisma.apiKey.create({ data: { name, teamId } });
    //                  ^^^^^^ require-role warning
  }`,
    ],
    [
      'members who take others out of their own group',
      'member',
      `export async function remove(teamId: string, userId: string) {
    const mine = await requireMember(teamId);
    await prisma.membership.delete({ where: { teamId_userId: { teamId: mine.teamId, userId } } });
    //                      ^^^^^^ require-role error
  }`,
    ],
    [
      'roles that are only translated, and a service that writes the same rows',
      'group',
      `const labelOf = (role: string) => { switch (role) { case 'OWNER': return 'owner'; default: return 'member'; } };
  ${dropKey}
  export async function fromService(request: Request) { if (request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) throw new Error('no'); await prisma.apiKey.updateMany({ where: { name: 'old' }, data: { name: 'older' } }); }
  export async function addKey(teamId: string, name: string) {
    const label = labelOf((await requireMember(teamId)).role);
    if (label === name) return;
    await prisma.apiKey.create({ data: { name, teamId } });
    //                  ^^^^^^ require-role warning
  }`,
    ],
    [
      'a list of what all groups have',
      'list',
      `export async function keys(teamId: string) {
    await requireMember(teamId);
    return prisma.apiKey.findMany({ take: 10, orderBy: { id: 'asc' } });
    //                   ^^^^^^^^ require-role warning
  }`,
    ],
    [
      'members who give others of their own group a role',
      'role',
      `export async function promote(userId: string, role: string) {
    const user = await requireUser();
    const mine = await prisma.membership.findFirst({ where: { userId: user.id }, include: { team: true } });
    if (!mine) throw new Error('Not found');
    await prisma.membership.update({ where: { teamId_userId: { teamId: mine.team.id, userId } }, data: { role } });
    //                      ^^^^^^ require-role error
  }`,
    ],
    [
      'an invitation that any member makes',
      'group',
      `export async function dropInvite(teamId: string, id: string) { throwIfNotAllowed(await requireMember(teamId), 'delete'); await prisma.teamInvite.delete({ where: { id, teamId } }); }
  export async function accept(id: string) { await requireUser(); await prisma.teamInvite.delete({ where: { id } }); }
  export async function invite(teamId: string, email: string) {
    await requireMember(teamId);
    await prisma.teamInvite.create({ data: { email, teamId } });
    //                      ^^^^^^ require-role warning
  }`,
    ],
  ])('reports %s', async (_, message, code) => {
    const fixture = await openFixture(team(code));
    expectFindings(fixture, { rules: [RULE] });
    expect(findings(fixture, RULE).map(messageId)).toEqual([message]);
  });

  it.each([
    [
      'rows that other members change as well',
      `${dropKey}
  export async function addKey(teamId: string, name: string) { await requireMember(teamId); await prisma.apiKey.create({ data: { name, teamId } }); }
  export async function renameKey(teamId: string, id: string, name: string) { await requireMember(teamId); await prisma.apiKey.update({ where: { id, teamId }, data: { name } }); }`,
    ],
    [
      'rows that members change elsewhere, and only some delete',
      `${dropKey}
  export async function renameKey(teamId: string, id: string, name: string) { await requireMember(teamId); await prisma.apiKey.update({ where: { id, teamId }, data: { name } }); }
  //- lib/actions/keys.ts
  'use server';
  import { prisma } from '@/lib/db';
  import { requireMember } from '@/lib/members';
  export async function addKey(teamId: string, name: string) { await requireMember(teamId); await prisma.apiKey.create({ data: { name, teamId } }); }`,
    ],
    [
      "a list of one's own group",
      `export async function keys(teamId: string) { const mine = await requireMember(teamId); return prisma.apiKey.findMany({ where: { teamId: mine.teamId }, take: 10, orderBy: { id: 'asc' } }); }`,
    ],
    [
      'the only place that writes them',
      `export async function addKey(teamId: string, name: string) { await requireMember(teamId); await prisma.apiKey.create({ data: { name, teamId } }); }`,
    ],
    [
      'founding a group, which others dissolve for owners only',
      `export async function dissolve(teamId: string) { throwIfNotAllowed(await requireMember(teamId), 'delete'); await prisma.team.delete({ where: { id: teamId } }); }
  export async function found() { const user = await requireUser(); await prisma.team.create({ data: { ownerId: user.id } }); }`,
    ],
  ])('accepts %s', async (_, code) => {
    expectSilent(await openFixture(team(code)), RULE);
  });

  it('looks at the branch for the method that leads there', async () => {
    expectFindings(
      await openFixture(`${schema}${guards}${service}${members}
  //- pages/api/teams/[id]/members.ts
  import type { NextApiRequest, NextApiResponse } from 'next';
  import { prisma } from '@/lib/db';
  import { requireMember, throwIfNotAllowed } from '@/lib/members';
  export default async function handler(req: NextApiRequest, res: NextApiResponse) {
    const { method } = req;
    switch (method) {
      case 'PATCH':
        return await patch(req, res);
      case 'DELETE':
        return await remove(req, res);
    }
    res.status(405).end();
  }
  async function patch(req: NextApiRequest, res: NextApiResponse) {
    const mine = await requireMember(String(req.query.id));
    throwIfNotAllowed(mine, 'update');
    await prisma.membership.update({ where: { teamId_userId: { teamId: mine.teamId, userId: req.body.userId } }, data: { role: req.body.role } });
    res.status(204).end();
  }
  async function remove(req: NextApiRequest, res: NextApiResponse) {
    const mine = await requireMember(String(req.query.id));
    await prisma.membership.delete({ where: { teamId_userId: { teamId: mine.teamId, userId: req.body.userId } } });
    //                      ^^^^^^ require-role error
    res.status(204).end();
  }
`),
      { rules: [RULE] },
    );
  });
});

describe(`${RULE} reports, where a helper`, () => {
  it('lets some people pass by a role and others without', async () => {
    expectFindings(
      await openFixture(
        action(`const isAllowed = async (user: { id: string; role: string }) => {
    if (user.role === 'ADMIN') return true;
    if (await prisma.order.count({ where: { userId: user.id } })) return true;
    return false;
  };
  export async function drop(id: string) {
    const user = await requireUser();
    if (!(await isAllowed(user))) throw new Error('Forbidden');
    await prisma.user.delete({ where: { id } });
    //                ^^^^^^ require-role error
  }`),
      ),
      { rules: [RULE] },
    );
  });
});

describe(`${RULE} accepts`, () => {
  it.each([
    [
      'a compared role',
      `export async function drop(id: string) { ${session} if (session.user.role !== 'ADMIN') throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a role in a list',
      `export async function drop(id: string) { ${session} if (!['ADMIN'].includes(session.user.role)) throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a helper that ranks roles',
      `export async function drop(id: string) { const user = await requireUser(); await assertRank(user, 'ADMIN'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a helper that knows permissions',
      `export async function drop(id: string) { const user = await requireUser(); if (!hasPermission(user, 'users.delete')) throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a switch',
      `export async function drop(id: string) { const user = await requireUser(); switch (user.role) { case 'ADMIN': await prisma.user.delete({ where: { id } }); break; default: throw new Error('Forbidden'); } }`,
    ],
    [
      'the names of the people of a role',
      `export async function staff() { ${session} return prisma.user.findMany({ where: { role: 'ADMIN' }, select: { id: true, name: true, _count: true, orders: true }, take: 10, orderBy: { id: 'asc' } }); }`,
    ],
    [
      'the options of something, which are no settings',
      `export async function clear(categoryId: string) { ${session} await prisma.option.deleteMany({ where: { categoryId } }); }`,
    ],
    [
      'a helper that is told the roles and lets some pass without',
      `function demand({ role, requiredRoles }: { role: string; requiredRoles?: string[] }) { if (requiredRoles && !requiredRoles.includes(role)) throw new Error('Forbidden'); }
  export async function drop(id: string) { const user = await requireUser(); demand({ role: user.role, requiredRoles: ['ADMIN'] }); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a helper that knows the addresses of the administrators',
      `function isOnTheList({ email }: { email?: string | null }) { if (!email) return false; return process.env.ADMINS?.split(',').includes(email); }
  export async function drop(id: string) { const user = await requireUser(); if (!isOnTheList(user)) throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a helper that compares the address with a list of the environment',
      `const isOnTheList = (email?: string | null) => !!email && (process.env.ADMINS?.split(',') ?? []).includes(email);
  export async function drop(id: string) { const user = await requireUser(); if (!isOnTheList(user.email)) throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      "one's own account",
      `export async function drop() { const user = await requireUser(); await prisma.user.delete({ where: { id: user.id } }); }`,
    ],
    [
      "one's own id, compared",
      `export async function drop(id: string) { const user = await requireUser(); if (id !== user.id) throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a role that everybody gets',
      `export async function invite(email: string) { await requireUser(); await prisma.user.create({ data: { email, role: 'USER' } }); }`,
    ],
    [
      'the first membership of a new team',
      `export async function found() { const user = await requireUser(); const team = await prisma.team.create({ data: { ownerId: user.id } }); await prisma.membership.create({ data: { teamId: team.id, userId: user.id, role: 'OWNER' } }); }`,
    ],
    [
      'a membership changed by an owner',
      `export async function setMember(teamId: string, userId: string) { const user = await requireUser(); const mine = await prisma.membership.findFirst({ where: { teamId, userId: user.id, role: 'OWNER' } }); if (!mine) throw new Error('Forbidden'); await prisma.membership.update({ where: { teamId_userId: { teamId, userId } }, data: { role: 'OWNER' } }); }`,
    ],
    [
      'a membership changed by the owner of the team',
      `export async function setMember(teamId: string, userId: string) { const user = await requireUser(); const team = await prisma.team.findFirst({ where: { id: teamId, ownerId: user.id } }); if (!team) throw new Error('Forbidden'); await prisma.membership.update({ where: { teamId_userId: { teamId, userId } }, data: { role: 'OWNER' } }); }`,
    ],
    [
      'leaving a team',
      `export async function leave(teamId: string) { const user = await requireUser(); await prisma.membership.delete({ where: { teamId_userId: { teamId, userId: user.id } } }); }`,
    ],
    [
      'leaving a team by the row that was looked up',
      `export async function leave(teamId: string) { const user = await requireUser(); const mine = await prisma.membership.findFirst({ where: { teamId, userId: user.id } }); if (!mine) return; await prisma.membership.delete({ where: { id: mine.id } }); }`,
    ],
    [
      'a role that is handed to a service',
      `class Teams { static async remove(id: string, role: string, by: string) { if (role !== 'ADMIN' && id !== by) throw new Error('Forbidden'); await prisma.membership.delete({ where: { id } }); } }
  export async function removeMember(id: string) { const user = await requireUser(); await Teams.remove(id, user.role, user.id); }`,
    ],
    [
      "one's own rows",
      `export async function list() { const user = await requireUser(); return prisma.order.findMany({ where: { userId: user.id }, take: 10, orderBy: { id: 'asc' } }); }`,
    ],
    [
      'names to choose from',
      `export async function people() { await requireUser(); return prisma.user.findMany({ select: { id: true, name: true }, take: 10, orderBy: { id: 'asc' } }); }`,
    ],
    [
      'shared rows that nobody guards by role',
      `export async function add(name: string) { await requireUser(); await prisma.category.create({ data: { name } }); }`,
    ],
    [
      'what nobody guards at all (action-auth)',
      `export async function drop(id: string) { await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'what people say of themselves',
      `export async function describe(id: string, role: string) { ${session} await prisma.mailbox.update({ where: { id }, data: { role } }); }`,
    ],
    [
      'a role that is only logged, with a check behind it',
      `export async function drop(id: string) { ${session} if (session.user.role !== 'ADMIN') console.warn('no'); if (session.user.role !== 'ADMIN') throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'a role that changes what is done',
      `export async function change(id: string, total: number) { ${session} let limit = 1; if (session.user.role === 'ADMIN') limit = 10; await prisma.order.update({ where: { id, userId: session.user.id }, data: { total: Math.min(total, limit) } }); }`,
    ],
    [
      'those turned away who have only what everybody has',
      `export async function drop(id: string) { ${session} if (session.user.role === 'USER') throw new Error('Forbidden'); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'what is public',
      `/** @public */\n  export async function drop(id: string) { await requireUser(); await prisma.user.delete({ where: { id } }); }`,
    ],
    [
      'broken code',
      `export async function drop(id: string) { await requireUser(); await prisma.user.delete({ where: {`,
    ],
  ])('%s', async (_, code) => {
    expectSilent(await openFixture(action(code)), RULE);
  });

  it('a role that a wrapper is told', async () => {
    expectSilent(
      await openFixture(
        app(
          'app/api/users/route.ts',
          `import { prisma } from '@/lib/db';
  import { withAuth } from '@/lib/guards';
  export const DELETE = withAuth(async (request) => {
    const { id } = await request.json();
    await prisma.user.delete({ where: { id } });
    return new Response(null);
  }, { role: 'ADMIN' });`,
        ),
      ),
      RULE,
    );
  });

  it('a page below a layout that asks for the role', async () => {
    expectSilent(
      await openFixture(`${app(
        'app/admin/page.tsx',
        `import { prisma } from '@/lib/db';
  export default async function Orders() {
    const orders = await prisma.order.findMany({ take: 10, orderBy: { id: 'asc' } });
    return <p>{orders.length}</p>;
  }`,
      )}
  //- app/admin/layout.tsx
  import { redirect } from 'next/navigation';
  import { requireUser } from '@/lib/guards';
  export default async function Layout({ children }: { children: React.ReactNode }) {
    const user = await requireUser();
    if (user.role !== 'ADMIN') redirect('/');
    return children;
  }`),
      RULE,
    );
  });

  it('an application without roles', async () => {
    const text = action(
      `export async function drop(id: string) { await requireUser(); await prisma.user.delete({ where: { id } }); }`,
    ).replace(/ {4}role {8}Role.*\n/, '');
    expectSilent(
      await openFixture(
        `${text}\n  //- types/next-auth.d.ts\n  declare module 'next-auth' { interface Session { user: { id: string } } }`,
      ),
      RULE,
    );
  });

  it('a role that somebody chooses for themselves (no-client-identity), and leaves it no other', async () => {
    const own = await openFixture(
      action(
        `export async function pick(role: 'USER' | 'ADMIN') { const user = await requireUser(); await prisma.user.update({ where: { id: user.id }, data: { role } }); }`,
      ),
    );
    expectSilent(own, RULE);
    expect(findings(own, 'no-client-identity').length).toBe(1);
    const other = await openFixture(
      action(
        `export async function pick(id: string, role: 'USER' | 'ADMIN') { await requireUser(); await prisma.user.update({ where: { id }, data: { role } }); }`,
      ),
    );
    expect(findings(other, RULE).map(messageId)).toEqual(['role']);
    expectSilent(other, 'no-client-identity');
  });

  it('lists, when they are not wanted', async () => {
    expectSilent(
      await openFixture(`${action(
        `export async function list() { await requireUser(); return prisma.user.findMany({ take: 50, orderBy: { id: 'asc' } }); }`,
      )}
  //- backend-specialist.config.json
  { "rules": { "require-role": ["error", { "lists": false }] } }
`),
      RULE,
    );
  });
});

describe(`${RULE} fixes`, () => {
  it('compares the role of the session', async () => {
    expectFixed(
      await openFixture(
        action(`export async function drop(id: string) {
    const session = await auth();
    if (!session?.user) return { success: false, error: 'Unauthorized' };
    await prisma.user.delete({ where: { id } });
    return { success: true };
  }`),
      ),
      RULE,
      {
        'lib/actions/a.ts': `${head.replaceAll('\n  ', '\n')}
export async function drop(id: string) {
  const session = await auth();
  if (!session?.user) return { success: false, error: 'Unauthorized' };
  if (session.user.role !== 'ADMIN') return { success: false, error: 'Forbidden' };
  await prisma.user.delete({ where: { id } });
  return { success: true };
}
`,
      },
    );
  });

  it('answers in the manner of a route', async () => {
    expectFixed(
      await openFixture(
        app(
          'app/api/admin/orders/route.ts',
          `import { requireUser } from '@/lib/guards';
  import { prisma } from '@/lib/db';

  export async function DELETE() {
    const user = await requireUser();
    const { count } = await prisma.order.deleteMany({ where: { total: 0 } });
    return Response.json({ count, by: user.id });
  }`,
        ),
      ),
      RULE,
      {
        'app/api/admin/orders/route.ts': `import { requireUser } from '@/lib/guards';
import { prisma } from '@/lib/db';

export async function DELETE() {
  const user = await requireUser();
  if (user.role !== 'ADMIN') return Response.json({ error: { message: 'Forbidden' } }, { status: 403 });
  const { count } = await prisma.order.deleteMany({ where: { total: 0 } });
  return Response.json({ count, by: user.id });
}
`,
      },
    );
  });

  it('says why it cannot', async () => {
    const fixture = await openFixture(
      action(`export async function drop(id: string) {
    await requireUser();
    await prisma.user.delete({ where: { id } });
  }`),
    );
    expect(refusal(fixture, { rule: RULE })).toMatch(/No variable here holds the session/);
  });
});
