import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { escapeMarkdown } from '../../src/map/markdown/text.ts';
import { openApp } from '../kit/apps.ts';
import { notes, open as openNotes } from './kit.ts';

let shop: Engine;
let twin: Engine;

beforeAll(async () => {
  shop = (await openApp('shop')).engine;
  twin = (await openApp('shop-twin')).engine;
});

/** The hover in the middle of a word's first occurrence after a text. */
function hover(engine: Engine, file: string, after: string, word: string): string | undefined {
  const text = engine.text(file) ?? '';
  const at = text.indexOf(word, text.indexOf(after));
  const found = engine.hover(file, at + 1);
  if (found) expect(text.slice(found.start, found.end)).toBe(word);
  return found?.markdown;
}

test('an entry point: the path of the proof with links, the models', () => {
  const text = hover(shop, 'lib/actions/order.actions.ts', 'export async function placeOrder', 'placeOrder');
  expect(text).toContain(
    '**Guarded**: looked through requireUser\\(\\) ([lib/actions/order\\.actions\\.ts:15](./order.actions.ts#L15)) → auth\\(\\) reads the session ([lib/auth\\-guards\\.ts:11](../auth-guards.ts#L11)) → stops when there is no session ([lib/auth\\-guards\\.ts:12](../auth-guards.ts#L12))',
  );
  expect(text).toContain('Writes Order, OrderItem, Product');
});

test('an unguarded one names the access', () => {
  const text = hover(
    twin,
    'lib/actions/order.actions.ts',
    'export async function cancelOrder',
    'cancelOrder',
  );
  expect(text).toContain('**Not guarded**');
  expect(text).toContain('Reaches `order.update` at [lib/actions/order\\.actions\\.ts:');
});

test('a service and a guard: what they touch or prove, who calls them', () => {
  const service = hover(shop, 'lib/services/order.service.ts', 'export async function markPaid', 'markPaid');
  expect(service).toContain('Writes Order');
  expect(service).toContain('Reached from POST /api/webhooks/payments (guarded, [');
  expect(service).toContain('Called by 1 function');
  expect(hover(shop, 'lib/auth-guards.ts', 'export async function requireUser', 'requireUser')).toMatch(
    /^\*\*Guard\*\*: returns only after auth/,
  );
});

test('a call tells what is called, with links from where it stands', () => {
  const guard = hover(shop, 'lib/actions/order.actions.ts', 'const user = await', 'requireUser');
  expect(guard).toMatch(/^\*\*Guard\*\*: returns only after auth/);
  expect(guard).toContain('(../auth-guards.ts#L11)');
  expect(guard).toMatch(/Called by \d+ functions$/);
  const service = hover(shop, 'lib/actions/order.actions.ts', 'await orders.', 'placeOrder');
  expect(service).toContain('Writes in a transaction');
});

test('a service tells by whom it is reached, what nobody guards first', async () => {
  const file = 'lib/services/note.service.ts';
  const { engine } = await openNotes({
    ...notes,
    'lib/actions/open.actions.ts':
      "'use server';\nimport { addNote } from '@/lib/services/note.service';\nexport async function __add__() { await addNote('', ''); }\n",
  });
  expect(hover(engine, file, 'export async function addNote', 'addNote')).toMatch(
    /Reached from \\_\\_add\\_\\_ \(not guarded, \[.*\]\(\.\.\/actions\/open\.actions\.ts#L3\)\), saveNote \(guarded, .*\n\nCalled by 2 functions$/,
  );
});

test('a Prisma call: model, owner, limit', () => {
  const limited = hover(shop, 'lib/services/order.service.ts', 'prisma.$transaction([', 'findMany');
  expect(limited).toContain('**Order** · reads');
  expect(limited).toContain('Rows belong to a user through userId');
  const open = hover(twin, 'lib/services/product.service.ts', 'listAll', 'findMany');
  expect(open).toContain('List without a limit');
});

test('nothing where nothing is known', () => {
  expect(shop.hover('lib/actions/order.actions.ts', 0)).toBeUndefined();
  expect(shop.hover('package.json', 3)).toBeUndefined();
  expect(shop.hover('nowhere.ts', 3)).toBeUndefined();
});

test('text of the workspace is no Markdown', () => {
  expect(escapeMarkdown('a_b*[x](y)<img>`c`\n# d')).toBe('a\\_b\\*\\[x\\]\\(y\\)\\<img\\>\\`c\\` \\# d');
});
