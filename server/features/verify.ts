/** *Verify*, for an editor: the steps of the command line, on an engine that is warm and knows what is typed. */
import type { CancellationToken } from 'vscode-languageserver/node';
import { changedFiles } from '../../src/host/node.ts';
import { noParams } from '../../src/protocol/requests.ts';
import {
  verifyRequest,
  verifyRowNotification,
  type VerifyResult,
  type VerifyRow,
} from '../../src/protocol/verify.ts';
import { conclusionOf, placeText, stepName } from '../../src/report/verify.ts';
import { stepIds, type StepRow } from '../../src/verify/model.ts';
import { Verification } from '../../src/verify/verify.ts';
import type { ServerContext } from '../context.ts';
import type { Folder } from '../folder.ts';
import { whenIndexed } from '../indexed.ts';

/** For each program and for the migrations of each schema. */
const timeoutMs = 5 * 60_000;

export function registerVerify(context: ServerContext): void {
  const { connection, client, documents, folders, now } = context;

  function toRow(folder: Folder, row: StepRow): VerifyRow {
    return {
      folder: folders.all().length > 1 ? folder.name : '',
      name: stepName(row.step),
      subject: row.subject,
      verdict: row.verdict,
      summary: row.summary,
      by: row.by,
      ...(row.advice === undefined ? {} : { advice: row.advice }),
      problems: row.problems.map((problem) => {
        const { severity, message, rule, file, line, character = 0 } = problem;
        return {
          severity,
          message,
          place: placeText(problem),
          ...(rule === undefined ? {} : { rule }),
          ...(file === undefined ? {} : { uri: documents.spelling(folder.uriOf(file)) }),
          ...(line === undefined ? {} : { position: { line, character } }),
        };
      }),
      output: row.output,
      duration: row.durationMs,
    };
  }

  async function verifyFolder(folder: Folder, signal: AbortSignal): Promise<StepRow[]> {
    const engine = await folder.ready;
    const verification = new Verification({
      root: folder.root,
      steps: new Set(stepIds),
      asksDatabase: true,
      timeoutMs,
      signal,
      now,
      onRow: (row) => void connection.sendNotification(verifyRowNotification.method, toRow(folder, row)),
    });
    verification.startTypescript(engine.apps());
    const changed = await changedFiles(folder.root, { kind: 'changed' });
    const files = engine.files();
    verification.startOthers(
      engine.histories(),
      {
        files: () => files,
        check: (file) => folder.checkFully(file).findings,
        crashes: () => new Set(engine.crashes()),
        mapDocuments: () => engine.mapDocuments(true),
      },
      {
        files: 'error' in changed ? files : files.filter((file) => changed.has(file)),
        which: 'error' in changed ? `all files: ${changed.error}` : 'changed files',
        keep: (findings) => findings,
        maxWarnings: Infinity,
      },
    );
    return verification.rows();
  }

  connection.onRequest(
    verifyRequest.method,
    async (params: unknown, token: CancellationToken): Promise<VerifyResult> => {
      noParams.parse(params ?? {});
      if (!client.trusted)
        return {
          verdict: 'untrusted',
          conclusion: 'Nothing is run in a workspace that is not trusted.',
          rows: [],
        };
      await whenIndexed(context);
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      if (token.isCancellationRequested) abort.abort();
      const found = await Promise.all(
        folders.all().map(async (folder) => ({ folder, rows: await verifyFolder(folder, abort.signal) })),
      );
      const { verdict, text } = conclusionOf(found.flatMap(({ rows }) => rows));
      return {
        verdict,
        conclusion: text,
        rows: found.flatMap(({ folder, rows }) => rows.map((row) => toRow(folder, row))),
      };
    },
  );
}
