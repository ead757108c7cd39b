import { ts } from 'ts-morph';
import { basename, dirname, join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, withoutImports } from '../../edit/imports.ts';
import type { WantedImport } from '../../edit/imports.ts';
import { appended } from '../../edit/movedCode.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { declarationOf, isImported, isInside, moduleNames, referencesIn } from '../../edit/scopes.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { styleOf } from '../../edit/style.ts';
import { parseTs } from '../../facts/parseTs.ts';
import { applyEdits, minimalEdit } from '../../edit/applyEdits.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'use-first',
    title: ({ first }) => `Use ${String(first)} instead`,
    trust: 'suggestion',
    preferred: true,
    edit: useFirst,
  }),
  defineFix({
    id: 'move-schema',
    title: ({ folder }) => `Move the schema to ${String(folder)}`,
    trust: 'suggestion',
    preferred: false,
    edit: moveSchema,
  }),
];

interface Declared {
  source: ts.SourceFile;
  name: string;
  statement: ts.VariableStatement;
  value: ts.Expression;
  exported: boolean;
}

/** The statement of the module that declares a schema, or why it has to stay. */
function declaredAt(context: FixContext): Declared | string {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  const declaration = name?.parent;
  const statement = declaration?.parent?.parent;
  if (
    !source ||
    !name ||
    !declaration ||
    !ts.isVariableDeclaration(declaration) ||
    !declaration.initializer ||
    !statement ||
    !ts.isVariableStatement(statement)
  )
    return 'The schema can no longer be found.';
  if (statement.parent !== source)
    return 'The schema is made inside a function, of things that only it knows.';
  if (statement.declarationList.declarations.length > 1)
    return 'The statement declares several names: take them apart first.';
  const exported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
  return { source, name: name.getText(source), statement, value: declaration.initializer, exported };
}

function useFirst(context: FixContext): FixOutcome {
  const { workspace, file, data } = context;
  const declared = declaredAt(context);
  if (typeof declared === 'string') return { refuse: declared };
  const { name, source } = declared;
  const first = String(data['first']);
  const from = String(data['from']);
  const facts = workspace.tsFacts(from);
  const role = workspace.baseRole(from);
  if (!facts || role === 'action' || role === 'route' || role === 'page')
    return { refuse: `\`${first}\` stands in ${from}, from where nothing can be imported: move it first.` };
  if (!facts.exports.some((item) => item.e === 'local' && item.name === first))
    return { refuse: `\`${first}\` is not exported from ${from}: export it first.` };
  if (declared.exported && isUsedElsewhere(context, name))
    return { refuse: `Other files import \`${name}\` from here: let them import \`${first}\` first.` };
  const spec = specifierFor(workspace, file, from);
  if (spec === undefined) return { refuse: `There is no way to import ${from} from here.` };
  return {
    changes: [
      {
        file,
        create: false,
        edits: replaced(source, declared.statement, {
          spec,
          name: first,
          ...(first === name ? {} : { as: name }),
        }),
      },
    ],
  };
}

function isUsedElsewhere({ workspace, file }: FixContext, name: string): boolean {
  return [...workspace.importers(file), ...workspace.typeImporters(file)].some((importer) =>
    workspace.tsFacts(importer)?.imports.some((item) => {
      const target = workspace.target(importer, item.spec);
      return (
        target.t === 'file' &&
        target.file === file &&
        item.names.some(({ imported }) => imported === name || imported === '*')
      );
    }),
  );
}

/** The module without a statement, with an import instead, and without imports that only the statement needed. */
function replaced(source: ts.SourceFile, statement: ts.VariableStatement, wanted: WantedImport): TextEdit[] {
  const { text } = source;
  const gone = new Set<string>();
  for (const name of referencesIn(statement)) {
    const declaration = declarationOf(name);
    if (!declaration || !isImported(declaration)) continue;
    const isNeeded = referencesIn(source).some(
      (other) =>
        other.text === name.text && !isInside(other, statement) && declarationOf(other) === declaration,
    );
    if (!isNeeded) gone.add(name.text);
  }
  const start = statement.getStart(source);
  const after = /^[ \t]*\r?\n(\r?\n)?/.exec(text.slice(statement.end))?.[0].length ?? 0;
  const removal: TextEdit = { start, end: statement.end + after, text: '' };
  const headEnd = source.statements.findLast(ts.isImportDeclaration)?.end ?? 0;
  const head = text.slice(0, headEnd);
  const added = applyEdits(head, addImport(parseTs(source.fileName, head, true), wanted));
  const kept = withoutImports(parseTs(source.fileName, added, true), [...gone]).trimEnd();
  return [minimalEdit(head, kept), removal];
}

function moveSchema(context: FixContext): FixOutcome {
  const { workspace, file } = context;
  const declared = declaredAt(context);
  if (typeof declared === 'string') return { refuse: declared };
  const { source, name, statement, value } = declared;
  if (declared.exported && isUsedElsewhere(context, name))
    return { refuse: `Other files import \`${name}\` from here: move it by hand.` };
  const target = moduleFor(context);
  if (target === undefined) return { refuse: 'It is not clear how the new module should be called.' };
  const there = context.sourceOf(target);
  if (workspace.exists(target) && !there) return { refuse: `${target} can't be read.` };
  const taken = there ? moduleNames(there) : new Set<string>();
  if (taken.has(name)) return { refuse: `${target} has a \`${name}\` of its own.` };
  const imports = importsOf(context, value, target, there);
  if (typeof imports === 'string') return { refuse: imports };
  const spec = specifierFor(workspace, file, target);
  if (spec === undefined) return { refuse: `There is no way to import ${target} from here.` };
  const style = styleOf(context.text);
  const own = statement.getText(source);
  const code = (declared.exported ? own : `export ${own}`) + style.newline;
  const change: FileEdits = there
    ? {
        file: target,
        create: false,
        edits: appended(target, there.text, there, imports, code, styleOf(there.text)),
      }
    : {
        file: target,
        create: true,
        edits: [
          {
            start: 0,
            end: 0,
            text:
              imports
                .map(
                  (item) =>
                    `import { ${item.name} } from ${style.quote}${item.spec}${style.quote}${style.semicolon}${style.newline}`,
                )
                .join('') +
              style.newline +
              code,
          },
        ],
      };
  return {
    changes: [{ file, create: false, edits: replaced(source, statement, { spec, name }) }, change],
  };
}

/** What a schema needs at its new place: Zod, and what else it names by an import. */
function importsOf(
  { workspace, file }: FixContext,
  value: ts.Expression,
  target: FileId,
  there: ts.SourceFile | undefined,
): WantedImport[] | string {
  const out = new Map<string, WantedImport>();
  const known = there ? moduleNames(there) : new Set<string>();
  for (const name of referencesIn(value)) {
    const declaration = declarationOf(name);
    if (!declaration || isInside(declaration, value) || out.has(name.text)) continue;
    if (!isImported(declaration) || !ts.isImportSpecifier(declaration))
      return `The schema uses \`${name.text}\` of this file: move that first.`;
    const literal = declaration.parent.parent.parent.moduleSpecifier;
    if (declaration.propertyName || !ts.isStringLiteral(literal))
      return `\`${name.text}\` is imported under another name: move the schema by hand.`;
    const leads = workspace.target(file, literal.text);
    const spec =
      leads.t === 'file' && leads.file !== target && literal.text.startsWith('.')
        ? specifierFor(workspace, target, leads.file)
        : literal.text;
    if (spec === undefined || (leads.t === 'file' && leads.file === target))
      return `${target} has no way to import \`${name.text}\`.`;
    if (!known.has(name.text)) out.set(name.text, { spec, name: name.text });
  }
  return [...out.values()];
}

/** `lib/actions/post.actions.ts` goes to `post.ts`, `app/api/posts/route.ts` to `posts.ts`, in the style of the names there. */
function moduleFor({ workspace, file, data }: FixContext): FileId | undefined {
  const folder = String(data['folder']);
  const stem = basename(file)
    .replace(/\.[cm]?[jt]sx?$/, '')
    .replace(/[.-](actions?|action|page|form)$/, '');
  const isPlain = /^_?(actions?|route|page|layout|index)$/i.test(stem);
  const subject = isPlain
    ? dirname(file)
        .split('/')
        .findLast((part) => /^[a-z][\w-]*$/i.test(part) && !/^(app|src|lib|api|server|actions?)$/i.test(part))
    : stem;
  if (subject === undefined) return undefined;
  const siblings = workspace.filesIn(folder);
  const suffix = siblings
    .map((other) => /[.-](schema|schemas|validation|validator)(?=\.[cm]?[jt]s$)/.exec(other)?.[0])
    .find((found) => found !== undefined);
  const candidates = [`${subject}${suffix ?? ''}.ts`, `${subject}.ts`].map((name) => join(folder, name));
  return candidates.find((one) => one !== undefined && workspace.exists(one)) ?? candidates[0];
}
