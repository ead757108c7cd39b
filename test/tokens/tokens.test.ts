/** Slices of the map answer what developers ask, for few tokens. */
import { expect, test } from 'vitest';
import { appFiles, openApp } from '../kit/apps.ts';
import { measure } from './measure.ts';
import { shopQuestions } from './questions.ts';

test('the tools answer the questions about the sample app whole, with a twentieth of what reading takes', async () => {
  const { engine } = await openApp('shop');
  const texts = new Map(Object.entries(appFiles('shop')).map(([file, text]) => [file, text ?? '']));
  const rows = measure(engine, texts, shopQuestions);
  expect(rows.length).toBeGreaterThanOrEqual(30);
  expect(rows.filter(({ missing }) => missing.length > 0)).toEqual([]);
  const sum = (of: 'answered' | 'read') => rows.reduce((total, row) => total + row[of], 0);
  expect(sum('answered') / sum('read')).toBeLessThan(0.05);
});

test('the map is made anew when a file has changed, and only then', async () => {
  const { engine } = await openApp('shop');
  const before = engine.map();
  expect(engine.map()).toBe(before);
  const file = 'lib/services/order.service.ts';
  engine.update([{ file, text: `\n${engine.text(file) ?? ''}` }]);
  const after = engine.map();
  const line = ({ apps }: typeof before) =>
    apps[0]?.entries.find(({ id }) => id.endsWith('#listOrders'))?.range.start.line;
  expect(line(after)).toBe((line(before) ?? 0) + 1);
  expect(engine.map()).toBe(after);
});
