import * as vscode from 'vscode';
import {
  verifyRequest,
  verifyRowNotification,
  type VerifyResult,
  type VerifyRow,
} from '../../src/protocol/verify.ts';
import { commandIds, productName, verifiedContextKey, verifyOutputScheme, verifyViewId } from '../names.ts';
import type { Session } from '../session.ts';

type Problem = VerifyRow['problems'][number];

/** A line of the table, or a problem below one. */
export type VerifyNode = { row: VerifyRow; number: number } | { problem: Problem; of: number };

const icons: { [verdict in VerifyRow['verdict']]: vscode.ThemeIcon } = {
  passed: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
  open: new vscode.ThemeIcon('question', new vscode.ThemeColor('list.warningForeground')),
  skipped: new vscode.ThemeIcon('debug-step-over'),
  cancelled: new vscode.ThemeIcon('circle-slash'),
};

/** The command *Verify* and its result: one table of checks, whose rows lead to what was said and where. */
export class VerifyView implements vscode.TreeDataProvider<VerifyNode>, vscode.Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #outputChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #view: vscode.TreeView<VerifyNode>;
  readonly #disposables: vscode.Disposable[];
  #rows: readonly VerifyRow[] = [];
  #isRunning = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: Session) {
    this.#session = session;
    this.#view = vscode.window.createTreeView(verifyViewId, { treeDataProvider: this });
    this.#disposables = [
      this.#changed,
      this.#outputChanged,
      this.#view,
      vscode.commands.registerCommand(commandIds.verify, () => this.run()),
      vscode.commands.registerCommand(commandIds.showVerifyOutput, (node: unknown) => this.#show(node)),
      vscode.workspace.registerTextDocumentContentProvider(verifyOutputScheme, {
        onDidChange: this.#outputChanged.event,
        provideTextDocumentContent: (uri) => this.#outputOf(Number(uri.query)),
      }),
    ];
  }

  /** What is on the screen, in the order of the table. */
  get rows(): readonly VerifyRow[] {
    return this.#rows;
  }

  getChildren(node?: VerifyNode): VerifyNode[] {
    if (!node) return this.#rows.map((row, number) => ({ row, number }));
    return 'row' in node ? node.row.problems.map((problem) => ({ problem, of: node.number })) : [];
  }

  getTreeItem(node: VerifyNode): vscode.TreeItem {
    return 'row' in node ? rowItem(node) : problemItem(node.problem);
  }

  /**
   * Runs everything, one run at a time; asks nobody: whoever calls the command wants the workspace's programs to be run.
   * @returns what was found; nothing when no server runs, the workspace is not trusted or a run is under way
   */
  async run(): Promise<VerifyResult | undefined> {
    const { client } = this.#session;
    if (!client?.isRunning()) {
      void vscode.window.showWarningMessage(`${productName} is not running in this workspace.`);
      return undefined;
    }
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage('Nothing is run in a workspace that is not trusted.');
      return undefined;
    }
    if (this.#isRunning) {
      void vscode.window.showInformationMessage('Verify is running already.');
      return undefined;
    }
    this.#isRunning = true;
    this.#draw([], 'Running…');
    void vscode.commands.executeCommand('setContext', verifiedContextKey, true);
    void vscode.commands.executeCommand(`${verifyViewId}.focus`);
    try {
      const result = await this.#ask(client);
      if (!result) {
        this.#view.message = 'Cancelled.';
        return undefined;
      }
      const unsaved = vscode.workspace.textDocuments.filter(
        ({ isDirty, uri }) => isDirty && uri.scheme === 'file',
      ).length;
      const note = unsaved === 0 ? '' : ' Compiler and Prisma read the disk: unsaved changes are not in it.';
      this.#draw(result.rows, result.conclusion + note);
      // Not awaited: the message may stand for as long as the person likes.
      void tell(result);
      return result;
    } catch (error) {
      this.#view.message = 'It was not run to its end; the log says why.';
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #ask(client: NonNullable<Session['client']>): Thenable<VerifyResult | undefined> {
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Verifying', cancellable: true },
      async (progress, token) => {
        const listening = client.onNotification(verifyRowNotification.method, (params: unknown) => {
          const row = verifyRowNotification.params.parse(params);
          progress.report({ message: `${row.name}: ${row.verdict}` });
          this.#draw([...this.#rows, row], 'Running…');
        });
        try {
          return verifyRequest.result.parse(
            await client.sendRequest<unknown>(verifyRequest.method, {}, token),
          );
        } catch (error) {
          if (token.isCancellationRequested) return undefined;
          throw error;
        } finally {
          listening.dispose();
        }
      },
    );
  }

  #draw(rows: readonly VerifyRow[], message: string): void {
    this.#rows = rows;
    this.#view.message = message;
    this.#changed.fire();
  }

  #outputOf(number: number): string {
    const row = this.#rows[number];
    if (!row) return 'This run is over. Run Backend Specialist: Verify again.\n';
    const { name, subject, verdict, summary, by, advice, problems, output } = row;
    const said = problems.map(({ place, rule, message }) =>
      [place, rule, message].filter((part) => part !== undefined && part !== '').join(' '),
    );
    return [
      [name, subject].filter(Boolean).join(' '),
      `${verdict}: ${summary}`,
      ...(by === '' ? [] : [by]),
      ...(advice === undefined ? [] : [advice]),
      '',
      ...(said.length > 0 ? [...said, ''] : []),
      output,
    ].join('\n');
  }

  async #show(argument: unknown): Promise<void> {
    const number = typeof argument === 'number' ? argument : numberOf(argument);
    const row = this.#rows[number];
    if (!row) return;
    const uri = vscode.Uri.from({
      scheme: verifyOutputScheme,
      path: `/${row.name}.txt`,
      query: String(number),
    });
    // It may still be open from an earlier run.
    this.#outputChanged.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }
}

function numberOf(node: unknown): number {
  return typeof node === 'object' && node !== null && 'number' in node ? Number(node.number) : -1;
}

function rowItem({ row, number }: { row: VerifyRow; number: number }): vscode.TreeItem {
  const { folder, name, subject, verdict, summary, by, advice, problems, duration } = row;
  const label = [folder, name].filter(Boolean).join(' · ');
  const item = new vscode.TreeItem(
    label,
    problems.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.description = [subject, summary, `${(duration / 1000).toFixed(1)} s`].filter(Boolean).join(' · ');
  item.iconPath = icons[verdict];
  item.tooltip = [`${label}: ${verdict}`, summary, by, advice ?? ''].filter(Boolean).join('\n');
  item.accessibilityInformation = { label: `${label} ${subject}: ${verdict}, ${summary}` };
  item.contextValue = 'output';
  item.command = { command: commandIds.showVerifyOutput, title: 'Show Output', arguments: [number] };
  return item;
}

function problemItem({ severity, message, rule, place, uri, position }: Problem): vscode.TreeItem {
  const item = new vscode.TreeItem(message.split('\n', 1)[0] ?? '');
  item.description = [rule, place].filter(Boolean).join(' · ');
  item.tooltip = message;
  item.iconPath = new vscode.ThemeIcon(severity);
  if (uri !== undefined) {
    const at = position ? new vscode.Position(position.line, position.character) : undefined;
    item.command = {
      command: 'vscode.open',
      title: 'Open',
      arguments: [vscode.Uri.parse(uri), at ? { selection: new vscode.Range(at, at) } : {}],
    };
  }
  return item;
}

/** One line, with the way to the table where there is something to see. */
async function tell({ verdict, conclusion }: VerifyResult): Promise<void> {
  if (verdict === 'passed') {
    await vscode.window.showInformationMessage(conclusion);
    return;
  }
  // Whoever stopped it knows.
  if (verdict === 'cancelled') return;
  const show = 'Show Results';
  if ((await vscode.window.showWarningMessage(conclusion, show)) === show)
    await vscode.commands.executeCommand(`${verifyViewId}.focus`);
}
