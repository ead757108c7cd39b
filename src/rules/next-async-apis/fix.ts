import { ts } from 'ts-morph';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';
import {
  asyncEdits,
  awaitCalls,
  awaitEdits,
  functionAround,
  isAsync,
  nameOf,
  outermost,
  usesOf,
} from './async.ts';
import type { FunctionNode } from './async.ts';
import { awaitProps } from './awaitProps.ts';
import { isRouterFile } from './receivers.ts';

const GONE = 'The code has changed: it can no longer be found.';

const own = (context: FixContext, edits: TextEdit[] | string): FixOutcome =>
  typeof edits === 'string' ? { refuse: edits } : { changes: [{ file: context.file, create: false, edits }] };

export const fixes = [
  defineFix({
    id: 'await-props',
    title: ({ name }) => `Await ${String(name)}`,
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const { facts, finding, data } = context;
      const source = context.sourceOf(context.file);
      const node = source && nodeAt(source, finding.start, finding.end);
      if (!source || !node) return { refuse: GONE };
      const isClient = facts.kind === 'ts' && facts.directives.includes('use client');
      return own(context, awaitProps(source, node, String(data['name']), Number(data['index']), isClient));
    },
  }),
  defineFix({
    id: 'await-call',
    title: ({ name }) => `Await ${String(name)}()`,
    trust: 'suggestion',
    preferred: true,
    edit: awaitCall,
  }),
  defineFix({
    id: 'expire-at-once',
    title: () => 'Say { expire: 0 }: nothing stale, as before',
    trust: 'safe',
    preferred: true,
    edit: (context) => secondArgument(context, '{ expire: 0 }'),
  }),
  defineFix({
    id: 'serve-stale',
    title: () => "Say 'max': what is stale is served once more while it is refreshed",
    trust: 'suggestion',
    preferred: false,
    edit: (context) => secondArgument(context, "'max'"),
  }),
  defineFix({
    id: 'update-tag',
    title: () => 'Call updateTag: the answer of this action shows the change',
    trust: 'suggestion',
    preferred: false,
    edit(context) {
      const { finding, text } = context;
      const source = context.sourceOf(context.file);
      if (!source) return { refuse: GONE };
      const local = text.slice(finding.start, finding.end);
      const edits: TextEdit[] = [
        {
          start: finding.start,
          end: finding.end,
          text: importedAs(source, 'next/cache', 'updateTag') ?? 'updateTag',
        },
      ];
      const isLast = usesOf(source, local).length === 1;
      const specifier = source.statements
        .filter(ts.isImportDeclaration)
        .flatMap(({ importClause }) => {
          const named = importClause?.namedBindings;
          return named && ts.isNamedImports(named) ? [...named.elements] : [];
        })
        .find(({ name }) => name.text === local);
      if (isLast && specifier && importedAs(source, 'next/cache', 'updateTag') === undefined)
        edits.push({ start: specifier.getStart(source), end: specifier.end, text: 'updateTag' });
      else edits.push(...addImport(source, { spec: 'next/cache', name: 'updateTag' }));
      return own(context, edits);
    },
  }),
  defineFix({
    id: 'name-proxy',
    title: () => 'Name it proxy',
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const { finding } = context;
      const source = context.sourceOf(context.file);
      if (!source) return { refuse: GONE };
      if (/\bproxy\b/.test(source.text.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')))
        return { refuse: 'This file has a `proxy` already.' };
      const places = new Map<number, number>([[finding.start, finding.end]]);
      const node = nodeAt(source, finding.start, finding.end);
      // Of `export { auth as middleware }` only the public name changes.
      if (!node || !ts.isExportSpecifier(node.parent) || !node.parent.propertyName)
        for (const use of namesOf(source, 'middleware')) places.set(use.getStart(source), use.end);
      return own(
        context,
        [...places].map(([start, end]) => ({ start, end, text: 'proxy' })),
      );
    },
  }),
];

/** Uses and declarations of a name. */
function namesOf(source: ts.SourceFile, name: string): ts.Identifier[] {
  const out = usesOf(source, name);
  const visit = (node: ts.Node): void => {
    if (
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node)) &&
      node.name &&
      ts.isIdentifier(node.name) &&
      node.name.text === name
    )
      out.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

function secondArgument(context: FixContext, argument: string): FixOutcome {
  const { finding } = context;
  const source = context.sourceOf(context.file);
  const callee = source && nodeAt(source, finding.start, finding.end);
  const access = callee && ts.isPropertyAccessExpression(callee.parent) ? callee.parent : callee;
  const call = access?.parent;
  const last = call && ts.isCallExpression(call) ? call.arguments.at(-1) : undefined;
  if (!source || !call || !last) return { refuse: GONE };
  const style = source.text.includes('"next/cache"') ? argument.replaceAll("'", '"') : argument;
  return own(context, [{ start: last.end, end: last.end, text: `, ${style}` }]);
}

/** `await` before a call of `cookies()`, in a function that can wait; its callers wait for it in turn. */
function awaitCall(context: FixContext): FixOutcome {
  const { finding, file } = context;
  const source = context.sourceOf(file);
  const callee = source && nodeAt(source, finding.start, finding.end);
  const access = callee && ts.isPropertyAccessExpression(callee.parent) ? callee.parent : callee;
  const call = access?.parent;
  if (!source || !call || !ts.isCallExpression(call)) return { refuse: GONE };
  const fn = functionAround(call);
  if (!fn)
    return {
      refuse: 'This runs when the module is loaded, where there is no request. Read it in a function.',
    };
  // `(cookies() as unknown as UnsafeUnwrappedCookies)`: the cast was for the promise that it no longer is.
  const whole = outermost(call);
  const cast = /UnsafeUnwrapped/.test(whole.getText(source)) ? whole : undefined;
  const edits: TextEdit[] = cast
    ? [{ start: cast.getStart(source), end: cast.end, text: `(await ${call.getText(source)})` }]
    : awaitEdits(source, call);
  if (isAsync(fn)) return own(context, edits);
  const callers = callersOf(context, source, fn);
  if (typeof callers === 'string') return { refuse: callers };
  return {
    changes: [
      {
        file,
        create: false,
        edits: [...edits, ...asyncEdits(source, fn), ...(callers.get(file) ?? [])],
      },
      ...[...callers].flatMap(([other, otherEdits]): FileEdits[] =>
        other === file || otherEdits.length === 0 ? [] : [{ file: other, create: false, edits: otherEdits }],
      ),
    ],
  };
}

/** What becoming async asks of a function's callers, by file; or why it can't become so. */
function callersOf(
  context: FixContext,
  source: ts.SourceFile,
  fn: FunctionNode,
): Map<FileId, TextEdit[]> | string {
  const { file, workspace, facts } = context;
  const declaration = ts.isFunctionDeclaration(fn) ? fn : fn.parent.parent?.parent;
  const modifiers =
    declaration && ts.canHaveModifiers(declaration) ? (ts.getModifiers(declaration) ?? []) : [];
  const has = (kind: ts.SyntaxKind): boolean => modifiers.some((modifier) => modifier.kind === kind);
  const name = nameOf(fn);
  const isDefault = has(ts.SyntaxKind.DefaultKeyword) || ts.isExportAssignment(fn.parent);
  if (name === undefined)
    return isDefault && isRouterFile(file)
      ? new Map()
      : 'The function that reads it is handed on: make it async by hand.';
  const edits = new Map<FileId, TextEdit[]>();
  const here = awaitCalls(source, name);
  if (typeof here === 'string') return here;
  edits.set(file, here);
  const exported =
    facts.kind === 'ts'
      ? facts.exports.flatMap((item) =>
          item.e === 'local' && nameIs(facts.bindings[item.b], name) ? [item.name] : [],
        )
      : [];
  if (exported.length === 0 || isRouterFile(file)) return edits;
  for (const importer of workspace.importers(file)) {
    const other = workspace.tsFacts(importer);
    const tree = context.sourceOf(importer);
    if (!other || !tree) return `${importer} imports ${name} and can't be read.`;
    const leads = (spec: string): boolean => {
      const target = workspace.target(importer, spec);
      return target.t === 'file' && target.file === file;
    };
    if (other.exports.some((item) => (item.e === 'from' || item.e === 'star') && leads(item.spec)))
      return `${importer} exports ${name} again: make its callers wait by hand.`;
    for (const item of other.imports) {
      if (!leads(item.spec)) continue;
      for (const { imported, b } of item.names) {
        if (imported === '*') return `${importer} imports the whole module: make its callers wait by hand.`;
        if (!exported.includes(imported)) continue;
        const there = awaitCalls(tree, other.bindings[b]?.name ?? imported);
        if (typeof there === 'string') return `${importer}: ${there}`;
        edits.set(importer, [...(edits.get(importer) ?? []), ...there]);
      }
    }
  }
  return edits;
}

function nameIs(binding: { name: string } | undefined, name: string): boolean {
  return binding?.name === name;
}
