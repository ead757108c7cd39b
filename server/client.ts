/** What the editor at the other end can do; everything we do beyond the least common part asks here. */
import type { InitializeParams } from 'vscode-languageserver/node';
import { MarkupKind } from 'vscode-languageserver/node';
import { initializationOptionsSchema } from '../src/protocol/requests.ts';

export interface Client {
  /** Our own extension: it knows our commands and notifications. */
  isOurs: boolean;
  /** False in a workspace the person does not trust: no program is started then. */
  trusted: boolean;
  pullsDiagnostics: boolean;
  refreshesDiagnostics: boolean;
  relatedInformation: boolean;
  codeDescription: boolean;
  diagnosticData: boolean;
  showsProgress: boolean;
  hasConfiguration: boolean;
  changesFolders: boolean;
  registersConfiguration: boolean;
  registersWatchers: boolean;
  codeActionLiterals: boolean;
  resolvesEdits: boolean;
  documentChanges: boolean;
  createsFiles: boolean;
  deletesFiles: boolean;
  annotatesChanges: boolean;
  markdownHover: boolean;
  opensRulePages: boolean;
  showsDocuments: boolean;
  refreshesCodeLenses: boolean;
  linksDefinitions: boolean;
}

/** Reads the capabilities of an `initialize` request; absent ones are false. */
export function readClient({ capabilities, initializationOptions }: InitializeParams): Client {
  const { textDocument, workspace, window } = capabilities;
  const options = initializationOptionsSchema.safeParse(initializationOptions);
  const trusted = options.success ? options.data.trusted : undefined;
  const related =
    textDocument?.diagnostic?.relatedInformation ?? textDocument?.publishDiagnostics?.relatedInformation;
  const described =
    textDocument?.diagnostic?.codeDescriptionSupport ??
    textDocument?.publishDiagnostics?.codeDescriptionSupport;
  const data = textDocument?.diagnostic?.dataSupport ?? textDocument?.publishDiagnostics?.dataSupport;
  const edit = workspace?.workspaceEdit;
  return {
    isOurs: trusted !== undefined,
    trusted: trusted !== false,
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: related === true,
    codeDescription: described === true,
    diagnosticData: data === true,
    showsProgress: window?.workDoneProgress === true,
    hasConfiguration: workspace?.configuration === true,
    changesFolders: workspace?.workspaceFolders === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    resolvesEdits:
      textDocument?.codeAction?.dataSupport === true &&
      textDocument.codeAction.resolveSupport?.properties.includes('edit') === true,
    documentChanges: edit?.documentChanges === true,
    createsFiles: edit?.resourceOperations?.includes('create') === true,
    deletesFiles: edit?.resourceOperations?.includes('delete') === true,
    annotatesChanges: edit?.changeAnnotationSupport !== undefined,
    markdownHover: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) === true,
    opensRulePages: workspace?.textDocumentContent !== undefined,
    linksDefinitions: textDocument?.definition?.linkSupport === true,
    refreshesCodeLenses: workspace?.codeLens?.refreshSupport === true,
    showsDocuments: window?.showDocument?.support === true,
  };
}
