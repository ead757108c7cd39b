/** An empty PostgreSQL in memory, and migrations applied to it as Prisma does. */
import { given } from '../base/given.ts';
import { messages, PGlite, type Extension } from '@electric-sql/pglite';
import shipped from './extensions.json' with { type: 'json' };
import type { ReplayAnswer, ReplayFailure, ReplayRequest } from '../embedded/messages.ts';

type Migration = ReplayRequest['migrations'][number];

/**
 * A database with nothing in it. Each is used for one request, since a migration may leave anything behind: roles, settings,
 * other databases.
 * @param texts what will be run. Of the extensions beside this program, those of PostgreSQL's own collection that applications use,
 * only the ones they name are loaded.
 */
export function createDatabase(texts: readonly string[]): Promise<PGlite> {
  const extensions: { [name: string]: Extension } = {};
  for (const name of shipped)
    if (texts.some((text) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'i').test(text)))
      extensions[name] = {
        name,
        setup: async () => ({ bundlePath: new URL(`./${name}.tar.gz`, import.meta.url) }),
      };
  return PGlite.create({ extensions });
}

/** A simple query of PostgreSQL's protocol: all statements of a text in one message. */
function simpleQuery(sql: string): Uint8Array {
  const text = new TextEncoder().encode(sql);
  const message = new Uint8Array(text.length + 6);
  message[0] = 'Q'.charCodeAt(0);
  new DataView(message.buffer).setInt32(1, text.length + 5);
  message.set(text, 5);
  return message;
}

type Failure = Omit<ReplayFailure, 'migration'>;

/** Runs a text as one message, which is one transaction unless it says otherwise. @returns what went wrong */
async function runWhole(db: PGlite, sql: string): Promise<Failure | undefined> {
  // The protocol's strings end at a NUL: what stands behind it would be left out in silence.
  if (sql.includes('\0')) return { code: '22021', message: 'the migration holds a NUL character', done: 0 };
  const { messages: answers } = await db.execProtocol(simpleQuery(sql), { throwOnError: false });
  let done = 0;
  for (const message of answers) {
    if (message.name === 'commandComplete') done++;
    if (!(message instanceof messages.DatabaseError)) continue;
    const { code = 'XX000', detail, hint, position } = message;
    return {
      code,
      message: message.message,
      done,
      ...given({ detail, hint, position: position === undefined ? undefined : Number(position) }),
    };
  }
  return undefined;
}

/** `CONCURRENTLY` and other statements inside a transaction; an enum value used in the transaction that added it. */
const transactionTroubles = new Set(['25001', '55P04']);

async function runMigration(
  db: PGlite,
  { sql, statements }: Migration,
): Promise<{ failure?: Failure; stepwise: boolean }> {
  const failure = await runWhole(db, sql);
  if (!failure) return { stepwise: false };
  await runWhole(db, 'ROLLBACK');
  if (!transactionTroubles.has(failure.code)) return { failure, stepwise: false };
  for (const { start, end } of statements) {
    if (!(await runWhole(db, sql.slice(start, end)))) continue;
    await runWhole(db, 'ROLLBACK');
    return { failure, stepwise: false };
  }
  return { stepwise: true };
}

/**
 * Makes what the migrations need and none of them makes.
 * @throws when PostgreSQL refuses it
 */
export async function prepare(db: PGlite, sql: string): Promise<void> {
  const failure = sql === '' ? undefined : await runWhole(db, sql);
  if (failure) throw new Error(`\`initShadowDb\` fails: ${failure.message}`);
}

/** Applies migrations in order until one fails. */
export async function replay(
  db: PGlite,
  migrations: readonly Migration[],
): Promise<Pick<ReplayAnswer, 'applied' | 'failure' | 'stepwise'>> {
  const stepwise: number[] = [];
  for (const [index, migration] of migrations.entries()) {
    const result = await runMigration(db, migration);
    if (result.failure) return { applied: index, failure: { ...result.failure, migration: index }, stepwise };
    if (result.stepwise) stepwise.push(index);
  }
  return { applied: migrations.length, stepwise };
}
