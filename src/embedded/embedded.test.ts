/** What is made of PostgreSQL's answers; the process itself is tested in test/embedded. */
import { describe, expect, it } from 'vitest';
import { notSimulable } from './notSimulable.ts';
import { failureSpan } from './place.ts';
import { warningsOf } from './status.ts';

describe('the place of an error', () => {
  const text = 'SELECT 1;\nSELECT "é 👩", nope FROM t;\nDROP TABLE gone;';
  const statements = ['SELECT 1', 'SELECT "é 👩", nope FROM t', 'DROP TABLE gone'].map((statement) => ({
    start: text.indexOf(statement),
    end: text.indexOf(statement) + statement.length,
  }));
  const at = (failure: { position?: number; done: number }) => {
    const { start, end } = failureSpan(text, statements, failure);
    return text.slice(start, end);
  };

  it('is the word at a position, which counts characters and not UTF-16 units', () => {
    // Characters: the emoji is one of them and two units.
    const before = Array.from(text.slice(0, text.indexOf('nope')));
    expect(before).toHaveLength(text.indexOf('nope') - 1);
    expect(at({ position: before.length + 1, done: 1 })).toBe('nope');
    expect(at({ position: 18, done: 1 })).toBe('"é 👩"');
  });

  it('is the statement that was next where there is no position', () => {
    expect(at({ done: 2 })).toBe('DROP TABLE gone');
    expect(at({ done: 0 })).toBe('SELECT 1');
  });

  it('lies in the text whatever is said', () => {
    expect(at({ position: 10_000, done: 0 })).toBe('SELECT 1');
    expect(at({ done: 99 })).toBe('DROP TABLE gone');
    expect(failureSpan('', [], { done: 0 })).toEqual({ start: 0, end: 0 });
  });
});

describe('an error that says nothing about the migration', () => {
  it.each([
    ['0A000', 'extension "vector" is not available'],
    ['58P01', 'could not open extension control file "/share/postgis.control": No such file or directory'],
    ['42704', 'type "vector" does not exist'],
    ['42704', 'role "authenticated" does not exist'],
    ['3F000', 'schema "auth" does not exist'],
    ['58P01', 'could not open file "/etc/passwd" for reading: No such file or directory'],
    ['53200', 'out of memory'],
    ['42704', 'collation "de-x-icu" for encoding "UTF8" does not exist'],
  ])('%s %s', (code, message) => {
    expect(notSimulable({ code, message })).toMatch(/^it /);
  });

  it.each([
    ['42P01', 'relation "Order" does not exist'],
    ['42P07', 'relation "User" already exists'],
    ['42601', 'syntax error at or near "ALTR"'],
    ['42704', 'type "Role" does not exist'],
    ['55P04', 'unsafe use of new value "X" of enum type "Role"'],
    ['3F000', 'schema "shop" does not exist'],
    ['0A000', 'cannot alter type of a column used by a view or rule'],
  ])('is not %s %s', (code, message) => {
    expect(notSimulable({ code, message })).toBeUndefined();
  });
});

it("Prisma's warnings are read from the comment above the SQL, and from nowhere else", () => {
  const sql =
    '/*\n  Warnings:\n\n  - You are about to drop the column `a`.\n  - Added the required column `b`.\n\n*/\nSELECT 1; /*\n  Warnings:\n\n  - no\n*/';
  expect(warningsOf(sql)).toEqual([
    'You are about to drop the column `a`.',
    'Added the required column `b`.',
  ]);
  expect(warningsOf('-- AlterTable\nSELECT 1;')).toEqual([]);
});
