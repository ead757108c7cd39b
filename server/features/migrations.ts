/** Migrations: their status on the embedded PostgreSQL, and where new ones are made. */
import { EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { migrationStatus, type MigrationStatus } from '../../src/embedded/status.ts';
import { packageManagerOf, runnerOf } from '../../src/host/packageManager.ts';
import { renderMigrationsMarkdown } from '../../src/report/migrations.ts';
import {
  migrationStatusRequest,
  migrationTargetsRequest,
  type MigrationStatusResult,
  type MigrationTarget,
} from '../../src/protocol/requests.ts';
import { existsSync, readFileSync } from 'node:fs';
import { MessageType, ShowMessageNotification, type CancellationToken } from 'vscode-languageserver/node';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';
import { whenIndexed } from '../indexed.ts';
import type { Commands } from './commands.ts';

/** For editors without our extension: answers with the document, and shows a line. */
export const migrationStatusCommand = 'backendSpecialist.showMigrationStatus';

export interface MigrationsFeature {
  /** Ends the process of the embedded PostgreSQL, if one runs. */
  dispose(): void;
}

/** In the order of what needs attention. */
const verdicts = { failed: 'fail', unknown: 'could not be checked', ok: 'are in step' } as const;

/** `prisma/schema.prisma: the migrations are in step`. */
function summaryOf(statuses: readonly MigrationStatus[]): string {
  if (statuses.length === 0) return 'No Prisma schema for PostgreSQL was found.';
  return statuses
    .map(({ schema, verdict, step }) =>
      step.state === 'behind'
        ? `${schema} has changes that no migration holds`
        : `${schema}: the migrations ${verdicts[verdict]}`,
    )
    .join('. ');
}

function readIfThere(absolute: string): string | undefined {
  if (!existsSync(absolute)) return undefined;
  // Only a manifest is read for what it says; of other files it counts that they are there.
  return absolute.endsWith('package.json') ? readFileSync(absolute, 'utf8') : '';
}

export function registerMigrations(context: ServerContext, commands: Commands): MigrationsFeature {
  const { connection, client, documents, folders, log } = context;
  const postgres = new EmbeddedPostgres({
    trusted: client.trusted,
    onProcess: (event, pid) => log(`The embedded PostgreSQL has ${event} (process ${pid}).`),
  });

  async function statusOf(token: CancellationToken | undefined): Promise<MigrationStatusResult> {
    await whenIndexed(context);
    const abort = new AbortController();
    token?.onCancellationRequested(() => abort.abort());
    const found: { folder: Folder; status: MigrationStatus }[] = [];
    for (const folder of folders.all())
      for (const history of folder.engine?.histories() ?? []) {
        const { timeoutMs } = folder.settings;
        const status = await migrationStatus(history, postgres, {
          signal: abort.signal,
          deadlineMs: timeoutMs,
        });
        found.push({ folder, status });
      }
    const statuses = found.map(({ status }) => status);
    const failed = found.find(({ status }) => status.failure);
    const folderOf = new Map(
      found.flatMap(({ folder, status }) => [
        ...status.migrations.map(({ file }) => [file, folder] as const),
        ...(status.failure ? [[status.failure.file, folder] as const] : []),
      ]),
    );
    // The Markdown preview of VS Code opens no `file:` links; our client has a button instead.
    const linkOf = (file: string, line: number) => {
      if (client.isOurs) return undefined;
      const folder = folderOf.get(file);
      return folder && `${documents.spelling(folder.uriOf(file))}#L${line + 1}`;
    };
    return migrationStatusRequest.result.parse({
      summary: summaryOf(statuses),
      markdown: renderMigrationsMarkdown(statuses, linkOf),
      ...(failed?.status.failure
        ? {
            failure: {
              uri: documents.spelling(failed.folder.uriOf(failed.status.failure.file)),
              ...(failed.status.failure.range ? { range: failed.status.failure.range } : {}),
            },
          }
        : {}),
      schemas: statuses.map(({ schema, verdict, step, migrations }) => ({
        schema,
        verdict,
        step: step.state,
        migrations: migrations.map(({ name, applies }) => ({ name, applies })),
      })),
    });
  }

  connection.onRequest(migrationStatusRequest.method, async (params: unknown, token) => {
    migrationStatusRequest.params.parse(params ?? {});
    return statusOf(token);
  });

  connection.onRequest(migrationTargetsRequest.method, async (params: unknown) => {
    migrationTargetsRequest.params.parse(params ?? {});
    await whenIndexed(context);
    return migrationTargetsRequest.result.parse(
      folders
        .all()
        .flatMap((folder) => (folder.engine?.histories() ?? []).map((one) => targetOf(folder, one))),
    );
  });

  function targetOf(
    folder: Folder,
    {
      schema,
      folder: migrations,
      home,
      needsSchema,
    }: { schema: string; folder: string; home: string; needsSchema: boolean },
  ): MigrationTarget {
    const cwd = home === '' ? folder.root : folder.host.absolute(home);
    const schemaOption = needsSchema ? ['--schema', home === '' ? schema : folder.host.absolute(schema)] : [];
    return {
      schema,
      migrations: folder.uriOf(migrations),
      cwd,
      command: [
        ...runnerOf(packageManagerOf(cwd, folder.root, readIfThere)),
        'prisma',
        'migrate',
        'dev',
        '--create-only',
        ...schemaOption,
      ],
    };
  }

  commands.on(migrationStatusCommand, async () => {
    const { summary, markdown } = await statusOf(undefined);
    await connection.sendNotification(ShowMessageNotification.type, {
      type: MessageType.Info,
      message: summary,
    });
    return markdown;
  });

  return { dispose: () => postgres.dispose() };
}
