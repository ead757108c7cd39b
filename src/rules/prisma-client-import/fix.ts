import { ts } from 'ts-morph';
import { join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { packageDir } from '../../project/packages.ts';
import type { TextEdit } from '../../run/finding.ts';
import { generatedClient } from '../../workspace/generatedClient.ts';
import type { GeneratedClient } from '../../workspace/generatedClient.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export const fixes = [
  defineFix({
    id: 'import-generated',
    title: () => 'Import from the generated client',
    trust: 'safe',
    preferred: true,
    edit: importGenerated,
  }),
];

function importGenerated(context: FixContext): FixOutcome {
  const { file, finding, workspace } = context;
  const source = context.sourceOf(file);
  const client = generatedClient(workspace, file);
  if (!source || !client) return { refuse: 'The generated client can no longer be found.' };
  const found = specifierNodes(source, finding.start, finding.end);
  const [first] = found;
  if (!first) return { refuse: 'The import can no longer be found.' };
  const edits: TextEdit[] = [];
  for (const node of found) {
    const refusal = reasonAgainst(context, client, node);
    if (refusal !== undefined) return { refuse: refusal };
    const spec = wantedSpecifier(context, client, node);
    if (spec === undefined)
      return {
        refuse: `Nothing that this package depends on exports the client in ${client.dir}: export it there first.`,
      };
    const start = node.getStart(source);
    const quote = source.text.charAt(start);
    edits.push({ start, end: node.end, text: quote + spec + quote });
  }
  return { changes: [{ file, create: false, edits }] };
}

/** The specifiers that a finding is about: one import's, or those of all re-exports of the same module. */
function specifierNodes(source: ts.SourceFile, start: number, end: number): ts.StringLiteral[] {
  const all: ts.StringLiteral[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && /^[@.]prisma\/client/.test(node.text)) all.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const inside = all.find((node) => start <= node.getStart(source) && node.end <= end);
  if (inside) return [inside];
  // A re-exported name stands before its specifier.
  const own = all.find((node) => node.parent.getStart(source) <= start && end <= node.parent.end);
  return all.filter((node) => ts.isExportDeclaration(node.parent) && node.text === own?.text);
}

/** Why an import can't be rewritten by changing its specifier alone. */
function reasonAgainst(
  { file, workspace }: FixContext,
  { provider }: GeneratedClient,
  node: ts.StringLiteral,
): string | undefined {
  if (provider === 'prisma-client-js') return undefined;
  const { parent } = node;
  if (ts.isImportDeclaration(parent) && parent.importClause?.name)
    return 'The generated client has no default export: import its names instead.';
  if (ts.isCallExpression(parent) && parent.expression.getText() === 'require')
    return 'The generated client is an ES module in TypeScript: it can be imported, not required.';
  if (/\.[cm]?js$/.test(file) && workspace.role(file) === 'tooling')
    return 'The generated client is TypeScript, which this JavaScript file can only load when a tool compiles it.';
  return undefined;
}

function wantedSpecifier(
  context: FixContext,
  client: GeneratedClient,
  node: ts.StringLiteral,
): string | undefined {
  const { file, workspace } = context;
  const entry = entryFor(context, client, node);
  const module = join(client.dir, entry === '' ? 'index.js' : `${entry}.ts`) ?? client.dir;
  if (packageDir(workspace, module) !== packageDir(workspace, file))
    return packageEntry(workspace, file, module) ?? specifierFor(workspace, file, module);
  return specifierFor(workspace, file, module);
}

/** Which file of the generated client has what is imported. */
function entryFor(
  { file, facts, workspace }: FixContext,
  { provider }: GeneratedClient,
  node: ts.StringLiteral,
): string {
  const entry = /client\/([\w-]+)/.exec(node.text)?.[1] ?? '';
  if (entry === 'sql') return 'sql';
  if (provider === 'prisma-client-js')
    return /^(edge|wasm|index-browser|react-native)$/.test(entry) ? entry : '';
  const isBrowser =
    entry === 'index-browser' ||
    workspace.role(file) === 'client' ||
    (facts.kind === 'ts' && facts.directives.includes('use client'));
  // `browser` has the types and enums, and nothing that belongs on a server.
  return isBrowser && !importsConstructor(node.parent) ? 'browser' : 'client';
}

function importsConstructor(declaration: ts.Node): boolean {
  const named = ts.isImportDeclaration(declaration) ? declaration.importClause?.namedBindings : undefined;
  return (
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.some(({ propertyName, name }) => (propertyName ?? name).text === 'PrismaClient')
  );
}

/** An entry of another package of the workspace that leads to a module of the client, or exports all of it. */
function packageEntry(workspace: WorkspaceView, file: FileId, module: FileId): string | undefined {
  const own = workspace.facts(join(packageDir(workspace, file), 'package.json') ?? '');
  const other = workspace.facts(join(packageDir(workspace, module), 'package.json') ?? '');
  if (own?.kind !== 'package' || other?.kind !== 'package' || other.name === undefined) return undefined;
  const { name } = other;
  if (!(name in own.dependencies)) return undefined;
  const specs = Object.keys(other.exports ?? { '.': [] })
    .filter((entry) => !entry.includes('*'))
    .map((entry) => name + entry.slice(1));
  const stem = (path: string): string => path.replace(/^.*\//, '').replace(/\.[cm]?[jt]s$/, '');
  const leads = (from: FileId, spec: string): boolean => {
    const target = workspace.target(from, spec);
    return target.t === 'generated' && stem(target.entry) === stem(module);
  };
  return (
    specs.find((spec) => leads(file, spec)) ??
    specs.find((spec) => {
      const target = workspace.target(file, spec);
      if (target.t !== 'file') return false;
      const exports = workspace.tsFacts(target.file)?.exports ?? [];
      return exports.some(
        (item) => item.e === 'star' && item.as === undefined && leads(target.file, item.spec),
      );
    })
  );
}
