import { describe, expect, it } from 'vitest';
import { expectFixed, findings, messageId, openFixture, refusal } from '../../../test/kit/check.ts';

const RULE = 'action-transaction';

const schema = `
  //- prisma/schema.prisma
  generator client {
    provider = "prisma-client"
    output   = "../lib/generated/prisma"
  }

  datasource db {
    provider = "postgresql"
  }

  model User {
    id       String @id
    accounts Account[]
    orders   Order[]
    members  Member[]
  }

  model Account {
    id      String @id
    userId  String
    balance Int
    main    Boolean
    user    User   @relation(fields: [userId], references: [id])
  }

  model Order {
    id     String @id
    userId String
    views  Int
    status String
    user   User   @relation(fields: [userId], references: [id])
    items  Item[]
  }

  model Item {
    id      String @id
    orderId String
    status  String
    order   Order  @relation(fields: [orderId], references: [id])
  }

  model Team {
    id      String   @id
    members Member[]
    invites Invite[]
  }

  model Member {
    teamId String
    userId String
    role   String
    team   Team   @relation(fields: [teamId], references: [id])
    user   User   @relation(fields: [userId], references: [id])

    @@id([teamId, userId])
  }

  model Invite {
    id     String @id
    teamId String
    role   String
    team   Team   @relation(fields: [teamId], references: [id])
  }

  model Integration {
    id           String @id
    accessToken  String
    refreshToken String
    expiresAt    DateTime
    runs         Run[]
  }

  model Run {
    id            String      @id
    integrationId String
    status        String
    integration   Integration @relation(fields: [integrationId], references: [id])
  }

  model Events {
    id      String @id
    type    String
    orderId String
  }

  model AuditLog {
    id      String @id
    orderId String
  }

  model OrderEvent {
    id      String @id
    orderId String
  }
`;

const helpers = `
  //- lib/services/item.service.ts
  import { waitUntil } from '@vercel/functions';
  import { prisma } from '@/lib/db';
  export async function addItem(orderId: string) {
    await prisma.item.create({ data: { orderId } });
  }
  export async function addItemWith(orderId: string, tx = prisma) {
    await tx.item.create({ data: { orderId } });
  }
  export async function addOrder(userId: string) {
    return prisma.order.create({ data: { userId } });
  }
  export async function teamOf(id: string) {
    const team = await prisma.team.findFirst({ where: { id } });
    return team ?? (await prisma.team.create({ data: { id } }));
  }
  export async function getOrCreateTeam(id?: string) {
    if (id) return { id };
    return prisma.team.create({ data: {} });
  }
  export async function makeTeam(id: string) {
    return prisma.team.create({ data: { id } });
  }
  export function removeItems(orderId: string) {
    return prisma.item.deleteMany({ where: { orderId } });
  }
  export async function addLater(orderId: string) {
    waitUntil(prisma.item.create({ data: { orderId } }));
  }
  export async function refreshTokens(integration: { id: string }, next: { a: string; r?: string }) {
    await prisma.integration.update({ where: { id: integration.id }, data: { accessToken: next.a, ...(next.r && { refreshToken: next.r }), expiresAt: new Date() } });
  }
  export async function runAll(ops: unknown[]) {
    return prisma.$transaction(ops);
  }
  export async function sendItem(orderId: string) {
    await prisma.item.create({ data: { orderId } });
  }
`;

const file = (body: string): string => `
  //- lib/services/write.service.ts
  import { prisma } from '@/lib/db';
  import { after } from 'next/server';
  import { addItem, addItemWith, addLater, addOrder, getOrCreateTeam, makeTeam, refreshTokens, removeItems, runAll, sendItem, teamOf } from '@/lib/services/item.service';
  export async function write(id: string, userId: string, ids: string[]) {
${body}
  }
`;

/** What is found in the body of a function: flagged text, message, severity other than a warning. */
async function said(body: string, config = ''): Promise<string> {
  const fixture = await openFixture(`${file(`    ${body}`).trimEnd()}${helpers.trimEnd()}${schema}${config}`);
  return findings(fixture, RULE)
    .map((found) => {
      const text = fixture.engine.text(found.file)?.slice(found.start, found.end) ?? '';
      return `${text} ${messageId(found)}${found.severity === 'warning' ? '' : ` ${found.severity}`}`;
    })
    .join(', ');
}

const ORDER = 'const order = await prisma.order.create({ data: { userId } });';
const INVITE = 'const invite = await prisma.invite.findUniqueOrThrow({ where: { id } });';

describe('two writes of one change', () => {
  it.each([
    [
      'a row and one that needs it',
      `${ORDER} await prisma.item.create({ data: { orderId: order.id } });`,
      'create depends',
    ],
    [
      'several that need it',
      `${ORDER} await prisma.item.createMany({ data: ids.map((x) => ({ id: x, orderId: order.id })) });`,
      'createMany depends',
    ],
    [
      'through a variable',
      `${ORDER} const { id: orderId } = order; const data = { orderId }; await prisma.item.create({ data });`,
      'create depends',
    ],
    ['the second through a service', `${ORDER} await addItem(order.id);`, 'addItem depends'],
    [
      'both through services',
      'const order = await addOrder(userId); await addItem(order.id);',
      'addItem depends',
    ],
    [
      'the second in a loop',
      `${ORDER} for (const x of ids) await prisma.item.create({ data: { id: x, orderId: order.id } });`,
      'create depends',
    ],
    [
      'the second under a condition',
      `${ORDER} if (ids.length > 0) { await prisma.item.create({ data: { orderId: order.id } }); }`,
      'create depends',
    ],
    [
      'the second in a list',
      `${ORDER} await Promise.all(ids.map((x) => prisma.item.create({ data: { id: x, orderId: order.id } })));`,
      'create depends',
    ],
    [
      'children and parent',
      'await prisma.item.deleteMany({ where: { orderId: id } }); await prisma.order.delete({ where: { id } });',
      'delete removes',
    ],
    [
      'old rows and new ones',
      'await prisma.item.deleteMany({ where: { orderId: id } }); await prisma.item.createMany({ data: [{ orderId: id }] });',
      'createMany replaces',
    ],
    [
      'money that moves',
      'await prisma.account.update({ where: { id }, data: { balance: { decrement: 5 } } }); await prisma.account.update({ where: { id: userId }, data: { balance: { increment: 5 } } });',
      'update moves',
    ],
    [
      'a mark that moves',
      'await prisma.account.updateMany({ where: { userId }, data: { main: false } }); await prisma.account.update({ where: { id }, data: { main: true } });',
      'update moves',
    ],
    [
      'an invitation and its membership',
      `${INVITE} await prisma.member.create({ data: { userId, teamId: invite.teamId, role: invite.role } }); await prisma.invite.delete({ where: { id: invite.id } });`,
      'delete consumes',
    ],
    [
      'the other way round',
      `${INVITE} await prisma.invite.delete({ where: { id } }); await prisma.member.create({ data: { userId, teamId: invite.teamId } });`,
      'create consumes',
    ],
    [
      'a status of both',
      "const order = await prisma.order.findUniqueOrThrow({ where: { id } }); await prisma.order.update({ where: { id: order.id }, data: { status: 'PAID' } }); await prisma.item.updateMany({ where: { orderId: order.id }, data: { status: 'PAID' } });",
      'updateMany consumes',
    ],
    [
      'in a try block',
      `try { ${ORDER} await prisma.item.create({ data: { orderId: order.id } }); } catch (error) { throw error; }`,
      'create depends',
    ],
    [
      'where rows are counted, whatever comes out',
      'const gone = await prisma.item.deleteMany({ where: { orderId: id } }); if (gone.count > 0) console.log(gone.count); await prisma.order.delete({ where: { id } });',
      'delete removes',
    ],
    [
      'a promise that is waited for by its name',
      'const gone = prisma.item.deleteMany({ where: { orderId: id } }); await gone; await prisma.order.delete({ where: { id } });',
      'delete removes',
    ],
    [
      'promises that are waited for together',
      'const gone = prisma.item.deleteMany({ where: { orderId: id } }); const order = prisma.order.delete({ where: { id } }); await Promise.all([gone, order]);',
      'delete removes',
    ],
    [
      'in portions',
      'for (;;) { await prisma.item.deleteMany({ where: { orderId: id } }); await prisma.order.deleteMany({ where: { id } }); }',
      'deleteMany removes info',
    ],
    [
      'the rows that a page of a list holds',
      'const orders = await prisma.order.findMany({ where: { userId }, take: 100 }); await prisma.item.deleteMany({ where: { orderId: id } }); await prisma.order.deleteMany({ where: { id: { in: orders.map((x) => x.id) } } });',
      'deleteMany removes info',
    ],
    [
      'a failure that stops all',
      `try { ${ORDER} await prisma.item.create({ data: { orderId: order.id } }); } catch (error) { await fetch('https://example.com'); throw error; }`,
      'create depends',
    ],
    [
      'with the network in between',
      `${ORDER} await fetch('https://example.com'); await prisma.item.create({ data: { orderId: order.id } });`,
      'create depends hint',
    ],
  ])('%s', async (_, body, expected) => {
    expect(await said(body)).toBe(expected);
  });

  it.each([
    [
      'replaces',
      'await prisma.item.deleteMany({ where: { orderId: id } }); await prisma.item.create({ data: { orderId: id } });',
    ],
    [
      'moves',
      'await prisma.account.updateMany({ where: { userId }, data: { main: false } }); await prisma.account.create({ data: { userId, main: true } });',
    ],
    [
      'consumes',
      `${INVITE} await prisma.invite.delete({ where: { id: invite.id } }); await prisma.member.create({ data: { userId, role: invite.role } });`,
    ],
  ])('the message %s', async (message, body) => {
    expect((await said(body)).split(' ')[1]).toBe(message);
  });

  it('is told once, in an action and in a wrapped route', async () => {
    const fixture = await openFixture(`
  //- lib/actions/order.actions.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function save(ids: string[]) {
    const session = await auth();
    if (!session?.user?.id) return;
    const order = await prisma.order.create({ data: { userId: session.user.id } });
    await prisma.item.create({ data: { orderId: order.id } });
    await prisma.item.createMany({ data: ids.map((id) => ({ id, orderId: order.id })) });
  }
  //- app/api/orders/route.ts
  import { withAuth } from '@/lib/with-auth';
  import { prisma } from '@/lib/db';
  export const POST = withAuth(async (user) => {
    const order = await prisma.order.create({ data: { userId: user.id } });
    await prisma.item.create({ data: { orderId: order.id } });
  });
  export const PUT = withAuth(async (user) => {
    await prisma.item.deleteMany({ where: { orderId: user.id } });
  });
  //- lib/with-auth.ts
  import { auth } from '@/auth';
  export const withAuth = (handler) => async (request) => {
    const session = await auth();
    if (!session?.user) return new Response(null, { status: 401 });
    return handler(session.user);
  };
${schema.slice(1)}`);
    expect(findings(fixture, RULE).map((found) => `${found.file} ${messageId(found)}`)).toEqual([
      'app/api/orders/route.ts depends',
      'lib/actions/order.actions.ts depends',
    ]);
  });
});

describe('not', () => {
  it.each([
    ['one write', ORDER],
    ['a nested write', 'await prisma.order.create({ data: { userId, items: { create: [{ id }] } } });'],
    [
      'a transaction',
      'await prisma.$transaction(async (tx) => { const order = await tx.order.create({ data: { userId } }); await tx.item.create({ data: { orderId: order.id } }); });',
    ],
    [
      'a transaction that is passed on',
      'await prisma.$transaction(async (tx) => { const order = await tx.order.create({ data: { userId } }); await addItemWith(order.id, tx); });',
    ],
    [
      'a batch',
      'await prisma.$transaction([prisma.item.deleteMany({ where: { orderId: id } }), prisma.order.delete({ where: { id } })]);',
    ],
    [
      'promises for a batch',
      'const a = prisma.item.deleteMany({ where: { orderId: id } }); const b = prisma.order.delete({ where: { id } }); await prisma.$transaction([a, b]);',
    ],
    [
      'branches',
      'if (ids.length) await prisma.item.deleteMany({ where: { orderId: id } }); else await prisma.order.delete({ where: { id } });',
    ],
    [
      'an early return',
      'if (ids.length) { await prisma.item.deleteMany({ where: { orderId: id } }); return; } await prisma.order.delete({ where: { id } });',
    ],
    [
      'amends in a catch',
      `${ORDER} try { await fetch('https://example.com'); } catch { await prisma.order.delete({ where: { id: order.id } }); }`,
    ],
    [
      'the same row',
      `${ORDER} await prisma.order.update({ where: { id: order.id }, data: { status: 'NEW' } });`,
    ],
    ['a log', `${ORDER} await prisma.auditLog.create({ data: { orderId: order.id } });`],
    ['events of a row', `${ORDER} await prisma.orderEvent.create({ data: { orderId: order.id } });`],
    [
      'a counter',
      `${ORDER} await prisma.order.update({ where: { id: order.userId }, data: { views: { increment: 1 } } });`,
    ],
    [
      'rows that have nothing to do with each other',
      'await prisma.team.create({ data: { id } }); await prisma.order.create({ data: { userId } });',
    ],
    [
      'look up or make',
      `const found = await prisma.team.findFirst({ where: { id } }); const team = found ?? (await prisma.team.create({ data: { id } })); await prisma.member.create({ data: { teamId: team.id, userId } });`,
    ],
    [
      'look up or make, in a function',
      'const team = await teamOf(id); await prisma.member.create({ data: { teamId: team.id, userId } });',
    ],
    [
      'make or keep',
      'const team = await prisma.team.upsert({ where: { id }, create: { id }, update: {} }); await prisma.member.create({ data: { teamId: team.id, userId } });',
    ],
    [
      'a failure that is dealt with',
      `${ORDER} try { await prisma.item.create({ data: { orderId: order.id } }); } catch (error) { console.error(error); }`,
    ],
    [
      'a catch of its own',
      `${ORDER} await prisma.item.create({ data: { orderId: order.id } }).catch(console.error);`,
    ],
    ['what nobody waits for', `${ORDER} void addItem(order.id);`],
    ['after the response', `${ORDER} after(() => addItem(order.id));`],
    ['after the response, further down', `${ORDER} await addLater(order.id);`],
    [
      'tokens that were renewed',
      "const run = await prisma.run.findUniqueOrThrow({ where: { id }, include: { integration: true } }); const integration = await prisma.integration.findUniqueOrThrow({ where: { id: run.integrationId } }); await refreshTokens(integration, { a: 'x' }); await prisma.run.create({ data: { integrationId: integration.id, status: 'done' } });",
    ],
    [
      'a claim',
      "const run = await prisma.run.findUniqueOrThrow({ where: { id } }); await prisma.run.updateMany({ where: { id: run.id }, data: { status: 'EXECUTING' } }); await prisma.integration.update({ where: { id: run.integrationId }, data: { expiresAt: new Date() } });",
    ],
    [
      'events that belong to nothing',
      `${ORDER} await prisma.events.create({ data: { type: 'made', orderId: order.id } });`,
    ],
    [
      'all that can be',
      `${ORDER} await Promise.allSettled([prisma.item.create({ data: { orderId: order.id } })]);`,
    ],
    [
      'all of a list that can be',
      `${ORDER} await Promise.allSettled(ids.map((x) => prisma.item.create({ data: { id: x, orderId: order.id } })));`,
    ],
    [
      'a failure that is noted',
      `${ORDER} try { await prisma.item.create({ data: { orderId: order.id } }); } catch (error) { await prisma.order.update({ where: { id: order.id }, data: { status: 'FAILED' } }); throw error; }`,
    ],
    [
      'queries that a function sends in one batch',
      'await runAll([removeItems(id), prisma.order.delete({ where: { id } })]);',
    ],
    [
      'one query or the other',
      'const gone = await prisma.order.deleteMany({ where: { id } }); if (gone.count > 0) return; await prisma.item.deleteMany({ where: { orderId: id } });',
    ],
    [
      'one query or the other, by a name of its own',
      'const { count } = await prisma.order.deleteMany({ where: { id } }); if (count) return; await prisma.item.deleteMany({ where: { orderId: id } });',
    ],
    [
      'one event or the other',
      "if (userId === 'started') { await prisma.account.update({ where: { id }, data: { main: true } }); } if (userId === 'ended') { await prisma.account.update({ where: { id }, data: { main: false } }); }",
    ],
    [
      'what is no longer wanted',
      'await prisma.item.deleteMany({ where: { orderId: id, id: { notIn: ids } } }); await prisma.item.createMany({ data: ids.map((x) => ({ id: x, orderId: id })) });',
    ],
    [
      'make where it is missing',
      'let team = ids.length ? { id } : undefined; if (!team) { team = await makeTeam(id); } await prisma.member.create({ data: { teamId: team.id, userId } });',
    ],
    [
      'make where it is missing, in a function',
      'const team = await getOrCreateTeam(id); await prisma.member.create({ data: { teamId: team.id, userId } });',
    ],
    ['what is sent', `${ORDER} await sendItem(order.id);`],
    [
      'one write in a loop',
      'for (const x of ids) await prisma.item.create({ data: { id: x, orderId: id } });',
    ],
  ])('%s', async (_, body) => {
    expect(await said(body)).toBe('');
  });

  it('models that the configuration names', async () => {
    const config = `
  //- backend-specialist.config.json
  { "rules": { "${RULE}": ["warning", { "bestEffortModels": ["Item"] }] } }
`;
    expect(await said(`${ORDER} await prisma.item.create({ data: { orderId: order.id } });`, config)).toBe(
      '',
    );
  });

  it('a function that is given the transaction', async () => {
    const fixture = await openFixture(`
  //- lib/services/order.service.ts
  import type { Prisma } from '@/lib/generated/prisma/client';
  export async function makeOrder(userId: string, client: Prisma.TransactionClient) {
    const order = await client.order.create({ data: { userId } });
    await client.item.create({ data: { orderId: order.id } });
  }
${schema.slice(1)}`);
    expect(findings(fixture, RULE)).toEqual([]);
  });

  it('handlers that share nothing but their file, and scripts', async () => {
    const fixture = await openFixture(`
  //- app/api/items/route.ts
  import { withLog } from '@/lib/with-log';
  import { prisma } from '@/lib/db';
  export const POST = withLog(async (id) => { await prisma.item.deleteMany({ where: { orderId: id } }); });
  export const DELETE = withLog(async (id) => { await prisma.order.delete({ where: { id } }); });
  //- lib/with-log.ts
  export const withLog = (handler) => async (request) => handler(await request.json());
  //- scripts/clean.ts
  import { prisma } from '@/lib/db';
  export async function clean(id: string) {
    await prisma.item.deleteMany({ where: { orderId: id } });
    await prisma.order.delete({ where: { id } });
  }
${schema.slice(1)}`);
    expect(findings(fixture, RULE)).toEqual([]);
  });
});

describe('wrap-in-transaction', () => {
  const fixed = async (before: string, after: string, more = ''): Promise<void> => {
    expectFixed(
      await openFixture(`${file(before).trimEnd()}${helpers.trimEnd()}${schema}`),
      RULE,
      `${file(after)}${more}`,
    );
  };

  it('wraps what nobody uses later, one name, several names, a return', async () => {
    await fixed(
      '    await prisma.item.deleteMany({ where: { orderId: id } });\n    // then the order\n    await prisma.order.delete({\n      where: { id },\n    });\n    return id;',
      '    await prisma.$transaction(async (tx) => {\n      await tx.item.deleteMany({ where: { orderId: id } });\n      // then the order\n      await tx.order.delete({\n        where: { id },\n      });\n    });\n    return id;',
    );
    await fixed(
      `    ${ORDER}\n    await prisma.item.create({ data: { orderId: order.id } });\n    return order;`,
      '    const order = await prisma.$transaction(async (tx) => {\n      const order = await tx.order.create({ data: { userId } });\n      await tx.item.create({ data: { orderId: order.id } });\n      return order;\n    });\n    return order;',
    );
    await fixed(
      `    ${ORDER}\n    const item = await prisma.item.create({ data: { orderId: order.id } });\n    return [order, item];`,
      '    const { order, item } = await prisma.$transaction(async (tx) => {\n      const order = await tx.order.create({ data: { userId } });\n      const item = await tx.item.create({ data: { orderId: order.id } });\n      return { order, item };\n    });\n    return [order, item];',
    );
    await fixed(
      `    ${ORDER}\n    return prisma.item.create({ data: { orderId: order.id } });`,
      '    return prisma.$transaction(async (tx) => {\n      const order = await tx.order.create({ data: { userId } });\n      return tx.item.create({ data: { orderId: order.id } });\n    });',
    );
  });

  it('passes tx to services: to a parameter that is there, and to a new one', async () => {
    await fixed(
      `    ${ORDER}\n    await addItemWith(order.id);`,
      '    await prisma.$transaction(async (tx) => {\n      const order = await tx.order.create({ data: { userId } });\n      await addItemWith(order.id, tx);\n    });',
    );
    await fixed(
      `    ${ORDER}\n    await addItem(order.id);`,
      '    await prisma.$transaction(async (tx) => {\n      const order = await tx.order.create({ data: { userId } });\n      await addItem(order.id, tx);\n    });',
      helpers
        .trimStart()
        .replace(
          'addItem(orderId: string) {\n    await prisma',
          "addItem(orderId: string, tx: Pick<typeof prisma, 'item'> = prisma) {\n    await tx",
        )
        .replace(/^/, '  '),
    );
  });

  it('is refused where the function may end in between, and where the writes are parts of one statement', async () => {
    const why = async (body: string): Promise<string | undefined> =>
      refusal(await openFixture(`${file(body).trimEnd()}${helpers.trimEnd()}${schema}`), { rule: RULE });
    expect(
      await why(
        `    ${ORDER}\n    if (ids.length === 0) return order;\n    await prisma.item.create({ data: { orderId: order.id } });`,
      ),
    ).toContain('may end');
    expect(
      await why(
        '    await Promise.all([prisma.item.deleteMany({ where: { orderId: id } }), prisma.order.delete({ where: { id } })]);',
      ),
    ).toContain('one statement');
    expect(
      await why(
        `    ${ORDER}\n    register(prisma);\n    await prisma.item.create({ data: { orderId: order.id } });`,
      ),
    ).toContain('more than queries');
  });
});
