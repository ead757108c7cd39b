/** Settings of the editor, and the folders it has open. Settings only add to the configuration file, for this editor. */
import { z } from 'zod/mini';
import { DidChangeConfigurationNotification } from 'vscode-languageserver/node';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';

const section = 'backendSpecialist';

const settingsSchema = z.object({
  rules: z.optional(z.record(z.string(), z.enum(['error', 'warning', 'info', 'hint', 'off']))),
  map: z.optional(z.object({ codeLens: z.optional(z.boolean()), updateOnSave: z.optional(z.boolean()) })),
  migrations: z.optional(
    z.object({
      codeLens: z.optional(z.boolean()),
      /** Seconds. */
      timeout: z.optional(z.number().check(z.minimum(1), z.maximum(600))),
    }),
  ),
});

export function registerConfiguration(context: ServerContext): void {
  const { connection, client, folders } = context;

  async function read(folder: Folder): Promise<void> {
    if (!client.hasConfiguration) return;
    const given: unknown = await connection.workspace.getConfiguration({
      scopeUri: folder.uriOf(''),
      section,
    });
    const settings = settingsSchema.safeParse(given ?? {});
    if (!settings.success) {
      context.log(`The settings of ${folder.name} are not valid: ${z.prettifyError(settings.error)}`);
      return;
    }
    const { rules = {}, map, migrations } = settings.data;
    folder.setOverrides({ rules });
    folder.settings = {
      migrationLens: migrations?.codeLens ?? true,
      guardLens: map?.codeLens ?? true,
      updatesMapOnSave: map?.updateOnSave ?? false,
      timeoutMs: (migrations?.timeout ?? 20) * 1000,
    };
    context.wake();
  }

  const readAll = () => {
    for (const folder of folders.all())
      void folder.ready
        .then(() => read(folder))
        .catch((error: unknown) => context.log(`Settings cannot be read: ${String(error)}`));
  };

  folders.onOpen((folder) => {
    read(folder).catch((error: unknown) => context.log(`Settings cannot be read: ${String(error)}`));
  });
  connection.onDidChangeConfiguration(readAll);

  context.onInitialized(() => {
    if (client.registersConfiguration)
      connection.client
        .register(DidChangeConfigurationNotification.type, { section })
        .catch((error: unknown) => context.log(`Settings are not watched: ${String(error)}`));
    if (client.changesFolders)
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        folders.change(
          added.map(({ uri }) => uri),
          removed.map(({ uri }) => uri),
        );
        context.wake();
      });
  });
}
