/**
 * Diagnostics: pulled by editors that can, pushed to the others, never both. The workspace pull is held open: it is
 * answered in parts as results come in, or once when something changed, where parts are not wanted.
 */
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import type { ServerContext } from '../context.ts';
import { diagnosticSource, toDiagnostic } from '../convert.ts';
import type { FileResult, Folder } from '../folder.ts';
import type { CommitMessages } from './commitMessages.ts';

export const diagnosticsCapabilities = {
  identifier: diagnosticSource,
  interFileDependencies: true,
  workspaceDiagnostics: true,
};

/** Files in one part of an answer. */
const partSize = 200;

/** A workspace pull that waits for something to say. */
interface HeldPull {
  /** Result ids the editor has, by the URI as we would write it. */
  sent: Map<string, string>;
  /** URIs, in the editor's spelling, of files that are no more. */
  gone: Set<string>;
  report: ((part: WorkspaceDiagnosticReportPartialResult) => void) | undefined;
  resolve(report: WorkspaceDiagnosticReport): void;
}

export interface Diagnostics {
  /** A document was opened, changed or closed. @param uri as the editor spells it */
  edited(uri: string): void;
  /** Tells the editor what changed since it last asked or was told. */
  flush(): void;
}

/** An error for the workspace pull that says: do not ask again by yourself. */
const cancelled = () =>
  new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.', {
    retriggerRequest: false,
  });

/** @param messages documents that are commit messages: they belong to no folder */
export function registerDiagnostics(context: ServerContext, messages: CommitMessages): Diagnostics {
  const { connection, client, documents, folders } = context;
  const held = new Set<HeldPull>();
  /** Canonical URIs of files whose result changed since the last flush. */
  const changed = new Set<string>();
  /** Result ids of the last document pulls, by canonical URI. */
  const pulled = new Map<string, string>();
  /** Canonical URIs of documents that were edited since: their editor asks by itself. */
  const edited = new Set<string>();

  const diagnosticsOf = (folder: Folder, result: FileResult): Diagnostic[] =>
    result.findings.map((finding) => toDiagnostic(finding, folder, documents, client));

  /** The URI we would write for one that an editor wrote. */
  const canonical = (uri: string): string => {
    const located = folders.locate(uri);
    return located ? located.folder.uriOf(located.file) : uri;
  };

  folders.onResult((folder, file, before, now) => {
    // An editor may still have problems of an earlier run: an empty first result is news to it.
    if (before?.findings.length === 0 && (now?.findings.length ?? 0) === 0) return;
    changed.add(folder.uriOf(file));
  });

  connection.languages.diagnostics.on(async (params): Promise<DocumentDiagnosticReport> => {
    const started = context.now();
    const { uri } = params.textDocument;
    const ofMessage = await messages.check(uri);
    if (ofMessage) return { kind: DocumentDiagnosticReportKind.Full, items: ofMessage };
    const located = folders.locate(uri);
    if (!located) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    // A cancelled pull is answered all the same: an editor that typed on asks again after any answer, but takes an error that
    // forbids asking again for its last word, and the last letters typed would never be looked at.
    await located.folder.ready;
    await documents.opened(uri);
    if (!located.folder.knows(located.file)) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    const result = located.folder.check(located.file);
    pulled.set(located.folder.uriOf(located.file), result.id);
    edited.delete(located.folder.uriOf(located.file));
    context.wake();
    context.timing(`textDocument/diagnostic ${located.file}`, context.now() - started);
    if (params.previousResultId === result.id)
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: result.id };
    return {
      kind: DocumentDiagnosticReportKind.Full,
      resultId: result.id,
      items: diagnosticsOf(located.folder, result),
    };
  });

  connection.languages.diagnostics.onWorkspace((params, token, _progress, partial) => {
    const sent = new Map(params.previousResultIds.map(({ uri, value }) => [canonical(uri), value]));
    const gone = new Set(
      params.previousResultIds.map(({ uri }) => uri).filter((uri) => folders.locate(uri) === undefined),
    );
    return new Promise<WorkspaceDiagnosticReport>((resolve, reject) => {
      const pull: HeldPull = { sent, gone, resolve, report: partial && ((part) => partial.report(part)) };
      held.add(pull);
      onCancel(token, () => {
        held.delete(pull);
        reject(cancelled());
      });
      answer(pull, undefined);
      context.wake();
    });
  });

  /** Reports of what an editor does not have yet. @param among canonical URIs to look at, all when undefined */
  function outdated(
    pull: HeldPull,
    among: ReadonlySet<string> | undefined,
  ): WorkspaceDocumentDiagnosticReport[] {
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    const empty = (uri: string) => {
      pull.sent.delete(uri);
      items.push({
        kind: DocumentDiagnosticReportKind.Full,
        uri: documents.spelling(uri),
        version: null,
        items: [],
      });
    };
    for (const uri of pull.gone) empty(uri);
    pull.gone.clear();
    const seen = (folder: Folder, file: string, uri: string) => {
      const result = folder.results().get(file);
      const known = pull.sent.get(uri);
      if (!result || result.findings.length === 0) {
        // While files wait for their turn, having no result means nothing.
        if (known !== undefined && (result || (folder.settled && !folder.paused) || !folder.knows(file)))
          empty(uri);
        return;
      }
      if (known === result.id) return;
      pull.sent.set(uri, result.id);
      items.push({
        kind: DocumentDiagnosticReportKind.Full,
        uri: documents.spelling(uri),
        version: documents.get(uri)?.version ?? null,
        resultId: result.id,
        items: diagnosticsOf(folder, result),
      });
    };
    if (among) {
      for (const uri of among) {
        const located = folders.locate(uri);
        if (located) seen(located.folder, located.file, uri);
        else if (pull.sent.has(uri)) empty(uri);
      }
      return items;
    }
    for (const folder of folders.all())
      for (const file of folder.results().keys()) seen(folder, file, folder.uriOf(file));
    for (const uri of pull.sent.keys()) {
      const located = folders.locate(uri);
      if (located) seen(located.folder, located.file, uri);
      else empty(uri);
    }
    return items;
  }

  /** Says what there is to say; without partial results that is the end of the request. */
  function answer(pull: HeldPull, among: ReadonlySet<string> | undefined): void {
    if (!pull.report && !context.settled()) return;
    const items = outdated(pull, pull.report ? among : undefined);
    if (items.length === 0) return;
    if (!pull.report) {
      held.delete(pull);
      pull.resolve({ items });
      return;
    }
    for (let start = 0; start < items.length; start += partSize)
      pull.report({ items: items.slice(start, start + partSize) });
  }

  function push(uri: string): void {
    const located = folders.locate(uri);
    const result = located?.folder.results().get(located.file);
    const spelt = documents.spelling(uri);
    const version = documents.get(uri)?.version;
    void connection.sendDiagnostics({
      uri: spelt,
      ...(version === undefined ? {} : { version }),
      diagnostics: located && result ? diagnosticsOf(located.folder, result) : [],
    });
  }

  /** Whether an open document's last pulled answer is no longer what we would say. */
  function isOutdated(uri: string): boolean {
    const located = folders.locate(uri);
    const result = located?.folder.results().get(located.file);
    const known = pulled.get(uri);
    return known !== undefined && result !== undefined && known !== result.id && !edited.has(uri);
  }

  return {
    edited(uri) {
      const own = canonical(uri);
      if (documents.get(uri)) edited.add(own);
      else {
        edited.delete(own);
        pulled.delete(own);
      }
    },
    flush() {
      if (client.pullsDiagnostics) {
        for (const pull of held) answer(pull, changed);
        if (client.refreshesDiagnostics && [...changed].some(isOutdated))
          // The editor asks again for its open documents; that it may refuse is its business.
          connection.languages.diagnostics.refresh().catch((error: unknown) => context.log(String(error)));
      } else for (const uri of changed) push(uri);
      changed.clear();
    },
  };
}

/** Calls back when a request is cancelled, also when it was before. */
function onCancel(token: CancellationToken, callback: () => void): void {
  if (token.isCancellationRequested) callback();
  else token.onCancellationRequested(callback);
}
