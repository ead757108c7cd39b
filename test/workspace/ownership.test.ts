/** Ways of saying that a row is the caller's, or that the caller may do more than others. */
import { describe, expect, it } from 'vitest';
import { findings, openFixture } from '../kit/check.ts';

const head = `
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
    id      String   @id
    email   String   @unique
    role    Role
    invoices Invoice[]
    shares  Share[]
  }
  model Invoice {
    id       String  @id
    total    Int
    user     User    @relation(fields: [userId], references: [id])
    userId   String
    editorId String
    shares   Share[]
  }
  model Share {
    invoice   Invoice @relation(fields: [invoiceId], references: [id])
    invoiceId String
    user     User   @relation(fields: [userId], references: [id])
    userId   String
    @@id([invoiceId, userId])
  }
  //- lib/rights.ts
  export function isOwner(invoice: { userId: string }, user: { id: string }) {
    return invoice.userId === user.id;
  }
  export const isAdmin = (user: { role: string }) => user.role === 'ADMIN';
  export const canEdit = (user: any, invoice: any) => isAdmin(user) || invoice.userId === user.id;
  export const demandOwner = (invoice: { userId: string }, userId: string) => {
    if (invoice.userId !== userId) throw new Error('Not yours');
  };
  export function demand(value: unknown): asserts value {
    if (!value) throw new Error('Not allowed');
  }
`;

async function found(check: string, end: string): Promise<string[]> {
  const fixture = await openFixture(`${head}
  //- lib/actions/invoices.ts
  'use server';
  import nodeAssert from 'node:assert';
  import invariant from 'tiny-invariant';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  import * as rights from '@/lib/rights';
  export async function act(id: string) {
    const session = await auth();
    if (!session?.user) return { ok: false };
    const user = session.user;
    const invoice = await prisma.invoice.findUnique({ where: { id }, include: { user: true, shares: true } });
    if (!invoice) throw new Error('None');
    ${check}
    ${end}
  }
`);
  return ['owner-filter', 'no-client-identity'].flatMap((rule) =>
    findings(fixture, rule).map(({ severity }) => `${rule} ${severity}`),
  );
}

const gives = 'return { ok: true, invoice };';
const deletes = 'await prisma.invoice.delete({ where: { id } }); return { ok: true };';

describe.each([
  ['what is given out', gives],
  ['what is deleted', deletes],
])('%s', (_, end) => {
  it.each([
    "if (user.role === 'USER') { if (user.id !== invoice.userId) throw new Error('no'); }",
    "if (user.role === 'USER' && user.id !== invoice.userId) throw new Error('no');",
    "if (user.role !== 'ADMIN' && invoice.userId !== user.id) throw new Error('no');",
    "const isAdmin = user.role === 'ADMIN'; const isOwner = invoice.userId === user.id; if (!isAdmin && !isOwner) throw new Error('no');",
    "const allowed = user.role === 'ADMIN' || invoice.userId === user.id; if (!allowed) return { ok: false };",
    "const allowed = user.role === 'ADMIN' ? true : invoice.userId === user.id; if (!allowed) return { ok: false };",
    "switch (user.role) { case 'ADMIN': break; default: if (invoice.userId !== user.id) throw new Error('no'); }",
    "if (!rights.isOwner(invoice, user)) throw new Error('no');",
    "if (!rights.canEdit(user, invoice)) throw new Error('no');",
    'rights.demandOwner(invoice, user.id);',
    'rights.demand(invoice.userId === user.id);',
    "invariant(invoice.userId === user.id, 'no');",
    'nodeAssert(invoice.userId === user.id);',
    'nodeAssert.strictEqual(invoice.userId, user.id);',
    "if (![invoice.userId, invoice.editorId].includes(user.id)) throw new Error('no');",
    "if (!invoice.shares.map((share) => share.userId).includes(user.id)) throw new Error('no');",
    "if (!invoice.shares.some((share) => share.userId === user.id)) throw new Error('no');",
    "if (String(invoice.userId) !== String(user.id)) throw new Error('no');",
    "if (invoice.user.email !== user.email) throw new Error('no');",
    "const share = await prisma.share.findFirst({ where: { invoiceId: id, userId: user.id } }); if (!share && invoice.userId !== user.id) throw new Error('no');",
  ])('is theirs: %s', async (check) => {
    expect(await found(check, end)).toEqual([]);
  });

  it.each([
    '',
    'console.log(invoice.userId === user.id);',
    "if (invoice.userId === user.id) throw new Error('no');",
    "if (user.role === 'USER') console.log('a user');",
    "if (user.role !== 'USER' && invoice.userId !== user.id) throw new Error('no');",
    "if (!(invoice.userId === user.id || invoice.total > 5)) throw new Error('no');",
    "const isOwner = invoice.userId === user.id; if (!isOwner && invoice.total === 0) throw new Error('no');",
    "if (![invoice.userId, id].includes(user.id)) console.log('no');",
    "const share = await prisma.share.findFirst({ where: { invoiceId: id } }); if (!share && invoice.userId !== user.id) throw new Error('no');",
    'nodeAssert(invoice.userId);',
    "const others = [user.id].filter((one) => one !== invoice.userId); const isMine = others.length === 0; if (isMine) console.log('mine');",
    'rights.isOwner(invoice, user);',
  ])('may be somebody else’s: %s', async (check) => {
    expect(await found(check, end)).not.toEqual([]);
  });
});

it('an administrator gets it first, everybody else only their own', async () => {
  const check =
    "if (user.role === 'ADMIN') return { ok: true, invoice }; if (invoice.userId !== user.id) throw new Error('no');";
  expect(await found(check, gives)).toEqual([]);
});

it('an id stays what was compared when other fields of the input are replaced', async () => {
  const fixture = await openFixture(`${head}
  //- lib/actions/user.ts
  'use server';
  import { auth } from '@/auth';
  import { prisma } from '@/lib/db';
  export async function change(values: { id: string; email?: string }) {
    const session = await auth();
    if (!session?.user) return { ok: false };
    const isAdmin = session.user.role === 'ADMIN';
    if (!isAdmin && session.user.id !== values.id) return { ok: false };
    if (!isAdmin) values.email = undefined;
    await prisma.user.update({ where: { id: values.id }, data: { email: values.email } });
  }
  export async function swap(values: { id: string; email?: string }) {
    const session = await auth();
    if (!session?.user) return { ok: false };
    if (session.user.id !== values.id) values.email = undefined;
    await prisma.user.update({ where: { id: values.id }, data: { email: values.email } });
  }
`);
  expect(findings(fixture, 'no-client-identity').map(({ message }) => message.split(' ')[0])).toEqual([
    '`swap`',
  ]);
});

it('a copy that a look-up keeps fresh is no write of the caller', async () => {
  const fixture = await openFixture(`${head}
  //- lib/services/invoices.ts
  import { prisma } from '@/lib/db';
  import { priceOf } from 'prices';
  async function refresh(id: string) {
    await prisma.invoice.update({ where: { id }, data: { total: await priceOf(id) } });
  }
  export async function getTotal(id: string) {
    await refresh(id);
    return 1;
  }
  export async function getAndClear(id: string) {
    await prisma.invoice.update({ where: { id }, data: { total: 0 } });
    return 1;
  }
  export async function getWith(id: string, total: number) {
    await prisma.invoice.update({ where: { id }, data: { total } });
    return 1;
  }
  //- lib/actions/invoices.ts
  'use server';
  import { auth } from '@/auth';
  import { getAndClear, getTotal, getWith } from '@/lib/services/invoices';
  export async function looked(id: string) {
    const session = await auth();
    if (session?.user) return getTotal(id);
  }
  export async function cleared(id: string) {
    const session = await auth();
    if (session?.user) return getAndClear(id);
  }
  export async function set(id: string, total: number) {
    const session = await auth();
    if (session?.user) return getWith(id, total);
  }
`);
  expect(
    ['owner-filter', 'no-client-identity'].flatMap((rule) =>
      findings(fixture, rule).map(({ message }) => message.split(' ')[0]),
    ),
  ).toEqual(['`cleared`', '`set`']);
});
