import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.ts';
import { escapeMarkdown } from '../../src/map/markdown/text.ts';
import { openApp } from '../kit/apps.ts';

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
    '**Guarded**: requireUser\\(\\) ([lib/actions/order\\.actions\\.ts:15](./order.actions.ts#L15)) → auth\\(\\) reads the session ([lib/auth\\-guards\\.ts:11](../auth-guards.ts#L11))',
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

test('a service and a guard: what they touch or prove, who imports them', () => {
  const service = hover(shop, 'lib/services/order.service.ts', 'export async function markPaid', 'markPaid');
  expect(service).toContain('Writes Order');
  expect(service).toContain('Imported by');
  expect(hover(shop, 'lib/auth-guards.ts', 'export async function requireUser', 'requireUser')).toMatch(
    /^\*\*Guard\*\*: returns only after auth/,
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
