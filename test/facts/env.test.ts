import { describe, expect, test } from 'vitest';
import { extractEnv } from '../../src/facts/env.ts';
import { checkExtractor } from './spans.ts';

const sample = `# Database é
DATABASE_URL="postgresql://u:s3cret@localhost:5432/app" # local
export AUTH_SECRET=
PORT = 3000
DEBUG=true
API_URL=$HOST/api
KEY='-----BEGIN
two lines-----'

STRIPE_KEY=<your-key>
TOKEN=ab#cd # note
not an assignment
`;

describe('extractEnv', () => {
  const facts = extractEnv(sample);

  test('finds keys at their places', () => {
    expect(facts.entries.map((entry) => entry.key)).toEqual([
      'DATABASE_URL',
      'AUTH_SECRET',
      'PORT',
      'DEBUG',
      'API_URL',
      'KEY',
      'STRIPE_KEY',
      'TOKEN',
    ]);
    for (const entry of facts.entries)
      expect(sample.slice(entry.keySpan.start, entry.keySpan.end)).toBe(entry.key);
    const value = (key: string): string | undefined => {
      const found = facts.entries.find((entry) => entry.key === key);
      return found && sample.slice(found.valueSpan.start, found.valueSpan.end);
    };
    expect(value('DATABASE_URL')).toBe('postgresql://u:s3cret@localhost:5432/app');
    expect(value('KEY')).toBe('-----BEGIN\ntwo lines-----');
    expect(value('TOKEN')).toBe('ab#cd');
    expect(value('AUTH_SECRET')).toBe('');
  });

  test('tells shapes and comments', () => {
    expect(Object.fromEntries(facts.entries.map((entry) => [entry.key, entry.shape]))).toEqual({
      DATABASE_URL: 'url',
      AUTH_SECRET: 'empty',
      PORT: 'number',
      DEBUG: 'boolean',
      API_URL: 'reference',
      KEY: 'text',
      STRIPE_KEY: 'placeholder',
      TOKEN: 'text',
    });
    expect(facts.entries[0]?.comment).toBe('local');
    expect(facts.entries.filter((entry) => entry.empty).map((entry) => entry.key)).toEqual(['AUTH_SECRET']);
    expect(facts.problems).toHaveLength(1);
  });

  test('no value reaches the facts', () => {
    expect(JSON.stringify(facts)).not.toMatch(/s3cret|BEGIN|ab#cd/);
  });

  test('any text gives spans inside the text and never throws', () => {
    checkExtractor(extractEnv, sample, ['A', '=', '#', 'export ', '"', '`', '\\']);
  });
});
