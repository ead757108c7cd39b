import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/workspace/entries.ts';
import { base, guardIn, openWorkspace } from './openWorkspace.ts';

function entryOf(body: string, more: { [path: string]: string } = {}): Entry {
  const workspace = openWorkspace({
    ...base,
    ...more,
    'lib/actions/a.ts': `'use server';
import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { prisma } from '@/lib/db';
import { Resend } from 'resend';
${body}`,
  });
  return guardIn(workspace, 'lib/actions/a.ts', 'run').entry;
}

/** Effects and events in the order in which they happen. */
const story = (entry: Entry): string[] =>
  [
    ...entry.effects.map((effect) => ({ seq: effect.seq, text: `${effect.model}.${effect.op}` })),
    ...entry.events.map((event) => ({ seq: event.seq, text: `${event.kind} ${event.name}` })),
  ]
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ text }) => text);

describe('the order of what happens', () => {
  it('holds across functions and files', () => {
    const entry = entryOf(
      `import { save } from '@/lib/save';
export async function run(id: string) {
  await prisma.order.findMany();
  await save(id);
  revalidatePath('/orders');
  redirect('/orders');
}`,
      {
        'lib/save.ts': `import { prisma } from '@/lib/db';
export async function save(id: string) {
  await prisma.order.update({ where: { id }, data: {} });
  await fetch('https://example.com/' + id);
}`,
      },
    );
    expect(story(entry)).toEqual([
      'order.findMany',
      'order.update',
      'network fetch',
      'revalidate revalidatePath',
      'redirect redirect',
    ]);
    expect(entry.events.find(({ kind }) => kind === 'network')?.trace).toHaveLength(1);
  });

  it('goes on behind the test of a call that is awaited', () => {
    const entry = entryOf(`async function byEmail(email: string) {
  const user = await prisma.user.findUnique({ where: { email } });
  return user;
}
export async function run(email: string) {
  if (await byEmail(email)) throw new Error('taken');
  if (!(await byEmail(email))) return { error: 'unknown' };
  await prisma.message.create({ data: { body: email } });
}`);
    expect(story(entry)).toEqual(['user.findUnique', 'user.findUnique', 'message.create']);
  });

  it('can end in either way behind the test of a call that is awaited', () => {
    const entry = entryOf(`import { auth } from '@/auth';
async function isKnown() { const s = await auth(); return s?.user; }
export async function run(id: string) {
  if (!(await isKnown())) return { error: 'no' };
  return { id };
}`);
    expect(entry.outcomes.map(({ value }) => value.k === 'object' && Object.keys(value.props))).toEqual([
      ['error'],
      ['id'],
    ]);
  });

  it('has what an extension adds to a model, where its name says that it writes', () => {
    const entry = entryOf(`export async function run(id: string) {
  await prisma.order.softDelete(id);
  await prisma.order.archiveBefore(new Date());
  await prisma.order.exists({ id });
}`);
    expect(story(entry)).toEqual(['order.softDelete', 'order.archiveBefore']);
    expect(entry.effects.map(({ kind }) => kind)).toEqual(['write', 'write']);
  });

  it('knows which writes may come before another on the same path', () => {
    const { effects } = entryOf(`export async function run(kind: string) {
  if (kind === 'a') {
    await prisma.order.create({ data: {} });
    return;
  }
  if (kind === 'b') await prisma.message.create({ data: {} });
  else await prisma.apiKey.create({ data: {} });
  await prisma.order.deleteMany();
}`);
    const [order, message, key, last] = effects;
    expect([order?.after, message?.after, key?.after]).toEqual([undefined, undefined, undefined]);
    expect(last?.after?.toSorted()).toEqual([message?.seq, key?.seq]);
  });
});

describe('transactions and loops', () => {
  it('marks what runs in an interactive transaction, also through calls', () => {
    const { effects, events } = entryOf(`async function pay(id: string) {
  await prisma.order.update({ where: { id }, data: {} });
}
export async function run(id: string) {
  await prisma.$transaction(async (tx) => {
    await tx.order.create({ data: {} });
    await pay(id);
    await fetch('https://example.com');
  });
  await prisma.message.create({ data: {} });
}`);
    expect(effects.map(({ tx, transaction }) => [tx, transaction !== undefined])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
    expect(events.map(({ kind, transaction }) => [kind, transaction !== undefined])).toEqual([
      ['network', true],
    ]);
  });

  it('marks what runs once for each item', () => {
    const { effects } = entryOf(`async function one(id: string) {
  return prisma.order.findUnique({ where: { id } });
}
export async function run(ids: string[]) {
  await prisma.message.findMany();
  await Promise.all(ids.map((id) => one(id)));
  for (const id of ids) await prisma.user.findUnique({ where: { id } });
}`);
    expect(effects.map(({ model, inLoop }) => [model, inLoop === true])).toEqual([
      ['message', false],
      ['order', true],
      ['user', true],
    ]);
  });
});

describe('events', () => {
  it.each([
    ["await fetch('https://x')", 'network fetch'],
    ["await new Resend('key').emails.send({})", 'mail'],
    ['await new Promise((resolve) => setTimeout(resolve, 100))', 'wait setTimeout'],
    ["(await import('node:fs/promises')).rm('x')", 'system'],
  ])('%s', (code, expected) => {
    expect(story(entryOf(`export async function run() { ${code}; }`)).join()).toContain(expected);
  });

  it('keeps logs to the function that writes them', () => {
    const body = `function note(text: string) { console.log('note', text); }
export async function run(text: string) { note(text); }`;
    expect(entryOf(body).events).toEqual([]);
  });
});

describe('tRPC', () => {
  it('finds the procedures of nested routers, with the session that a middleware has tested', () => {
    const workspace = openWorkspace({
      ...base,
      'server/trpc.ts': `import { initTRPC, TRPCError } from '@trpc/server';
const t = initTRPC.create();
export const router = t.router;
export const open = t.procedure;
export const closed = t.procedure.use(async ({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next();
});`,
      'server/orders.ts': `import { z } from 'zod';
import { prisma } from '@/lib/db';
import { closed, open, router } from './trpc';
export const orders = router({
  all: open.query(() => prisma.order.findMany()),
  admin: router({
    remove: closed.input(z.object({ id: z.string() })).mutation(({ input }) => prisma.order.delete({ where: { id: input.id } })),
  }),
});`,
    });
    const all = guardIn(workspace, 'server/orders.ts', 'all');
    const remove = guardIn(workspace, 'server/orders.ts', 'admin.remove');
    expect([all.entry.kind, all.state]).toEqual(['procedure', 'unguarded']);
    expect([remove.entry.kind, remove.state, remove.entry.validated]).toEqual(['procedure', 'guarded', true]);
    const [effect] = remove.entry.effects;
    const where = effect?.args.k === 'object' ? effect.args.props['where'] : undefined;
    expect(where?.k === 'object' ? where.props['id']?.k : undefined).toBe('parsed');
  });
});
