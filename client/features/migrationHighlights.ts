import * as vscode from 'vscode';
import { clientId, diagnosticSource } from '../names.ts';

const rule = 'destructive-migration';

/** The theme's colours, declared in package.json for light, dark and high contrast. */
const colour = (name: string) => new vscode.ThemeColor(`${clientId}.critical${name}`);

const ruleOf = ({ code }: vscode.Diagnostic) =>
  String(typeof code === 'object' && code !== null ? code.value : code);

const isMigration = (uri: vscode.Uri) => uri.path.endsWith('/migration.sql');

/** Marks what the findings call destructive in the migrations that are shown: the whole line, a word behind it, the ruler. */
export class MigrationHighlights implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #shown = new Map<string, readonly vscode.Range[]>();
  readonly #type = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: colour('Background'),
    borderWidth: '0 0 0 3px',
    borderStyle: 'solid',
    borderColor: colour('Border'),
    overviewRulerColor: colour('Ruler'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    after: { contentText: 'CRITICAL', margin: '0 0 0 2em', color: colour('Foreground'), fontWeight: 'bold' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #listeners = vscode.Disposable.from(
    vscode.window.onDidChangeVisibleTextEditors(() => this.#drawAll()),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some(isMigration)) this.#drawAll();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${clientId}.migrations.highlight`)) this.#drawAll();
    }),
  );

  /** Fires with a document whose marks were drawn anew. */
  readonly onDidDraw = this.#changed.event;

  /** The lines that are marked in a shown document, each as a range. */
  marked(uri: vscode.Uri): readonly vscode.Range[] {
    return this.#shown.get(uri.toString()) ?? [];
  }

  dispose(): void {
    vscode.Disposable.from(this.#listeners, this.#type, this.#changed).dispose();
  }

  #drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors)
      if (isMigration(editor.document.uri)) this.#draw(editor);
  }

  #draw(editor: vscode.TextEditor): void {
    const { uri } = editor.document;
    const isWanted = vscode.workspace
      .getConfiguration(`${clientId}.migrations`, uri)
      .get<boolean>('highlight', true);
    const lines = new Map<number, vscode.Range>();
    if (isWanted)
      for (const diagnostic of vscode.languages.getDiagnostics(uri))
        if (diagnostic.source === diagnosticSource && ruleOf(diagnostic) === rule)
          // One word for a line, however many steps stand in it.
          lines.set(diagnostic.range.end.line, diagnostic.range);
    const ranges = [...lines.values()];
    editor.setDecorations(this.#type, ranges);
    this.#shown.set(uri.toString(), ranges);
    this.#changed.fire(uri);
  }
}
