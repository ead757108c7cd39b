import { beforeAll, describe, expect, test } from 'vitest';
import type { Span } from '../../src/base/span.ts';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import type { SqlAlterCommand, SqlStatement } from '../../src/facts/sqlModel.ts';
import { scanSql } from '../../src/facts/sqlTokens.ts';
import { checkExtractor } from './spans.ts';

const sample = `/*
  Warnings:

  - You are about to drop the column \`nôte\` on the \`Order\` table. All the data in the column will be lost. 😀

*/
-- AlterTable
ALTER TABLE "public"."Order" DROP COLUMN "nôte",
ADD COLUMN     "memo" VARCHAR(20) NOT NULL DEFAULT 'a,b';

-- AlterEnum
BEGIN;
CREATE TYPE "Status_new" AS ENUM ('DRAFT', 'LIVE');
ALTER TABLE "Order" ALTER COLUMN "status" TYPE "Status_new" USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
COMMIT;
DROP TABLE IF EXISTS "a", "B"."c" CASCADE;
DO $body$ BEGIN IF true THEN DELETE FROM "Order"; END IF; EXECUTE 'DROP TABLE "X"'; END $body$;
`;

const at = (text: string, span: Span): string => text.slice(span.start, span.end);
const one = (text: string): SqlStatement => {
  const facts = extractSql(text);
  expect(facts.problems).toEqual([]);
  const [statement] = facts.statements;
  if (!statement) throw new Error('no statement');
  return statement;
};
const command = (text: string): SqlAlterCommand => {
  const statement = one(`ALTER TABLE t ${text}`);
  if (statement.kind !== 'alter-table' || !statement.commands[0]) throw new Error('no command');
  return statement.commands[0];
};

beforeAll(loadSqlParser);

describe('extractSql', () => {
  test('places are UTF-16 behind other characters', () => {
    const facts = extractSql(sample);
    expect(facts.problems).toEqual([]);
    const [first] = facts.statements;
    if (first?.kind !== 'alter-table') throw new Error('not an ALTER TABLE');
    expect(first.table).toMatchObject({ schema: 'public', name: 'Order' });
    expect(at(sample, first.table.span)).toBe('"public"."Order"');
    expect(first.commands.map((item) => at(sample, item.span))).toEqual([
      'DROP COLUMN "nôte"',
      `ADD COLUMN     "memo" VARCHAR(20) NOT NULL DEFAULT 'a,b'`,
    ]);
    expect(first.commands[0]).toMatchObject({ command: 'drop-column', column: 'nôte' });
    expect(at(sample, first.span).endsWith(`'a,b'`)).toBe(true);
  });

  test('every statement of Prisma has its kind', () => {
    expect(extractSql(sample).statements.map((statement) => statement.kind)).toEqual([
      'alter-table',
      'transaction',
      'create-enum',
      'alter-table',
      'rename',
      'transaction',
      'drop',
      'do',
    ]);
  });

  test('names in drops have their own places', () => {
    const text = 'DROP TABLE IF EXISTS "a", "B"."c", d CASCADE';
    const statement = one(text);
    if (statement.kind !== 'drop') throw new Error('not a DROP');
    expect(statement).toMatchObject({ object: 'table', cascade: true, ifExists: true });
    expect(statement.names.map((name) => at(text, name.span))).toEqual(['"a"', '"B"."c"', 'd']);
    for (const [sql, object] of [
      ['DROP TYPE "public"."E"', 'type'],
      ['DROP SCHEMA x CASCADE', 'schema'],
      ['DROP INDEX CONCURRENTLY IF EXISTS "i"', 'index'],
      ['DROP MATERIALIZED VIEW v', 'materialized view'],
      ['DROP FUNCTION f(int)', 'function'],
      ['DROP TRIGGER g ON t', 'trigger'],
      ['DROP DATABASE d', 'database'],
      ['DROP EXTENSION e', 'extension'],
    ] as const) {
      const found = one(sql);
      expect(found).toMatchObject({ kind: 'drop', object });
      if (found.kind === 'drop') expect(at(sql, found.names[0]?.span ?? found.span)).not.toBe(sql);
    }
  });

  test('alter commands', () => {
    expect(command('ADD COLUMN a int')).toMatchObject({
      column: { name: 'a', notNull: false, default: 'none', type: { name: 'int4' } },
    });
    expect(command('ADD a uuid NOT NULL DEFAULT gen_random_uuid()')).toMatchObject({
      column: { notNull: true, default: 'volatile' },
    });
    expect(command('ADD a timestamp(3) DEFAULT CURRENT_TIMESTAMP')).toMatchObject({
      column: { default: 'stable', type: { name: 'timestamp', args: [3] } },
    });
    expect(command(`ADD a text[] DEFAULT ARRAY[]::text[]`)).toMatchObject({
      column: { default: 'constant', type: { array: true } },
    });
    expect(command('ADD a serial')).toMatchObject({ column: { identity: true, default: 'volatile' } });
    expect(command('ADD a int REFERENCES u(id) ON DELETE CASCADE')).toMatchObject({
      column: { references: { onDelete: 'cascade', table: { name: 'u' } } },
    });
    expect(command('ALTER a TYPE varchar(5) USING a::varchar(5)')).toMatchObject({
      command: 'alter-type',
      to: { name: 'varchar', args: [5] },
      using: true,
      usingCast: true,
    });
    expect(command('ALTER a SET NOT NULL')).toMatchObject({ command: 'set-not-null', column: 'a' });
    expect(command('ALTER a DROP NOT NULL')).toMatchObject({ command: 'drop-not-null' });
    expect(command('ALTER a SET DEFAULT 1')).toMatchObject({ command: 'set-default', default: 'constant' });
    expect(command('ALTER a DROP DEFAULT')).toMatchObject({ command: 'drop-default' });
    expect(command('DROP CONSTRAINT k')).toMatchObject({ command: 'drop-constraint', name: 'k' });
    expect(command('VALIDATE CONSTRAINT k')).toMatchObject({ command: 'validate-constraint' });
    expect(
      command('ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u(id) ON DELETE SET NULL NOT VALID'),
    ).toMatchObject({
      constraint: {
        type: 'foreign-key',
        columns: ['a'],
        notValid: true,
        references: { onDelete: 'set null' },
      },
    });
    expect(command('ADD CONSTRAINT k UNIQUE USING INDEX i')).toMatchObject({
      constraint: { type: 'unique', usingIndex: true },
    });
    expect(command('ADD CHECK (a > 0) NOT VALID')).toMatchObject({
      constraint: { type: 'check', notValid: true },
    });
    expect(command('ENABLE ROW LEVEL SECURITY')).toMatchObject({
      command: 'other',
      node: 'AT_EnableRowSecurity',
    });
  });

  test('renames, enums, indexes, schemas', () => {
    expect(one('ALTER TABLE "T" RENAME COLUMN a TO b')).toMatchObject({
      kind: 'rename',
      object: 'column',
      on: { name: 'T' },
      from: 'a',
      to: 'b',
    });
    expect(one('ALTER TABLE t RENAME TO u')).toMatchObject({ object: 'table', from: 't', to: 'u' });
    expect(one('ALTER TABLE t RENAME CONSTRAINT a TO b')).toMatchObject({ object: 'constraint', from: 'a' });
    expect(one('ALTER TYPE "E" RENAME TO "F"')).toMatchObject({ object: 'type', from: 'E', to: 'F' });
    expect(one(`ALTER TYPE "E" ADD VALUE IF NOT EXISTS 'x'`)).toMatchObject({
      kind: 'add-enum-value',
      value: 'x',
      ifNotExists: true,
    });
    expect(one(`ALTER TYPE "E" RENAME VALUE 'x' TO 'y'`)).toMatchObject({
      kind: 'rename-enum-value',
      from: 'x',
      to: 'y',
    });
    expect(one('CREATE UNIQUE INDEX CONCURRENTLY "i" ON "T"("a", lower(b)) WHERE c')).toMatchObject({
      kind: 'create-index',
      unique: true,
      concurrently: true,
      partial: true,
      columns: ['a', ''],
      table: { name: 'T' },
    });
    expect(one('ALTER TABLE t SET SCHEMA s')).toMatchObject({ kind: 'set-schema', schema: 's' });
  });

  test.each([
    ['DELETE FROM t', 'none'],
    ['DELETE FROM t WHERE true', 'trivial'],
    ['DELETE FROM t WHERE 1 = 1', 'trivial'],
    ['DELETE FROM t WHERE 1 = 2', 'some'],
    ['DELETE FROM t WHERE NULL = NULL', 'some'],
    ['DELETE FROM t WHERE a = 1 OR true', 'trivial'],
    ['DELETE FROM t WHERE a = 1 AND true', 'some'],
    ['DELETE FROM t WHERE NOT false', 'trivial'],
    ['DELETE FROM t WHERE a IS NOT NULL', 'not-null'],
    [`UPDATE t SET a = 1 WHERE 'x' = 'x'`, 'trivial'],
  ])('%s: where is %s', (sql, where) => {
    expect(one(sql)).toMatchObject({ where });
  });

  test('updates, inserts and data-changing WITH queries', () => {
    expect(one('UPDATE t SET b = a, c = COALESCE(c, 0)')).toMatchObject({
      sets: [
        { column: 'b', reads: ['a'], keeps: false },
        { column: 'c', reads: ['c'], keeps: true },
      ],
    });
    expect(one('INSERT INTO n (a) SELECT a FROM o')).toMatchObject({
      source: { whole: true, columns: ['a'], tables: [{ name: 'o' }] },
    });
    expect(one('INSERT INTO n SELECT * FROM o LIMIT 1')).toMatchObject({ source: { whole: false } });
    expect(one(`INSERT INTO n VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2`)).toMatchObject({
      onConflict: 'update',
    });
    const text = 'WITH gone AS (DELETE FROM o RETURNING *) INSERT INTO n SELECT * FROM gone';
    const facts = extractSql(text);
    expect(facts.statements.map((statement) => statement.kind)).toEqual(['delete', 'insert']);
    const [gone] = facts.statements;
    expect(gone?.kind === 'delete' && at(text, gone.clause)).toBe('DELETE FROM o');
  });

  test('reads the statements inside a DO block at their places', () => {
    const block = extractSql(sample).statements.at(-1);
    if (block?.kind !== 'do') throw new Error('no DO block');
    expect(block.language).toBe('plpgsql');
    expect(at(sample, block.bodySpan)).toBe(block.body);
    expect(block.inner.map((statement) => at(sample, statement.span))).toEqual([
      'DELETE FROM "Order"',
      'DROP TABLE "X"',
    ]);
  });

  test('a broken statement costs only itself', () => {
    const text = 'ALTR TABLE é;\nDROP TABLE "b";\nDELETE FROM c WHERE;\nSELECT \'unterminated';
    const facts = extractSql(text);
    expect(facts.statements.map((statement) => statement.kind)).toEqual([
      'unparsed',
      'drop',
      'unparsed',
      'unparsed',
    ]);
    expect(at(text, facts.statements[1]?.span ?? { start: 0, end: 0 })).toBe('DROP TABLE "b"');
    expect(facts.problems).toHaveLength(3);
    expect(facts.problems[0]?.message).toContain('ALTR');
  });

  test('comments keep their places; what looks like one inside a string is none', () => {
    const facts = extractSql(
      `-- one\nSELECT '--two', "--three", $$ --four $$; /* five /* nested */ */ -- six`,
    );
    expect(facts.comments.map((comment) => [comment.text, comment.ownLine])).toEqual([
      ['one', true],
      ['five /* nested */', false],
      ['six', false],
    ]);
  });

  test('any text gives spans inside the text and never throws', () => {
    checkExtractor(extractSql, sample, [
      'DROP ',
      'TABLE ',
      'ALTER ',
      ';',
      '--',
      '/*',
      '*/',
      '$$',
      'DO ',
      '(',
      ')',
      ',',
      '.',
      "E'\\",
      'u&"',
    ]);
  });
});

describe('scanSql', () => {
  test('tokens cover everything but white space', () => {
    const text = `SELECT E'a\\'b', U&"x""y", $t$ $$ $t$, 1.5e3, a.b FROM "é" -- end`;
    const tokens = scanSql(text);
    const gaps = tokens.map((token, index) => text.slice(tokens[index - 1]?.end ?? 0, token.start));
    expect(gaps.join('').trim()).toBe('');
    expect(tokens.at(-1)?.end).toBe(text.length);
    expect(tokens.filter((token) => token.type === 'string').map((token) => token.value)).toEqual([
      `a'b`,
      ' $$ ',
    ]);
    expect(tokens.some((token) => token.open)).toBe(false);
  });
});
