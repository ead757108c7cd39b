/** Every statement of the table in docs/migrations.md against a real PostgreSQL with rows, and against what the rules say of it. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';
import { foldMigrations } from '../../src/prisma/dbState.ts';
import type { Hazard } from '../../src/prisma/hazard.ts';
import type { LockRisk } from '../../src/prisma/lockRisk.ts';
import { assessLocks } from '../../src/prisma/lockRisks.ts';
import { assessMigration } from '../../src/prisma/migration.ts';
import { schema } from './statements/database.ts';
import { statements } from './statements/index.ts';
import { Bench } from './statements/measure.ts';
import type { StatementRow } from './statements/model.ts';

let db: PGlite;
let bench: Bench;
beforeAll(async () => {
  await loadSqlParser();
  db = await PGlite.create();
  bench = new Bench(db);
}, 60_000);
afterAll(() => db.close());

function judge({ sql, setup = '' }: StatementRow): { hazards: Hazard[]; risks: LockRisk[] } {
  const facts = extractSql(sql);
  expect(facts.problems).toEqual([]);
  const before = foldMigrations([extractSql(schema), extractSql(setup)]);
  const hazards = assessMigration(facts, { before }, sql);
  return { hazards, risks: assessLocks(facts, { before, deployed: before, hazards }, sql) };
}

const inBrackets = (...words: (string | false)[]): string =>
  words.flatMap((word) => (word === false ? [] : ` (${word})`)).join('');
const asHazard = ({ kind, effect, certainty }: Hazard): string =>
  `${kind}${inBrackets(effect !== 'lost' && effect, certainty === 'possible' && certainty)}`;
const asRisk = ({ kind, fails, weight }: LockRisk): string =>
  `${kind}${inBrackets(fails && 'fails', weight !== 'full' && weight)}`;
const listed = (items: string[]): string | undefined => (items.length === 0 ? undefined : items.join(', '));

describe.each(statements)('$title', ({ rows }) => {
  test.each(rows)('$sql', async (row) => {
    const measured = await bench.effect(row);
    // The lock of what runs in no transaction is gone before anybody can look.
    const { lock, ...rest } = row.effect;
    expect(measured).toEqual(row.alone || lock === undefined ? rest : row.effect);
    const { hazards, risks } = judge(row);
    expect([listed(hazards.map(asHazard)), listed(risks.map(asRisk))]).toEqual([row.destructive, row.unsafe]);
    // A difference needs a reason, and a reason that isn't needed any more has to go.
    if (row.why === undefined) expect(differences(row, hazards, risks)).toEqual([]);
  });
});

/** Where what is told and what happens are not the same. */
function differences({ effect }: StatementRow, hazards: Hazard[], risks: LockRisk[]): string[] {
  const { rows = 0, values = 0, fails, rewritten = false } = effect;
  const isLost = rows + values > 0;
  const isTold = hazards.length + risks.length > 0;
  const canFail = hazards.some((hazard) => hazard.effect === 'rejected') || risks.some((risk) => risk.fails);
  const isRewrite = (risk: LockRisk): boolean => /^(rewrite|maintenance)/.test(risk.kind);
  const rules: [string, boolean][] = [
    ['a loss is told of', isLost && hazards.length === 0],
    [
      'what is told of is lost',
      !isLost && !fails && hazards.some(({ certainty }) => certainty === 'certain'),
    ],
    ['a failure is told of', fails === 'always' ? !isTold : fails !== undefined && !canFail],
    [
      'what is told to fail can fail',
      fails === undefined && risks.some((risk) => risk.fails && risk.weight === 'full'),
    ],
    ['a rewrite is told of', rewritten && hazards.length === 0 && !risks.some(isRewrite)],
    [
      'what is told to be rewritten is',
      !rewritten && risks.some((risk) => risk.kind.startsWith('rewrite') && risk.weight === 'full'),
    ],
  ];
  return rules.flatMap(([rule, isBroken]) => (isBroken ? [rule] : []));
}

test('the table is as long as it has to be, and no statement is in it twice', () => {
  const all = statements.flatMap(({ rows }) => rows.map(({ sql, setup = '' }) => `${setup}${sql}`));
  expect(all.length).toBeGreaterThanOrEqual(80);
  expect(all.filter((sql, index) => all.indexOf(sql) !== index)).toEqual([]);
});
