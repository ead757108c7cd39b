/** The only place that knows both our findings and edits and those of the Language Server Protocol. */
import {
  CreateFile,
  DeleteFile,
  DiagnosticSeverity,
  OptionalVersionedTextDocumentIdentifier,
  TextDocumentEdit,
  TextEdit,
  type ChangeAnnotation,
  type CreateFile as CreateFileChange,
  type DeleteFile as DeleteFileChange,
  type Diagnostic,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { rangeAt } from '../src/base/lineIndex.ts';
import { ruleDocsUrl } from '../src/host/node.ts';
import { rulePageUri } from '../src/protocol/requests.ts';
import type { Severity } from '../src/rules/rule.ts';
import type { FileEdits, Finding } from '../src/run/finding.ts';
import type { Client } from './client.ts';
import type { Documents } from './documents.ts';
import type { Folder } from './folder.ts';

export const diagnosticSource = 'backend-specialist';

const severities: { [severity in Severity]: DiagnosticSeverity } = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** More places than these are not read. */
const maxRelated = 5;

/** Where the page of a rule is opened from this editor. */
export function rulePageAddress(rule: string, client: Client): string {
  return client.opensRulePages ? rulePageUri(rule) : ruleDocsUrl(rule);
}

/** A finding as a diagnostic; fields the client did not ask for are left out. */
export function toDiagnostic(
  finding: Finding,
  folder: Folder,
  documents: Documents,
  client: Client,
): Diagnostic {
  const diagnostic: Diagnostic = {
    range: finding.range,
    severity: severities[finding.severity],
    code: finding.rule,
    source: diagnosticSource,
    message: finding.message,
  };
  if (client.codeDescription) diagnostic.codeDescription = { href: rulePageAddress(finding.rule, client) };
  if (client.relatedInformation && finding.related.length > 0)
    diagnostic.relatedInformation = finding.related.slice(0, maxRelated).map(({ file, range, message }) => ({
      location: { uri: documents.spelling(folder.uriOf(file)), range },
      message,
    }));
  if (client.diagnosticData) diagnostic.data = { fingerprint: finding.fingerprint };
  return diagnostic;
}

const confirmation = 'confirm';

/**
 * Edits of one or several files as a workspace edit.
 * @param confirm shows the edit to the person first, where the client can
 * @returns a reason instead when the client cannot do such an edit
 */
export function toWorkspaceEdit(
  changes: readonly FileEdits[],
  folder: Folder,
  documents: Documents,
  client: Client,
  confirm?: ChangeAnnotation,
): WorkspaceEdit | { reason: string } {
  const annotated = confirm !== undefined && client.annotatesChanges && client.documentChanges;
  const creations: CreateFileChange[] = [];
  const deletions: DeleteFileChange[] = [];
  const edits: { uri: string; version: number | null; edits: TextEdit[] }[] = [];
  for (const { file, create, remove, edits: fileEdits } of changes) {
    const uri = documents.spelling(folder.uriOf(file));
    const lines = create ? [0] : (folder.engine?.lines(file) ?? [0]);
    if (remove) {
      deletions.push(DeleteFile.create(uri, { ignoreIfNotExists: true, recursive: false }));
      continue;
    }
    if (create) creations.push(CreateFile.create(uri, { ignoreIfExists: true, overwrite: false }));
    edits.push({
      uri,
      version: documents.get(uri)?.version ?? null,
      edits: fileEdits.map(({ start, end, text }) => ({
        range: rangeAt(lines, start, end),
        newText: text,
        ...(annotated ? { annotationId: confirmation } : {}),
      })),
    });
  }
  if (creations.length > 0 && !(client.documentChanges && client.createsFiles))
    return { reason: 'This fix creates a file, which this editor cannot do.' };
  if (deletions.length > 0 && !(client.documentChanges && client.deletesFiles))
    return { reason: 'This fix deletes a file, which this editor cannot do.' };
  if (!client.documentChanges)
    return { changes: Object.fromEntries(edits.map((edit) => [edit.uri, edit.edits])) };
  return {
    documentChanges: [
      ...creations,
      ...edits.map((edit) =>
        TextDocumentEdit.create(
          OptionalVersionedTextDocumentIdentifier.create(edit.uri, edit.version),
          edit.edits,
        ),
      ),
      ...deletions,
    ],
    ...(annotated ? { changeAnnotations: { [confirmation]: confirm } } : {}),
  };
}
