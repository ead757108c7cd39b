/** A line above each new migration: what it destroys, what it locks, and which code it breaks. */
import type { CodeLens } from 'vscode-languageserver/node';
import { CodeLensRefreshRequest } from 'vscode-languageserver/node';
import { z } from 'zod/mini';
import { plural } from '../../src/report/model.ts';
import type { HistoryMigration } from '../../src/engine.ts';
import type { Finding } from '../../src/run/finding.ts';
import type { ServerContext } from '../context.ts';
import type { Commands } from './commands.ts';

/** The command of our extension that shows places of a file. */
const showPlacesCommand = 'backendSpecialist.showPlaces';

/** For editors without our extension: goes to a place. */
export const showPlaceCommand = 'backendSpecialist.showPlace';

/** Names that fit into one line. */
const maxNames = 3;

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const rest = unique.length - maxNames;
  return unique.slice(0, maxNames).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What a message speaks of, which it names first: `Order.note`, or a model. */
const nameIn = ({ message }: Finding) => /`([^`]+)`/.exec(message)?.[1];

/** `2 destructive · 1 locks orders · code still reads Order.note`. @param findings of the migration's file */
export function lensTitle(findings: readonly Finding[], { locks }: Pick<HistoryMigration, 'locks'>): string {
  const of = (rule: string) => findings.filter((finding) => finding.rule === rule);
  const destructive = of('destructive-migration').length;
  const locking = of('unsafe-migration');
  const breaking = of('migration-breaks-code');
  const parts: string[] = [];
  if (destructive > 0) parts.push(`${destructive} destructive`);
  if (locking.length > 0) {
    const tables = locks.filter(({ span }) => locking.some(({ start }) => start === span.start));
    const names = listed(tables.map(({ table }) => table).filter((table) => table !== ''));
    const verb = locking.length === 1 ? 'locks' : 'lock';
    // A step that only fails on rows, or of which no table is known, has no name to show.
    parts.push(names === '' ? plural(locking.length, 'risky step') : `${locking.length} ${verb} ${names}`);
  }
  if (breaking.length > 0) {
    const names = listed(breaking.flatMap((finding) => nameIn(finding) ?? []));
    parts.push(names === '' ? 'code still uses what goes' : `code still reads ${names}`);
  }
  return parts.length > 0 ? parts.join(' · ') : 'nothing destructive · no locks';
}

export function registerCodeLens(context: ServerContext, commands: Commands): void {
  const { connection, client, documents, folders } = context;

  connection.onCodeLens(async ({ textDocument }, token): Promise<CodeLens[] | null> => {
    const located = folders.locate(textDocument.uri);
    if (!located) return null;
    const { folder, file } = located;
    const engine = await folder.ready;
    await documents.opened(textDocument.uri);
    if (token.isCancellationRequested || !folder.settings.codeLens || !folder.knows(file)) return null;
    const migration = engine.migration(file);
    if (!migration?.isNew) return null;
    const findings = folder
      .check(file)
      .findings.filter(({ rule }) =>
        /^(destructive-migration|unsafe-migration|migration-breaks-code)$/.test(rule),
      );
    const uri = documents.spelling(textDocument.uri);
    const ranges = findings.map(({ range }) => range);
    const start = { line: 0, character: 0 };
    return [
      {
        range: { start, end: start },
        command: {
          title: lensTitle(findings, migration),
          // A title alone: there is nothing to go to.
          command: ranges.length === 0 ? '' : client.isOurs ? showPlacesCommand : showPlaceCommand,
          arguments: [uri, ranges],
        },
      },
    ];
  });

  const placesSchema = z.object({
    uri: z.string(),
    ranges: z.array(
      z.object({
        start: z.object({ line: z.number(), character: z.number() }),
        end: z.object({ line: z.number(), character: z.number() }),
      }),
    ),
  });
  commands.on(showPlaceCommand, async ([uri, ranges]) => {
    const places = placesSchema.safeParse({ uri, ranges });
    const selection = places.data?.ranges[0];
    if (places.data && selection && client.showsDocuments)
      await connection.window.showDocument({ uri: places.data.uri, selection, takeFocus: true });
    return null;
  });

  // Findings may come from elsewhere (code that still reads a column, the index): the editor asks again.
  let waiting = false;
  folders.onResult((_folder, file) => {
    if (!client.refreshesCodeLenses || waiting || !file.endsWith('/migration.sql')) return;
    waiting = true;
    context.onSettled(() => {
      waiting = false;
      connection
        .sendRequest(CodeLensRefreshRequest.type)
        .catch((error: unknown) => context.log(`Code lenses are not refreshed: ${String(error)}`));
    });
  });
}
