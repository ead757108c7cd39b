import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { styleOf } from '../../edit/style.ts';

export const fixes = [
  defineFix({
    id: 'import-type',
    title: () => 'Import the types only',
    trust: 'safe',
    preferred: true,
    edit: importType,
  }),
  defineFix({
    id: 'mark-server-only',
    title: () => "Add import 'server-only'",
    trust: 'suggestion',
    preferred: false,
    edit: markServerOnly,
  }),
];

function importType({ file, finding, sourceOf }: FixContext): FixOutcome {
  const source = sourceOf(file);
  const statement = source && nodeAt(source, finding.start, finding.end)?.parent;
  if (!source || !statement || !ts.isImportDeclaration(statement) || !statement.importClause)
    return { refuse: 'The import can no longer be found.' };
  const clause = statement.importClause;
  const named = clause.namedBindings;
  if (clause.name && named)
    return { refuse: 'A default import and others can only be types in two statements; split it by hand.' };
  const start = clause.getStart(source);
  const edits = [{ start, end: start, text: 'type ' }];
  // `import type { type A }` is an error.
  if (named && ts.isNamedImports(named))
    for (const element of named.elements)
      if (element.isTypeOnly) {
        const from = element.getStart(source);
        edits.push({ start: from, end: (element.propertyName ?? element.name).getStart(source), text: '' });
      }
  return { changes: [{ file, create: false, edits }] };
}

function markServerOnly({ file, sourceOf }: FixContext): FixOutcome {
  const source = sourceOf(file);
  if (!source) return { refuse: 'The file can no longer be read.' };
  const { quote, semicolon, newline } = styleOf(source.text);
  const line = `import ${quote}server-only${quote}${semicolon}`;
  const first = source.statements.find(ts.isImportDeclaration);
  const start = (first ?? source.statements[0])?.getStart(source) ?? 0;
  return {
    changes: [
      { file, create: false, edits: [{ start, end: start, text: line + newline + (first ? '' : newline) }] },
    ],
  };
}
