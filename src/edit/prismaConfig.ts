/** Edits of `prisma.config.ts`, which is read as text and never run. */
import { ts } from 'ts-morph';
import { join, relativeTo } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { packageDir } from '../project/packages.ts';
import type { FileEdits } from '../run/finding.ts';
import type { EditContext } from './fix.ts';
import { addAll, plan } from './objectProperties.ts';
import type { Additions } from './objectProperties.ts';
import { styleOf } from './style.ts';

export interface ConfigEntries {
  /** From the workspace root. */
  schema?: FileId;
  /** Texts of expressions. */
  datasource?: { url: string; shadowDatabaseUrl?: string };
}

/** The change that makes the configuration of a file's package say something; a reason where its form can't be extended. */
export function configChange(
  { file, workspace, sourceOf }: EditContext,
  entries: ConfigEntries,
): FileEdits | { refuse: string } {
  const home = packageDir(workspace, file);
  const known = workspace.prismaConfigs().find((config) => config.home === home);
  if (!known)
    return {
      file: join(home, 'prisma.config.ts') ?? '',
      create: true,
      edits: [{ start: 0, end: 0, text: newConfig(workspace, home, entries) }],
    };
  const source = sourceOf(known.file);
  const object = source && configObject(source);
  if (!source || !object)
    return { refuse: `${known.file} isn't written as one object that could be extended.` };
  const additions: Additions = new Map();
  if (entries.schema !== undefined) {
    if (propertyOf(object, 'schema')) return { refuse: `${known.file} names a schema already.` };
    const base = known.file.slice(0, Math.max(0, known.file.lastIndexOf('/')));
    const quote = styleOf(source.text).quote;
    plan(additions, object, `schema: ${quote}${relativeTo(base, entries.schema)}${quote}`);
  }
  if (entries.datasource) {
    const datasource = propertyOf(object, 'datasource');
    const pairs = Object.entries(entries.datasource).map(([name, value]) => `${name}: ${value}`);
    if (!datasource) plan(additions, object, `datasource: { ${pairs.join(', ')} }`);
    else if (!ts.isObjectLiteralExpression(datasource))
      return { refuse: `The datasource of ${known.file} can't be read.` };
    else
      for (const pair of pairs)
        if (!propertyOf(datasource, pair.slice(0, pair.indexOf(':')))) plan(additions, datasource, pair);
  }
  return { file: known.file, create: false, edits: addAll(source, additions) };
}

function newConfig(
  workspace: EditContext['workspace'],
  home: string,
  { schema, datasource }: ConfigEntries,
): string {
  const facts = workspace.facts(join(home, 'package.json') ?? '');
  // Prisma's commands read no `.env` of themselves.
  const dotenv = facts?.kind === 'package' && 'dotenv' in facts.dependencies;
  const pairs = Object.entries(datasource ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [
    ...(dotenv ? [`import 'dotenv/config';`] : []),
    `import { defineConfig } from 'prisma/config';`,
    '',
    'export default defineConfig({',
    ...(schema === undefined ? [] : [`  schema: '${relativeTo(home, schema)}',`]),
    ...(datasource ? [`  datasource: { ${pairs.join(', ')} },`] : []),
    '});',
    '',
  ].join('\n');
}

/** The object of `export default defineConfig({ … })`, also with `satisfies` and through a constant. */
function configObject(source: ts.SourceFile): ts.ObjectLiteralExpression | undefined {
  for (const statement of source.statements)
    if (ts.isExportAssignment(statement)) return objectOf(statement.expression, source, 0);
  return undefined;
}

function objectOf(
  node: ts.Expression,
  source: ts.SourceFile,
  depth: number,
): ts.ObjectLiteralExpression | undefined {
  if (depth > 5) return undefined;
  if (ts.isObjectLiteralExpression(node)) return node;
  if (ts.isSatisfiesExpression(node) || ts.isAsExpression(node) || ts.isParenthesizedExpression(node))
    return objectOf(node.expression, source, depth + 1);
  if (ts.isCallExpression(node)) {
    const [first] = node.arguments;
    return first && objectOf(first, source, depth + 1);
  }
  if (!ts.isIdentifier(node)) return undefined;
  for (const statement of source.statements)
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && name.text === node.text && initializer)
          return objectOf(initializer, source, depth + 1);
  return undefined;
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of object.properties)
    if (ts.isPropertyAssignment(property) && property.name.getText() === name) return property.initializer;
  return undefined;
}
