import * as vscode from 'vscode';
import type { MapNodeData } from '../../src/protocol/map.ts';
import { commandIds } from '../names.ts';
import { describeCounts } from './status.ts';

/** A row of the tree. The object stays the same over refreshes, as VS Code tells rows by their objects; its data is replaced. */
export interface MapNode {
  data: MapNodeData;
  parent: MapNode | undefined;
}

/** Icons by what a row is in the engine's words. */
const icons: Readonly<Record<string, string>> = {
  app: 'package',
  actions: 'zap',
  action: 'zap',
  routes: 'globe',
  route: 'globe',
  services: 'symbol-method',
  service: 'symbol-method',
  models: 'database',
  model: 'database',
  pages: 'browser',
  page: 'browser',
  validation: 'checklist',
  env: 'key',
  migrations: 'versions',
  migration: 'versions',
  problems: 'warning',
  missing: 'new-file',
};

const severityIcons: Readonly<Record<string, vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground')),
  info: new vscode.ThemeIcon('info', new vscode.ThemeColor('problemsInfoIcon.foreground')),
  hint: new vscode.ThemeIcon('lightbulb'),
};

const guardIcons = {
  guarded: { icon: 'shield', color: 'testing.iconPassed', words: 'guarded' },
  unguarded: { icon: 'unlock', color: 'problemsErrorIcon.foreground', words: 'not guarded' },
  public: { icon: 'globe', color: 'charts.blue', words: 'public on purpose' },
  unknown: { icon: 'question', color: 'disabledForeground', words: 'guard not known' },
} as const;

/** Scheme of rows for their badges: all that a badge says is in its query. */
const badgeScheme = 'backend-specialist-map';

/**
 * How a row is drawn.
 * @param filtered whether a filter is on: then groups count as other rows, so that the expansion of the whole tree outlives it
 */
export function treeItem({ data }: MapNode, filtered: boolean): vscode.TreeItem {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(data.label, data.hasChildren ? (data.open ? Expanded : Collapsed) : None);
  const guard = data.guard && guardIcons[data.guard];
  const found = describeCounts(data.findings);
  item.id = filtered && data.hasChildren ? `${data.id}?` : data.id;
  item.iconPath = iconOf(data);
  item.description = join([
    data.count === undefined ? undefined : String(data.count),
    data.description ?? placeOf(data),
  ]);
  item.tooltip = tooltip(data, guard?.words);
  item.contextValue = [
    data.kind,
    data.of,
    ...(data.guard === undefined ? [] : [data.guard]),
    ...(data.callers ? ['callers'] : []),
    ...(data.fixable ? ['fixable'] : []),
    ...(data.reference === undefined ? [] : ['reference']),
    '',
  ].join(';');
  const badge = badgeUri(data);
  if (badge) item.resourceUri = badge;
  const command = commandOf(data);
  if (command) item.command = command;
  item.accessibilityInformation = { label: spoken(data, guard?.words, found) };
  return item;
}

function iconOf(data: MapNodeData): vscode.ThemeIcon {
  if (data.kind === 'folder') return vscode.ThemeIcon.Folder;
  if (data.kind === 'rule' || data.kind === 'finding')
    return severityIcons[data.of] ?? new vscode.ThemeIcon('info');
  const guard = data.guard && guardIcons[data.guard];
  return guard
    ? new vscode.ThemeIcon(guard.icon, new vscode.ThemeColor(guard.color))
    : new vscode.ThemeIcon(icons[data.of] ?? 'symbol-misc');
}

/** What a click or Enter does. */
function commandOf(data: MapNodeData): vscode.Command | undefined {
  if (data.kind === 'missing') return { command: commandIds.writeMap, title: 'Write' };
  if (data.kind === 'more') return { command: 'workbench.actions.view.problems', title: 'Show Problems' };
  if (data.kind !== 'entry' && data.kind !== 'finding') return undefined;
  return { command: commandIds.openEntry, title: 'Open', arguments: [data.id] };
}

const placeOf = ({ kind, file }: MapNodeData): string | undefined =>
  kind === 'entry' && file !== undefined ? relative(file) : undefined;

const relative = (uri: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(uri), false);

/** `saveNote, action in lib/actions/note.ts, not guarded, 1 error`. */
function spoken(data: MapNodeData, guard: string | undefined, found: string): string {
  const where = data.file === undefined ? '' : ` in ${relative(data.file)}`;
  switch (data.kind) {
    case 'entry':
      return join([`${data.label}, ${data.of}${where}`, guard, data.description, found], ', ');
    case 'finding':
      return `${data.of}${where}: ${data.details[0] ?? ''}`;
    case 'rule':
      return join([`rule ${data.label}`, found], ', ');
    case 'missing':
    case 'more':
      return data.label;
    case 'app':
    case 'group':
    case 'folder':
      return join(
        [data.label, `${data.count ?? 0} ${data.of === 'problems' ? 'findings' : 'entries'}`, found],
        ', ',
      );
  }
}

function tooltip(data: MapNodeData, guard: string | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(data.label).appendMarkdown('**');
  const lines = [
    guard,
    ...data.details,
    describeCounts(data.findings, true),
    data.file && relative(data.file),
  ];
  for (const line of lines) if (line) text.appendMarkdown('\n\n').appendText(line);
  return text;
}

/** Hints and infos have no badge: the panel has them. */
function badgeUri({ id, kind, findings: { error, warning } }: MapNodeData): vscode.Uri | undefined {
  if (error + warning === 0 || kind === 'rule') return undefined;
  return vscode.Uri.from({ scheme: badgeScheme, path: `/${id}`, query: `${error},${warning}` });
}

/** Draws the number of errors and warnings behind a row, in their colour. */
export const badges: vscode.FileDecorationProvider = {
  provideFileDecoration(uri) {
    if (uri.scheme !== badgeScheme) return undefined;
    const [error = 0, warning = 0] = uri.query.split(',').map(Number);
    const sum = error + warning;
    // A badge has room for two signs.
    const decoration = new vscode.FileDecoration(
      sum > 99 ? '99' : String(sum),
      describeCounts({ error, warning, info: 0, hint: 0 }),
      new vscode.ThemeColor(error > 0 ? 'list.errorForeground' : 'list.warningForeground'),
    );
    decoration.propagate = false;
    return decoration;
  },
};

function join(parts: readonly (string | undefined)[], separator = ' · '): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}
