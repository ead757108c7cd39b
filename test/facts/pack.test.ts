/** Packed facts are the facts again. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadShellParser } from '../../src/facts/commands.ts';
import { extractFacts } from '../../src/facts/extract.ts';
import { packFacts, unpackFacts } from '../../src/facts/pack.ts';
import { loadSqlParser } from '../../src/facts/sql.ts';

const app = path.resolve(import.meta.dirname, '../apps/shop-twin');
const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter(
  (file) => !/(^|\/)node_modules\//.test(file) && /\.(tsx?|prisma|sql|json|ya?ml)$/.test(file),
);

beforeAll(async () => {
  await Promise.all([loadSqlParser(), loadShellParser()]);
});

describe('facts of every file of an app', () => {
  test.each(files)('%s', (file) => {
    const { facts } = extractFacts(file, readFileSync(path.join(app, file), 'utf8'));
    const line = packFacts(facts);
    expect(line).not.toContain('\n');
    expect(unpackFacts(line)).toEqual(JSON.parse(JSON.stringify(facts)));
  });
});

test('places in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 29 })), (spans) => {
      const { facts } = extractFacts('a.ts', 'export {}');
      expect(unpackFacts(packFacts({ ...facts, spans }))?.spans).toEqual(spans);
    }),
  );
});

test('any text in a literal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { facts } = extractFacts('a.ts', `export const a = ${JSON.stringify(text)};`);
      expect(unpackFacts(packFacts(facts))).toEqual(JSON.parse(JSON.stringify(facts)));
    }),
  );
});

test.each(['', '{', '[]', '[[],1]', 'null', '[[["a"]],'])('a line that is torn: %s', (line) => {
  expect(unpackFacts(line)).toBeUndefined();
});
