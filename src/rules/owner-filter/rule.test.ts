import { describe, expect, it } from 'vitest';
import { expectFindings, expectFixed, expectSilent, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'owner-filter';

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
    role        Role         @default(USER)
    orders      Order[]
    memberships Membership[]
    posts       Post[]
    invoices    Invoice[]
    accounts    Account[]
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Team {
    id      String       @id @default(cuid())
    name    String
    ownerId String?
    members Membership[]
    files   File[]
  }
  model Membership {
    teamId String
    userId String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])
    @@id([teamId, userId])
  }
  model File {
    id     String @id @default(cuid())
    name   String
    teamId String
    team   Team   @relation(fields: [teamId], references: [id])
  }
  model Order {
    id     String @id @default(cuid())
    number Int    @unique
    total  Int
    state  String
    userId String
    user   User   @relation(fields: [userId], references: [id])
    items  Item[]
  }
  model Item {
    id      String @id @default(cuid())
    amount  Int
    orderId String
    order   Order  @relation(fields: [orderId], references: [id], onDelete: Cascade)
  }
  model Invoice {
    id          String @id @default(cuid())
    total       Int
    createdById String
    createdBy   User   @relation(fields: [createdById], references: [id])
  }
  model Post {
    id        String  @id @default(cuid())
    slug      String  @unique
    content   String
    published Boolean
    authorId  String
    author    User    @relation(fields: [authorId], references: [id])
  }
  //- lib/guards.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';

  export async function requireUser() {
    const session = await auth();
    if (!session?.user) throw new Error('unauthorized');
    return session.user;
  }

  export async function requireMember(teamId: string, userId: string) {
    const found = await prisma.membership.findUnique({ where: { teamId_userId: { teamId, userId } } });
    if (!found) throw new Error('forbidden');
    return found;
  }
`;

const action = (body: string, imports = ''): string => `${base}
  //- lib/actions/order.actions.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  import { requireMember, requireUser } from '@/lib/guards';
  ${imports}

${body
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;

const invalid: [title: string, body: string][] = [
  [
    'a list of ids of which only some were looked at',
    `export async function removeAll(ids: string[]) {
  const user = await requireUser();
  for (const id of ids) {
    const order = await prisma.order.findFirst({ where: { items: { some: { id } } } });
    if (order?.userId !== user.id) break;
  }
  await prisma.item.deleteMany({ where: { id: { in: ids } } });
  //                ^^^^^^^^^^ owner-filter error
}`,
  ],
  [
    'sums of money that go up and down',
    `export async function refund(id: string) {
  await requireUser();
  await prisma.order.update({ where: { id }, data: { balance: { decrement: 1 } } });
  //                 ^^^^^^ owner-filter error
}`,
  ],
  [
    'a counter beside something else',
    `export async function touch(id: string, state: string) {
  await requireUser();
  await prisma.order.update({ where: { id }, data: { views: { increment: 1 }, state } });
  //                 ^^^^^^ owner-filter error
}`,
  ],
  [
    'an update by the id that the client sends',
    `export async function cancel(id: string) {
  const user = await requireUser();
  await prisma.order.update({ where: { id }, data: { state: 'CANCELLED' } });
  //                 ^^^^^^ owner-filter error
  return user.id;
}`,
  ],
  [
    'a deletion by a form field, the session tested inline',
    `export async function remove(form: FormData) {
  const session = await auth();
  if (!session?.user) return { success: false };
  await prisma.order.delete({ where: { id: String(form.get('id')) } });
  //                 ^^^^^^ owner-filter error
  return { success: true };
}`,
  ],
  [
    'a read that is given out',
    `export async function show(id: string) {
  await requireUser();
  return prisma.order.findUnique({ where: { id } });
  //                  ^^^^^^^^^^ owner-filter error
}`,
  ],
  [
    'another unique key',
    `export async function byNumber(number: number) {
  await requireUser();
  const order = await prisma.order.findFirst({ where: { number, state: 'OPEN' } });
  //                               ^^^^^^^^^ owner-filter error
  return order;
}`,
  ],
  [
    'a part by its parent',
    `export async function clear(orderId: string) {
  await requireUser();
  await prisma.item.deleteMany({ where: { orderId } });
  //                ^^^^^^^^^^ owner-filter error
}`,
  ],
  [
    'an owner in only one branch of OR',
    `export async function rename(id: string) {
  const user = await requireUser();
  await prisma.order.updateMany({ where: { OR: [{ id }, { userId: user.id }] }, data: { state: 'X' } });
  //                 ^^^^^^^^^^ owner-filter error
}`,
  ],
  [
    'an owner that may be missing',
    `export async function rename(id: string, all: boolean) {
  const user = await requireUser();
  await prisma.order.updateMany({ where: { id, ...(all ? {} : { userId: user.id }) }, data: { state: 'X' } });
  //                 ^^^^^^^^^^ owner-filter error
}`,
  ],
  [
    'through a service, at its call',
    `import { setState } from '@/lib/services/orders';

export async function reopen(id: string) {
  await requireUser();
  await setState(id, 'OPEN');
  //    ^^^^^^^^ owner-filter error
}
//- lib/services/orders.ts
import { prisma } from '@/lib/db';

export function setState(id: string, state: string) {
  return prisma.order.update({ where: { id }, data: { state } });
}`,
  ],
  [
    'validated input is not owned input',
    `import { z } from 'zod';
const Input = z.object({ id: z.string().cuid() });

export async function cancel(input: unknown) {
  await requireUser();
  const parsed = Input.safeParse(input);
  if (!parsed.success) return;
  await prisma.order.delete({ where: { id: parsed.data.id } });
  //                 ^^^^^^ owner-filter error
}`,
  ],
  [
    'a member of one team, a file of any',
    `export async function drop(teamId: string, fileId: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.file.delete({ where: { id: fileId } });
  //                ^^^^^^ owner-filter error
}`,
  ],
  [
    'a comparison that stops nobody',
    `export async function cancel(id: string) {
  const user = await requireUser();
  const order = await prisma.order.findUnique({ where: { id } });
  if (order?.userId !== user.id) console.warn('not the owner');
  await prisma.order.update({ where: { id }, data: { state: 'CANCELLED' } });
  //                 ^^^^^^ owner-filter error
}`,
  ],
  [
    'whoever made a row may not be who owns it',
    `export async function discard(id: string) {
  await requireUser();
  await prisma.invoice.delete({ where: { id } });
  //                   ^^^^^^ owner-filter warning
}`,
  ],
  [
    'a client handed on under another name',
    `import { prisma as database } from '@/lib/db';

export async function cancel({ id }: { id: string }) {
  await requireUser();
  const db = database;
  await db.order.update({ where: { ['id']: id }, data: { state: 'CANCELLED' } });
  //             ^^^^^^ owner-filter error
}`,
  ],
];

const valid: [title: string, body: string][] = [
  [
    'a list of ids whose items were all shown to be the own ones',
    `export async function removeAll(ids: string[]) {
  const user = await requireUser();
  for (const id of ids) {
    const order = await prisma.order.findFirst({ where: { items: { some: { id } } } });
    if (order?.userId !== user.id) return { success: false };
  }
  await prisma.item.deleteMany({ where: { id: { in: ids } } });
  return { success: true };
}`,
  ],
  [
    'a list of parts that were all looked up with the session',
    `export async function reorder(rows: { id: string; amount: number }[]) {
  const user = await requireUser();
  for (const row of rows) {
    if (!row.id) continue;
    const own = await prisma.item.findFirst({ where: { id: row.id, order: { userId: user.id } } });
    if (!own) throw new Error('forbidden');
    await prisma.item.update({ where: { id: row.id }, data: { amount: row.amount } });
  }
}`,
  ],
  [
    'a counter of what people do with the row',
    `export async function vote(id: string, up: boolean) {
  await requireUser();
  await prisma.post.update({ where: { id }, data: { [up ? 'upvotes' : 'downvotes']: { increment: 1 } } });
  await prisma.post.update({ where: { id }, data: { views: { increment: 1 } } });
}`,
  ],
  [
    'a row that is only made when it is missing',
    `export async function ensure(orderId: string) {
  const user = await requireUser();
  await prisma.order.upsert({ where: { id: orderId }, update: {}, create: { number: 1, total: 0, state: 'NEW', userId: user.id } });
}`,
  ],
  [
    'the owner, or one of the members',
    `export async function remove(id: string) {
  const session = await auth();
  if (!session?.user) return { success: false };
  const team = await prisma.team.findFirst({ where: { files: { some: { id } } }, include: { members: true } });
  const isMember = team?.members.some((member) => member.userId === session.user.id);
  if (!team || !(team.ownerId === session.user.id || isMember)) return { success: false };
  await prisma.file.delete({ where: { id } });
  return { success: true };
}`,
  ],
  [
    'the owner, or somebody with the role',
    `export async function remove(id: string) {
  const session = await auth();
  if (!session?.user) return { success: false };
  const order = await prisma.order.findUnique({ where: { id } });
  if (!order || (order.userId !== session.user.id && session.user.role !== 'ADMIN')) return { success: false };
  await prisma.$transaction(async (tx) => {
    await tx.order.delete({ where: { id } });
  });
  return { success: true };
}`,
  ],
  [
    'the owner, unless the role allows it to everybody',
    `export async function remove(id: string) {
  const session = await auth();
  if (!session?.user) return { success: false };
  const order = await prisma.order.findUnique({ where: { id } });
  if (session.user.role !== 'ADMIN') {
    if (order?.userId !== session.user.id) return { success: false };
  }
  await prisma.order.delete({ where: { id } });
  return { success: true };
}`,
  ],
  [
    'the owner in where',
    `export async function cancel(id: string) {
  const user = await requireUser();
  await prisma.order.update({ where: { id, userId: user.id }, data: { state: 'CANCELLED' } });
}`,
  ],
  [
    'the owner in AND, in a relation, in is',
    `export async function cancel(id: string) {
  const user = await requireUser();
  await prisma.order.updateMany({ where: { AND: [{ id }, { userId: user.id }] }, data: { state: 'A' } });
  await prisma.item.deleteMany({ where: { id, order: { userId: user.id } } });
  await prisma.item.deleteMany({ where: { id, order: { is: { user: { id: user.id } } } } });
}`,
  ],
  [
    'fetched with its owner, written by its id',
    `export async function cancel(id: string) {
  const user = await requireUser();
  const order = await prisma.order.findFirst({ where: { id, userId: user.id } });
  if (!order) return;
  await prisma.order.update({ where: { id: order.id }, data: { state: 'A' } });
  await prisma.item.deleteMany({ where: { orderId: id } });
}`,
  ],
  [
    'compared after it was fetched',
    `export async function show(id: string) {
  const session = await auth();
  if (!session?.user) return null;
  const order = await prisma.order.findUnique({ where: { id } });
  if (!order || order.userId !== session.user.id) return null;
  await prisma.order.update({ where: { id }, data: { state: 'SEEN' } });
  return order;
}`,
  ],
  [
    'compared the other way round, by throwing',
    `export async function show(id: string) {
  const user = await requireUser();
  const item = await prisma.item.findUniqueOrThrow({ where: { id }, include: { order: true } });
  if (user.id === item.order.userId) return item;
  throw new Error('forbidden');
}`,
  ],
  [
    'compared in a helper that throws',
    `async function ownOrder(id: string, userId: string) {
  const order = await prisma.order.findUnique({ where: { id } });
  if (order?.userId !== userId) throw new Error('forbidden');
  return order;
}

export async function cancel(id: string) {
  const user = await requireUser();
  await ownOrder(id, user.id);
  await prisma.order.delete({ where: { id } });
}`,
  ],
  [
    'a membership looked up before',
    `export async function addFile(teamId: string, name: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  await prisma.file.create({ data: { teamId, name } });
  await prisma.team.update({ where: { id: teamId }, data: { name } });
  await prisma.file.deleteMany({ where: { teamId, name } });
}`,
  ],
  [
    'a file found in a team whose member the caller is',
    `export async function drop(teamId: string, fileId: string) {
  const user = await requireUser();
  await requireMember(teamId, user.id);
  const file = await prisma.file.findUnique({ where: { id: fileId, teamId } });
  if (!file) return;
  await prisma.file.delete({ where: { id: fileId } });
}`,
  ],
  [
    'the list of members searched for the caller',
    `export async function rename(id: string, name: string) {
  const user = await requireUser();
  const team = await prisma.team.findUnique({ where: { id }, include: { members: true } });
  if (!team?.members.some((member) => member.userId === user.id)) throw new Error('forbidden');
  await prisma.team.update({ where: { id }, data: { name } });
}`,
  ],
  [
    'the list of the own memberships is not empty',
    `export async function rename(id: string, name: string) {
  const user = await requireUser();
  const team = await prisma.team.findUnique({
    where: { id },
    include: { members: { where: { userId: user.id } } },
  });
  if (!team || team.members.length === 0) throw new Error('forbidden');
  await prisma.team.update({ where: { id }, data: { name } });
}`,
  ],
  [
    'counted with the owner',
    `export async function cancel(id: string) {
  const user = await requireUser();
  const own = await prisma.order.count({ where: { id, userId: user.id } });
  if (own === 0) return;
  await prisma.order.delete({ where: { id } });
}`,
  ],
  [
    'an administrator',
    `export async function cancel(id: string) {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') throw new Error('forbidden');
  await prisma.order.delete({ where: { id } });
}`,
  ],
  [
    'a policy that can not be followed',
    `import { abilityOf } from 'policies';
export async function cancel(id: string) {
  const user = await requireUser();
  const order = await prisma.order.findUnique({ where: { id } });
  if (!order || abilityOf(user).cannot('delete', order)) throw new Error('forbidden');
  await prisma.order.delete({ where: { id } });
}`,
  ],
  [
    'ids that lists of the own rows give',
    `export async function clear() {
  const user = await requireUser();
  const orders = await prisma.order.findMany({ where: { userId: user.id }, include: { items: true }, take: 10 });
  await prisma.item.deleteMany({ where: { id: { in: orders.flatMap((order) => order.items.map((item) => item.id)) } } });
}`,
  ],
  [
    'published content is read by everybody',
    `export async function show(id: string) {
  await requireUser();
  return prisma.post.findUnique({ where: { id } });
}`,
  ],
  [
    'no session at all is the matter of action-auth',
    `export async function cancel(id: string) {
  await prisma.order.delete({ where: { id } });
}`,
  ],
  [
    'searches and states pick no rows',
    `export async function list(state: string) {
  const user = await requireUser();
  return prisma.order.findMany({ where: { userId: user.id, state }, take: 20 });
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

  it('finds holes in route handlers and pages', async () => {
    const fixture = await openFixture(`${base}
  //- app/api/orders/[id]/route.ts
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';

  export async function DELETE(_: Request, { params }: { params: Promise<{ id: string }> }) {
    const session = await auth();
    if (!session?.user) return new Response(null, { status: 401 });
    const { id } = await params;
    await prisma.order.delete({ where: { id } });
    //                 ^^^^^^ owner-filter error
    return new Response(null, { status: 204 });
  }
  //- app/orders/[id]/page.tsx
  import { requireUser } from '@/lib/guards';
  import { prisma } from '@/lib/db';

  export default async function Page({ params }: { params: Promise<{ id: string }> }) {
    await requireUser();
    const { id } = await params;
    const order = await prisma.order.findUnique({ where: { id } });
    //                               ^^^^^^^^^^ owner-filter error
    return <p>{order?.total}</p>;
  }
`);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('sees through tRPC middleware and action clients', async () => {
    const fixture = await openFixture(`${base}
  //- server/trpc.ts
  import { initTRPC, TRPCError } from '@trpc/server';
  import { prisma } from '@/lib/db';
  const t = initTRPC.context<{ session: { user: { id: string } } | null }>().create();
  export const router = t.router;
  export const protectedProcedure = t.procedure.use(({ ctx, next }) => {
    if (!ctx.session?.user) throw new TRPCError({ code: 'UNAUTHORIZED' });
    return next({ ctx: { user: ctx.session.user } });
  });
  export const teamProcedure = protectedProcedure.use(async ({ ctx, next }) => {
    const membership = await prisma.membership.findFirst({ where: { userId: ctx.user.id }, include: { team: true } });
    if (!membership) throw new TRPCError({ code: 'FORBIDDEN' });
    return next({ ctx: { team: membership.team } });
  });
  //- server/files.ts
  import { z } from 'zod';
  import { prisma } from '@/lib/db';
  import { router, teamProcedure } from './trpc';
  export const files = router({
    own: teamProcedure.input(z.object({ id: z.string() })).mutation(({ ctx, input }) => {
      return prisma.file.delete({ where: { id: input.id, teamId: ctx.team.id } });
    }),
    any: teamProcedure.input(z.object({ id: z.string() })).mutation(({ input }) => {
      return prisma.file.delete({ where: { id: input.id } });
      //                 ^^^^^^ owner-filter error
    }),
  });
`);
    expectFindings(fixture, { rules: [RULE] });
  });

  it("believes a parent's id that the client sends once a membership in it was shown", async () => {
    const fixture = await openFixture(`${base}
  //- lib/safe-action.ts
  import { createSafeActionClient } from 'next-safe-action';
  import { requireUser } from '@/lib/guards';
  export const authAction = createSafeActionClient().use(async ({ next }) => next({ ctx: { user: await requireUser() } }));
  //- lib/access.ts
  import { prisma } from '@/lib/db';
  export async function checkAccess({ userId, teamId, access }: { userId: string; teamId: string; access: { kind: string; roles: string[] }[] }) {
    const mine = await prisma.membership.findUnique({ where: { teamId_userId: { teamId, userId } } });
    if (!mine) throw new Error('forbidden');
    for (const item of access) {
      if (item.kind === 'team' && item.roles.includes(mine.teamId)) return true;
      if (item.kind === 'any') return true;
    }
    throw new Error('forbidden');
  }
  //- lib/actions/file.actions.ts
  'use server';
  import { z } from 'zod';
  import { checkAccess } from '@/lib/access';
  import { authAction } from '@/lib/safe-action';
  import { prisma } from '@/lib/db';
  const Input = z.object({ id: z.string(), teamId: z.string() });
  export const removeFile = authAction.inputSchema(Input).action(async ({ ctx, parsedInput }) => {
    const file = await prisma.file.findUnique({ where: { id: parsedInput.id } });
    if (file?.teamId !== parsedInput.teamId) throw new Error('Invalid file');
    await checkAccess({ userId: ctx.user.id, teamId: parsedInput.teamId, access: [{ kind: 'any', roles: [] }] });
    await prisma.file.delete({ where: { id: parsedInput.id } });
  });
  export const renameFile = authAction.inputSchema(Input).action(async ({ parsedInput }) => {
    const file = await prisma.file.findUnique({ where: { id: parsedInput.id } });
    if (file?.teamId !== parsedInput.teamId) throw new Error('Invalid file');
    await prisma.file.update({ where: { id: parsedInput.id }, data: { name: 'x' } });
    //                ^^^^^^ owner-filter error
  });
`);
    expectFindings(fixture, { rules: [RULE] });
  });

  it('leaves public models and, when asked to, reads alone', async () => {
    const source = action(`export async function show(id: string) {
  await requireUser();
  return prisma.order.findUnique({ where: { id } });
}
export async function cancel(id: string) {
  await requireUser();
  await prisma.order.delete({ where: { id } });
}`);
    const config = (options: object): string =>
      `${source}\n//- backend-specialist.config.json\n${JSON.stringify({ rules: { [RULE]: ['error', options] } })}`;
    expectSilent(await openFixture(config({ publicModels: ['Order'] })), RULE);
    const { engine } = await openFixture(config({ reads: false }));
    const lines = engine
      .check('lib/actions/order.actions.ts')
      .filter(({ rule }) => rule === RULE)
      .map(({ range }) => range.start.line);
    expect(lines).toHaveLength(1);
  });

  it('survives code that does not parse', async () => {
    const fixture = await openFixture(
      action(`export async function cancel(id: string) {
  await requireUser();
  await prisma.order.update({ where`),
    );
    expectSilent(fixture, RULE);
  });
});

describe('its fix', () => {
  const fixedTo = async (body: string, expected: string): Promise<void> => {
    const fixture = await openFixture(action(body));
    const file = 'lib/actions/order.actions.ts';
    const head = `'use server';\nimport { auth } from '@/auth';\nimport { prisma } from '@/lib/db';\nimport { requireMember, requireUser } from '@/lib/guards';\n\n\n`;
    expectFixed(fixture, RULE, { [file]: `${head}${expected}\n` });
  };

  it('adds the owner key', () =>
    fixedTo(
      `export async function cancel(id: string) {
  const session = await auth();
  if (!session?.user) return;
  await prisma.order.update({ where: { id }, data: { state: 'X' } });
}`,
      `export async function cancel(id: string) {
  const session = await auth();
  if (!session?.user) return;
  await prisma.order.update({ where: { id, userId: session.user.id }, data: { state: 'X' } });
}`,
    ));

  it("goes by the parent, with the helper's user", () =>
    fixedTo(
      `export async function clear(orderId: string) {
  const user = await requireUser();
  await prisma.item.deleteMany({
    where: { orderId },
  });
}`,
      `export async function clear(orderId: string) {
  const user = await requireUser();
  await prisma.item.deleteMany({
    where: { orderId, order: { userId: user.id } },
  });
}`,
    ));

  it('goes by the membership', () =>
    fixedTo(
      `export async function drop(id: string) {
  const { id: me } = await requireUser();
  await prisma.file.delete({ where: { id } });
}`,
      `export async function drop(id: string) {
  const { id: me } = await requireUser();
  await prisma.file.delete({ where: { id, team: { members: { some: { userId: me } } } } });
}`,
    ));

  it('says why it can not', async () => {
    const nobody = await openFixture(
      action(`export async function cancel(id: string) {
  await requireUser();
  await prisma.order.delete({ where: { id } });
}`),
    );
    expect(refusal(nobody, { rule: RULE })).toBe('No variable here holds the session or its user.');
    const elsewhere = await openFixture(
      action(`export async function cancel(id: string) {
  const user = await requireUser();
  const where = { id };
  await prisma.order.delete({ where });
}`),
    );
    expect(refusal(elsewhere, { rule: RULE })).toBe(
      'The `where` is made elsewhere; put the owner into it there.',
    );
  });
});
