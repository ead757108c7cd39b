/**
 * The process in which the migrations of a workspace are run. It is started by `src/embedded`, with no rights but to read its own
 * folder, and killed from there; SQL may hang it or bring it down.
 */
import { stripVTControlCharacters } from 'node:util';
import { Worker } from 'node:worker_threads';
import { replayRequestSchema, type ReplayAnswer, type ReplayRequest } from '../embedded/messages.ts';
import { createDatabase, prepare, replay } from './database.ts';
import { nextMigration } from './schemaEngine.ts';

// Whoever started this process may die while a statement blocks this thread.
/** 1 while migrations run. */
const working = new Int32Array(new SharedArrayBuffer(4));
new Worker(new URL('./watchdog.mjs', import.meta.url), {
  argv: process.argv.slice(2),
  workerData: working,
}).unref();

const send = (message: object) => process.send?.(message);

async function answer(request: ReplayRequest): Promise<ReplayAnswer> {
  const { id, migrations, schema, before = '', external } = request;
  const texts = [
    before,
    ...migrations.map(({ sql }) => sql),
    ...(schema ?? []).map(({ content }) => content),
  ];
  const db = await createDatabase(texts);
  send({ begun: id });
  Atomics.store(working, 0, 1);
  await prepare(db, before);
  const result = await replay(db, migrations);
  const answered = { id, ...result };
  if (result.failure || !schema) return answered;
  try {
    return { ...answered, next: await nextMigration(db, schema, external) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ...answered, problem: stripVTControlCharacters(text) };
  } finally {
    await db.close();
  }
}

process.on('message', (message) => {
  const request = replayRequestSchema.parse(message);
  answer(request)
    .then(send, (error: unknown) =>
      send({ id: request.id, broken: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => Atomics.store(working, 0, 0));
});
process.on('disconnect', () => process.exit());
