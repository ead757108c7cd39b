/** `backend-specialist migrations`: which migrations apply, what they destroy, and whether the schema has changes without one. */
import { EmbeddedPostgres } from '../embedded/postgres.ts';
import { migrationStatus, type MigrationStatus } from '../embedded/status.ts';
import { plural } from '../base/plural.ts';
import { plain } from '../report/model.ts';
import { renderMigrationsJson, renderMigrationsPretty } from '../report/migrations.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError } from './exitCodes.ts';
import { findWorkspace } from './root.ts';
import { openSession } from './session.ts';
import { coloursFor, createProgress, write } from './terminal.ts';

const options = {
  format: { type: 'string', valueHint: 'pretty|json', description: 'How the status is written (pretty)' },
  'no-run': {
    type: 'boolean',
    description: 'Judge the files only; run none of their SQL (for code you do not trust)',
  },
  timeout: {
    type: 'string',
    valueHint: 'SECONDS',
    description: 'How long the migrations of one schema may run (20)',
  },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

const needsAttention = ({ verdict, migrations }: MigrationStatus) =>
  verdict === 'failed' || migrations.some(({ isNew, destructive }) => isNew && destructive > 0);

export const migrationsCommand: CommandSpec<typeof options> = {
  name: 'migrations',
  description:
    'Run the migrations on an embedded PostgreSQL and compare the result with the schema; no server is needed',
  options,
  async run({ format = 'pretty', 'no-run': noRun, timeout = '20', 'no-cache': noCache }) {
    if (format !== 'pretty' && format !== 'json')
      throw new UsageError(`unknown format "${format}". Use one of pretty, json.`);
    if (!/^\d{1,4}$/.test(timeout) || Number(timeout) === 0)
      throw new UsageError(`--timeout takes a whole number of seconds, not "${timeout}".`);
    const { root } = findWorkspace(process.cwd(), []);
    const { engine } = await openSession(root, { cache: !noCache, overrides: {} });
    const histories = engine.histories();
    // Whoever calls the command asks for its SQL to be run.
    const postgres = noRun
      ? undefined
      : new EmbeddedPostgres({ trusted: true, deadlineMs: Number(timeout) * 1000 });
    const progress = createProgress(process.stderr, () => performance.now());
    const statuses: MigrationStatus[] = [];
    try {
      for (const history of histories) {
        const text = `running ${plural(history.migrations.length, 'migration')} of ${plain(history.schema)}`;
        const ticking = setInterval(() => progress.update(text), 500);
        statuses.push(await migrationStatus(history, postgres).finally(() => clearInterval(ticking)));
      }
    } finally {
      progress.end();
      postgres?.dispose();
    }
    if (statuses.length === 0 && format === 'pretty')
      await write(process.stderr, 'No Prisma schema for PostgreSQL was found.\n');
    await write(
      process.stdout,
      format === 'json'
        ? renderMigrationsJson(root, statuses)
        : renderMigrationsPretty(statuses, coloursFor(process.stdout)),
    );
    return statuses.some(needsAttention) ? exitCodes.findings : exitCodes.clean;
  },
};
