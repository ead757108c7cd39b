import { describe, expect, it } from 'vitest';
import { expectFindings, expectFixed, expectSilent, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'no-client-identity';

const base = `
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
    password    String?
    orders      Order[]
    memberships Membership[]
    accounts    Account[]
    tasks       Task[]       @relation("assigned")
    notes       Note[]
    following   Follow[]     @relation("following")
    followers   Follow[]     @relation("followers")
    comments    Comment[]
  }
  model Comment {
    id     String @id @default(cuid())
    text   String
    teamId String
    userId String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])
  }
  model Invite {
    id     String @id @default(cuid())
    teamId String
    team   Team   @relation(fields: [teamId], references: [id])
  }
  model Follow {
    followerId  String
    followingId String
    follower    User   @relation("following", fields: [followerId], references: [id])
    following   User   @relation("followers", fields: [followingId], references: [id])
    @@id([followerId, followingId])
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Team {
    id      String       @id @default(cuid())
    name    String
    members Membership[]
    tasks   Task[]
    comments Comment[]
    invites Invite[]
  }
  model Membership {
    teamId String
    userId String
    role   String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])
    @@id([teamId, userId])
  }
  model Task {
    id         String @id @default(cuid())
    title      String
    teamId     String
    team       Team   @relation(fields: [teamId], references: [id])
    assigneeId String?
    assignee   User?  @relation("assigned", fields: [assigneeId], references: [id])
  }
  model Product {
    id         String @id @default(cuid())
    priceCents Int
  }
  model Order {
    id         String @id @default(cuid())
    totalCents Int
    userId     String
    user       User   @relation(fields: [userId], references: [id])
  }
  model Note {
    id       String @id @default(cuid())
    title    String
    authorId String
    author   User   @relation(fields: [authorId], references: [id])
  }
  //- lib/guards.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';

  export async function requireUser() {
    const session = await auth();
    if (!session?.user) throw new Error('unauthorized');
    return session.user;
  }

  export function throwIfNoPermission({ role, requiredRoles, requiredPermissions }: { role: string; requiredRoles?: string[]; requiredPermissions?: string[] }) {
    if (requiredRoles && requiredRoles.length > 0 && !requiredRoles.includes(role)) throw new Error('forbidden');
    if (requiredPermissions && requiredPermissions.length > 0) {
      if (requiredPermissions.every((permission) => role === 'OWNER' || permission === 'read')) return;
      throw new Error('forbidden');
    }
  }

  export function isAllowed({ role, requiredRoles }: { role: string; requiredRoles?: string[] }) {
    return !requiredRoles || requiredRoles.includes(role);
  }

  export async function requireMember(teamId: string, userId: string) {
    const found = await prisma.membership.findUnique({ where: { teamId_userId: { teamId, userId } } });
    if (!found) throw new Error('forbidden');
    return found;
  }
`;

const FILE = 'lib/actions/a.ts';
const HEAD = `'use server';
import { auth } from '@/auth';
import { prisma } from '@/lib/db';
import { isAllowed, requireMember, requireUser, throwIfNoPermission } from '@/lib/guards';
import { z } from 'zod';
`;

const action = (body: string): string => `${base}
  //- ${FILE}
${`${HEAD}\n${body}`
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;

const invalid: [title: string, body: string][] = [
  [
    "a comment in one's own group in the name of somebody else",
    `export async function comment(input: { teamId: string; userId: string; text: string }) {
  const user = await requireUser();
  await requireMember(input.teamId, user.id);
  await prisma.comment.create({ data: { teamId: input.teamId, userId: input.userId, text: input.text } });
  //                                                          ^^^^^^ no-client-identity error
}`,
  ],
  [
    'an invitation that is taken up for somebody else',
    `export async function accept(inviteId: string, userId: string) {
  await requireUser();
  const invite = await prisma.invite.findUnique({ where: { id: inviteId } });
  if (!invite) return;
  await prisma.membership.create({ data: { teamId: invite.teamId, userId, role: 'MEMBER' } });
  //                                                              ^^^^^^ no-client-identity error
}`,
  ],
  [
    'a membership that decides, of whomever the client names',
    `export async function rename(input: { teamId: string; userId: string; name: string }) {
  await requireUser();
  const member = await prisma.membership.findUnique({ where: { teamId_userId: { teamId: input.teamId, userId: input.userId } } });
  //                                     ^^^^^^^^^^ no-client-identity error
  if (!member) throw new Error('forbidden');
  console.info(input.name);
}`,
  ],
  [
    'a helper that is asked about roles, and whose answer nobody looks at',
    `export async function order(userId: string) {
  const user = await requireUser();
  isAllowed({ role: user.role, requiredRoles: ['ADMIN'] });
  await prisma.order.create({ data: { userId, totalCents: 1 } });
  //                                  ^^^^^^ no-client-identity error
}`,
  ],
  [
    'a pair of people, neither of them the caller',
    `export async function follow(id: string, other: string) {
  await requireUser();
  await prisma.follow.create({ data: { followerId: id, followingId: other } });
  //                                   ^^^^^^^^^^ no-client-identity error
}`,
  ],
  [
    'a user id in where',
    `export async function list(userId: string) {
  await requireUser();
  return prisma.order.findMany({ where: { userId }, take: 20 });
  //                                      ^^^^^^ no-client-identity error
}`,
  ],
  [
    'a user id in data',
    `export async function order(input: { userId: string }) {
  await requireUser();
  await prisma.order.create({ data: { userId: input.userId, totalCents: 1 } });
  //                                  ^^^^^^ no-client-identity error
}`,
  ],
  [
    "a validated user id is still the client's",
    `const Input = z.object({ userId: z.string().cuid(), title: z.string() });
export async function note(input: unknown) {
  await requireUser();
  const { userId, title } = Input.parse(input);
  await prisma.note.create({ data: { title, authorId: userId } });
  //                                        ^^^^^^^^ no-client-identity error
}`,
  ],
  [
    'a whole parsed object that carries it',
    `const Input = z.object({ authorId: z.string(), title: z.string() });
export async function note(input: unknown) {
  await requireUser();
  const data = Input.parse(input);
  await prisma.note.create({ data: { ...data } });
  //                ^^^^^^ no-client-identity error
}`,
  ],
  [
    'a form field',
    `export async function order(form: FormData) {
  const session = await auth();
  if (!session?.user) return;
  await prisma.order.updateMany({ where: { userId: String(form.get('userId')) }, data: { totalCents: 0 } });
  //                                       ^^^^^^ no-client-identity error
}`,
  ],
  [
    'connect',
    `export async function order(userId: string) {
  await requireUser();
  await prisma.order.create({ data: { totalCents: 1, user: { connect: { id: userId } } } });
  //                                                 ^^^^ no-client-identity error
}`,
  ],
  [
    'a team that nobody looked up',
    `export async function task(teamId: string, title: string) {
  await requireUser();
  await prisma.task.create({ data: { teamId, title } });
  //                                 ^^^^^^ no-client-identity error
}`,
  ],
  [
    'a team itself',
    `export async function rename(teamId: string, name: string) {
  await requireUser();
  await prisma.team.update({ where: { id: teamId }, data: { name } });
  //                                  ^^ no-client-identity error
}`,
  ],
  [
    'joining any team',
    `export async function join(teamId: string) {
  const user = await requireUser();
  await prisma.membership.create({ data: { teamId, userId: user.id, role: 'MEMBER' } });
}
export async function add(teamId: string, userId: string) {
  await requireUser();
  await prisma.membership.create({ data: { teamId, userId, role: 'MEMBER' } });
  //                                       ^^^^^^ no-client-identity error
}`,
  ],
  [
    "another person's row by id",
    `export async function rename(userId: string, name: string) {
  await requireUser();
  await prisma.user.update({ where: { id: userId }, data: { name } });
  //                                  ^^ no-client-identity error
}`,
  ],
  [
    "a role of one's own choice",
    `export async function save(input: { name: string; role: 'USER' | 'ADMIN' }) {
  const user = await requireUser();
  await prisma.user.update({ where: { id: user.id }, data: { name: input.name, role: input.role } });
  //                                                                           ^^^^ no-client-identity error
}`,
  ],
  [
    'a role at sign-up',
    `import bcrypt from 'bcryptjs';
export async function register(input: { email: string; password: string; role: 'USER' | 'ADMIN' }) {
  const password = await bcrypt.hash(input.password, 10);
  await prisma.user.create({ data: { email: input.email, password, role: input.role } });
  //                                                               ^^^^ no-client-identity error
}`,
  ],
  [
    'a price',
    `export async function order(totalCents: number) {
  const user = await requireUser();
  await prisma.order.create({ data: { userId: user.id, totalCents } });
  //                                                   ^^^^^^^^^^ no-client-identity warning
}`,
  ],
  [
    'through a service, at its call',
    `import { ordersOf } from '@/lib/services/orders';
export async function list(userId: string) {
  await requireUser();
  return ordersOf(userId);
  //     ^^^^^^^^ no-client-identity error
}
//- lib/services/orders.ts
import { prisma } from '@/lib/db';
export function ordersOf(userId: string) {
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`,
  ],
];

const valid: [title: string, body: string][] = [
  [
    "a new member of one's own group",
    `export async function add(teamId: string, userId: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.membership.create({ data: { teamId, userId, role: 'MEMBER' } });
}`,
  ],
  [
    'a helper that is told which roles to demand',
    `export async function order(userId: string) {
  const user = await requireUser();
  throwIfNoPermission({ role: user.role, requiredRoles: ['ADMIN', 'STAFF'] });
  await prisma.order.create({ data: { userId, totalCents: 1 } });
}`,
  ],
  [
    'a member of a fixed team',
    `export async function order(userId: string) {
  const user = await requireUser();
  const member = await prisma.membership.findUnique({ where: { teamId_userId: { teamId: 'staff', userId: user.id } } });
  if (!member) throw new Error('forbidden');
  await prisma.order.create({ data: { userId, totalCents: 1 } });
}`,
  ],
  [
    'either side of a pair of people',
    `export async function follow(id: string) {
  const user = await requireUser();
  await prisma.follow.create({ data: { followerId: id, followingId: user.id } });
}`,
  ],
  [
    'rows that stay on the server',
    `export async function remind(userId: string) {
  await requireUser();
  const orders = await prisma.order.findMany({ where: { userId }, take: 20 });
  for (const order of orders) console.info(order.id);
}`,
  ],
  [
    "the session's own id",
    `export async function order() {
  const user = await requireUser();
  await prisma.order.create({ data: { userId: user.id, totalCents: 1 } });
  return prisma.order.findMany({ where: { userId: user.id }, take: 20 });
}`,
  ],
  [
    'compared with the session first',
    `export async function list(userId: string) {
  const session = await auth();
  if (!session?.user || session.user.id !== userId) throw new Error('forbidden');
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`,
  ],
  [
    'an administrator',
    `export async function list(userId: string) {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') throw new Error('forbidden');
  await prisma.user.update({ where: { id: userId }, data: { role: 'USER' } });
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`,
  ],
  [
    'a membership looked up first',
    `export async function task(teamId: string, title: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.task.create({ data: { teamId, title } });
  await prisma.team.update({ where: { id: teamId }, data: { name: title } });
}`,
  ],
  [
    'who a task is given to',
    `export async function assign(teamId: string, assigneeId: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.task.create({ data: { teamId, title: 'x', assigneeId } });
}`,
  ],
  [
    "who becomes a member of one's own team",
    `export async function add(teamId: string, userId: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.membership.create({ data: { teamId, userId, role: 'MEMBER' } });
}`,
  ],
  [
    'people looked up to be shown',
    `export async function profile(id: string) {
  await requireUser();
  return prisma.user.findUnique({ where: { id }, select: { id: true, name: true } });
}`,
  ],
  [
    'a price that the server looks up',
    `export async function order(productId: string) {
  const user = await requireUser();
  const product = await prisma.product.findUniqueOrThrow({ where: { id: productId } });
  await prisma.order.create({ data: { userId: user.id, totalCents: product.priceCents } });
}`,
  ],
  [
    'a sum that the server computes',
    `export async function order(quantity: number) {
  const user = await requireUser();
  await prisma.order.create({ data: { userId: user.id, totalCents: quantity * 100 } });
}`,
  ],
  [
    'a fixed role',
    `export async function save(name: string) {
  const user = await requireUser();
  await prisma.user.update({ where: { id: user.id }, data: { name, role: 'USER' } });
}`,
  ],
  [
    'no session at all is the matter of action-auth',
    `export async function list(userId: string) {
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`,
  ],
  [
    'the row that the session picked out',
    `export async function order() {
  const session = await auth();
  if (!session?.user?.email) return;
  const user = await prisma.user.findUnique({ where: { email: session.user.email } });
  if (!user) return;
  await prisma.order.create({ data: { userId: user.id, totalCents: 1 } });
}`,
  ],
  [
    'only whether a row exists',
    `export async function has(userId: string) {
  await requireUser();
  return (await prisma.order.count({ where: { userId } })) > 0;
}`,
  ],
];

describe(RULE, () => {
  it.each(invalid)('finds %s', async (_, body) => {
    expectFindings(await openFixture(action(body)), { rules: [RULE] });
  });

  it.each(valid)('accepts %s', async (_, body) => {
    expectSilent(await openFixture(action(body)), RULE);
  });

  // Its message id is 'price'.
  it('says nothing about prices when told so', async () => {
    const source = action(`export async function order(totalCents: number) {
  const user = await requireUser();
  await prisma.order.create({ data: { userId: user.id, totalCents } });
}`);
    const config = JSON.stringify({ rules: { [RULE]: ['error', { prices: false }] } });
    expectSilent(await openFixture(`${source}\n//- backend-specialist.config.json\n${config}`), RULE);
  });

  it('survives code that does not parse', async () => {
    expectSilent(
      await openFixture(
        action(`export async function list(userId: string) {
  await requireUser();
  return prisma.order.findMany({ where`),
      ),
      RULE,
    );
  });
});

describe('its fix', () => {
  const fixedTo = async (body: string, expected: string): Promise<void> => {
    expectFixed(await openFixture(action(body)), RULE, { [FILE]: `${HEAD}\n${expected}\n` });
  };

  it('takes a named value from the session', () =>
    fixedTo(
      `export async function order(input: { userId: string }) {
  const session = await auth();
  if (!session?.user) return;
  await prisma.order.create({ data: { userId: input.userId, totalCents: 1 } });
}`,
      `export async function order(input: { userId: string }) {
  const session = await auth();
  if (!session?.user) return;
  await prisma.order.create({ data: { userId: session.user.id, totalCents: 1 } });
}`,
    ));

  it("takes a shorthand from the helper's user", () =>
    fixedTo(
      `export async function list(userId: string) {
  const me = await requireUser();
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`,
      `export async function list(userId: string) {
  const me = await requireUser();
  return prisma.order.findMany({ where: { userId: me.id }, take: 20 });
}`,
    ));

  it('says why it can not', async () => {
    const nobody = await openFixture(
      action(`export async function list(userId: string) {
  await requireUser();
  return prisma.order.findMany({ where: { userId }, take: 20 });
}`),
    );
    expect(refusal(nobody, { rule: RULE })).toBe('No variable here holds the session or its user.');
  });
});
