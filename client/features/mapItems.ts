import * as vscode from 'vscode';
import type { BackendMapResult, GroupKind, MapApp, MapEntry, MapGroup } from '../../src/protocol/requests.ts';
import { describeCounts } from './status.ts';

/** A node of the tree; its parent is kept so that it can be revealed. */
export type MapNode =
  | { readonly kind: 'app'; readonly app: MapApp; readonly parent: undefined }
  | { readonly kind: 'group'; readonly group: MapGroup; readonly parent: MapNode | undefined }
  | { readonly kind: 'entry'; readonly entry: MapEntry; readonly parent: MapNode };

const groupIcons: Record<GroupKind, string> = {
  actions: 'zap',
  routes: 'globe',
  services: 'symbol-method',
  models: 'database',
  pages: 'browser',
  env: 'key',
  migrations: 'versions',
};

const entryIcons: Record<string, string> = {
  action: 'zap',
  route: 'globe',
  service: 'symbol-method',
  model: 'database',
  page: 'browser',
  env: 'key',
  migration: 'versions',
  field: 'symbol-field',
};

const guardIcons = {
  guarded: { icon: 'shield', color: 'testing.iconPassed', words: 'guarded' },
  unguarded: { icon: 'unlock', color: 'problemsErrorIcon.foreground', words: 'not guarded' },
  public: { icon: 'globe', color: 'charts.blue', words: 'public on purpose' },
  unknown: { icon: 'question', color: 'disabledForeground', words: 'guard not known' },
} as const;

/** The first level of the tree: the apps, or the groups of the only one. Empty groups are left out. */
export function rootNodes(map: BackendMapResult): MapNode[] {
  const [first, ...others] = map.apps;
  if (first && others.length === 0) return groupNodes(first, undefined);
  return map.apps.map((app) => ({ kind: 'app', app, parent: undefined }));
}

export function childNodes(node: MapNode): MapNode[] {
  switch (node.kind) {
    case 'app':
      return groupNodes(node.app, node);
    case 'group':
      return node.group.entries.map((entry) => ({ kind: 'entry', entry, parent: node }));
    case 'entry':
      return (node.entry.children ?? []).map((entry) => ({ kind: 'entry', entry, parent: node }));
  }
}

function groupNodes(app: MapApp, parent: MapNode | undefined): MapNode[] {
  return app.groups
    .filter((group) => group.entries.length > 0)
    .map((group) => ({ kind: 'group', group, parent }));
}

/** How a node is drawn; ids are the server's, so that expansion and selection outlive a refresh. */
export function treeItem(node: MapNode): vscode.TreeItem {
  switch (node.kind) {
    case 'app':
      return appItem(node.app);
    case 'group':
      return groupItem(node.group);
    case 'entry':
      return entryItem(node.entry);
  }
}

function appItem(app: MapApp): vscode.TreeItem {
  const item = new vscode.TreeItem(app.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = app.id;
  item.iconPath = new vscode.ThemeIcon('package');
  item.description = vscode.workspace.asRelativePath(vscode.Uri.parse(app.root));
  item.contextValue = 'app';
  return item;
}

function groupItem(group: MapGroup): vscode.TreeItem {
  const open = group.kind === 'actions' || group.kind === 'routes';
  const item = new vscode.TreeItem(
    group.label,
    open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = group.id;
  item.iconPath = new vscode.ThemeIcon(groupIcons[group.kind]);
  item.contextValue = `group;${group.kind}`;
  const found = describeCounts(total(group.entries));
  item.description = join([String(group.entries.length), found]);
  item.accessibilityInformation = {
    label: join([group.label, `${group.entries.length} entries`, found], ', '),
  };
  return item;
}

function entryItem(entry: MapEntry): vscode.TreeItem {
  const hasChildren = (entry.children?.length ?? 0) > 0;
  const item = new vscode.TreeItem(
    entry.label,
    hasChildren ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  const guard = entry.guard && guardIcons[entry.guard];
  const uri = vscode.Uri.parse(entry.file);
  const found = describeCounts(entry.findings);
  item.id = entry.id;
  item.iconPath = guard
    ? new vscode.ThemeIcon(guard.icon, new vscode.ThemeColor(guard.color))
    : new vscode.ThemeIcon(entryIcons[entry.kind] ?? 'symbol-misc');
  item.description = join([found, entry.description ?? vscode.workspace.asRelativePath(uri, false)]);
  item.contextValue = join([entry.kind, entry.guard], ';');
  item.tooltip = tooltip(entry, guard?.words);
  item.command = {
    command: 'vscode.open',
    title: 'Open',
    arguments: [uri, { selection: toRange(entry.range), preview: true }],
  };
  item.accessibilityInformation = {
    label: join(
      [`${entry.label}, ${entry.kind} in ${vscode.workspace.asRelativePath(uri)}`, guard?.words, found],
      ', ',
    ),
  };
  return item;
}

function tooltip(entry: MapEntry, guard: string | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(entry.label).appendMarkdown('**');
  if (entry.description) text.appendText(` ${entry.description}`);
  const place = vscode.workspace.asRelativePath(vscode.Uri.parse(entry.file));
  const lines = [
    guard && join([guard, entry.guardDetail], ': '),
    entry.roles?.length ? `roles: ${entry.roles.join(', ')}` : undefined,
    describeCounts(entry.findings, true),
    `${place}:${entry.range.start.line + 1}`,
  ];
  for (const line of lines) if (line) text.appendMarkdown('\n\n').appendText(line);
  return text;
}

function total(entries: readonly MapEntry[]): MapEntry['findings'] {
  const sum = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { findings } of entries) {
    sum.error += findings.error;
    sum.warning += findings.warning;
    sum.info += findings.info;
    sum.hint += findings.hint;
  }
  return sum;
}

function toRange({ start, end }: MapEntry['range']): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

function join(parts: readonly (string | undefined)[], separator = ' · '): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}
