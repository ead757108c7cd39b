/** Runs the statements of the table against a real PostgreSQL and puts down what became of rows, files and locks. */
import type { PGlite } from '@electric-sql/pglite';
import { rows, schema } from './database.ts';
import type { StatementEffect, StatementRow } from './model.ts';

type Seed = keyof typeof rows;

interface Table {
  oid: number;
  rows: number;
  file: number;
}

interface Picture {
  /** Tables, partitioned tables and materialized views. */
  relations: number[];
  tables: Map<number, Table>;
  values: Set<string>;
}

/** Lock modes, weakest first. */
const modes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
];
/** As SQL and the manual name them: `SHARE ROW EXCLUSIVE`. */
const named = (mode: string): string =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();

/** What one run of a statement did; `code`: the SQLSTATE of the error that it ended in. */
interface Run {
  code?: string;
  rows: number;
  values: number;
  rewritten: boolean;
  lock?: string;
}

export class Bench {
  private readonly db: PGlite;
  /** What is in the database, as a key of `prepare`. */
  private now = '';

  constructor(db: PGlite) {
    this.db = db;
  }

  /** The effects of a statement on rows that it fits and on rows that it may not fit. */
  async effect(row: StatementRow): Promise<StatementEffect> {
    const awkward = await this.run(row, 'awkward');
    const fitting = await this.run(row, 'fitting');
    const { rows: lostRows, values, rewritten } = awkward.code === undefined ? awkward : fitting;
    const out: StatementEffect = {};
    if (awkward.code !== undefined) out.fails = fitting.code === undefined ? 'some rows' : 'always';
    if (awkward.code !== undefined) out.code = awkward.code;
    if (lostRows > 0) out.rows = lostRows;
    if (values > 0) out.values = values;
    if (rewritten) out.rewritten = true;
    if (fitting.lock !== undefined) out.lock = fitting.lock;
    return out;
  }

  private async prepare(seed: Seed, setup: string): Promise<void> {
    const key = `${seed}\n${setup}`;
    if (this.now === key) return;
    await this.db
      .exec(`ROLLBACK; DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public;
SET search_path TO public; SET TIME ZONE 'UTC';`);
    await this.db.exec(schema);
    await this.db.exec(rows[seed]);
    await this.db.exec(setup);
    this.now = key;
  }

  private async run(row: StatementRow, seed: Seed): Promise<Run> {
    await this.prepare(seed, row.setup ?? '');
    const before = await this.look();
    const isAlone = row.alone === true;
    // Its own transaction would end the one that is rolled back.
    const sql = isAlone ? row.sql : row.sql.replaceAll(/^(BEGIN|COMMIT);\n?/gm, '');
    if (!isAlone) await this.db.exec('BEGIN');
    else this.now = '';
    try {
      await this.db.exec(sql);
      const lock = isAlone ? undefined : await this.strongest(before.relations);
      const after = await this.look();
      const rewritten = [...before.tables.values()].some((table) => {
        const same = after.tables.get(table.oid);
        return same !== undefined && same.rows > 0 && same.file !== table.file;
      });
      const count = (picture: Picture): number =>
        [...picture.tables.values()].reduce((sum, table) => sum + table.rows, 0);
      return {
        rows: Math.max(0, count(before) - count(after)),
        values: [...before.values].filter((value) => !after.values.has(value)).length,
        rewritten,
        ...(lock === undefined ? {} : { lock }),
      };
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      return { code: String(error.code), rows: 0, values: 0, rewritten: false };
    } finally {
      if (!isAlone) await this.db.exec('ROLLBACK');
    }
  }

  /** All tables with their rows, and all values of all rows as text. */
  private async look(): Promise<Picture> {
    const { rows: found } = await this.db.query<{ oid: number; name: string; file: number; kind: string }>(
      `SELECT c.oid::int AS oid, c.oid::regclass::text AS name, pg_relation_filenode(c.oid)::int AS file, relkind AS kind FROM pg_class c
JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema') AND relpersistence <> 't'`,
    );
    const picture: Picture = { relations: found.map(({ oid }) => oid), tables: new Map(), values: new Set() };
    for (const { oid, name, file, kind } of found) {
      if (kind !== 'r') continue;
      const [count] = (await this.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ONLY ${name}`))
        .rows;
      picture.tables.set(oid, { oid, rows: count?.n ?? 0, file });
      const all = await this.db.query<{ v: string }>(
        `SELECT x.value AS v FROM ONLY ${name} AS r, json_each_text(to_json(r)) AS x WHERE x.value IS NOT NULL`,
      );
      for (const { v } of all.rows) picture.values.add(comparable(v));
    }
    return picture;
  }

  private async strongest(oids: readonly number[]): Promise<string | undefined> {
    const { rows: held } = await this.db.query<{ mode: string }>(
      `SELECT mode FROM pg_locks WHERE granted AND relation::int = ANY($1)`,
      [oids],
    );
    const rank = Math.max(-1, ...held.map(({ mode }) => modes.indexOf(mode)));
    const mode = modes[rank];
    return mode === undefined ? undefined : named(mode);
  }
}

/** A value by what it means: `1.50` is `1.5`, midnight is the day, UTC may be said or not, and JSON may be laid out in any way. */
function comparable(value: string): string {
  const text = value.trim();
  if (/^-?\d{1,12}\.\d+$/.test(text)) return String(Number(text));
  return text
    .replaceAll(/\s+(?=[:}\]])|(?<=[:,[]) /g, '')
    .replace(/\+00(:00)?$/, '')
    .replace(/T00:00:00$/, '');
}
