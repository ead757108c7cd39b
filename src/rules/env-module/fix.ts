import { ts } from 'ts-morph';
import type { FileId } from '../../base/path.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport } from '../../edit/imports.ts';
import type { FileEdits } from '../../run/finding.ts';
import { demandOfAll, numberCall, readAt, readsByName } from './evidence.ts';
import type { Demand } from './evidence.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { envModuleFor, newEnvModule } from '../../workspace/envModules.ts';
import { importsBack, reachedByClient } from './reach.ts';
import { replacePattern, replaceRead } from './replace.ts';
import type { Replacement } from './replace.ts';
import { readSchema } from '../../edit/envSchema.ts';
import type { Variable } from '../../edit/envSchema.ts';
import { exampleEdit, moduleText, zodRange } from '../../edit/envFiles.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const fixes = [
  defineFix({
    id: 'use-env-module',
    title: ({ name }) => `Read ${text(name)} from the env module`,
    trust: 'suggestion',
    preferred: true,
    edit: useEnvModule,
  }),
  defineFix({
    id: 'create-env-module',
    title: ({ name }) => `Create an env module and read ${text(name)} from it`,
    trust: 'suggestion',
    preferred: false,
    edit: createEnvModule,
  }),
];

function useEnvModule(context: FixContext): FixOutcome {
  const { file, workspace, finding, sourceOf } = context;
  const name = text(context.data['name']);
  const module = envModuleFor(workspace, file, name);
  const source = sourceOf(file);
  const moduleSource = module === undefined ? undefined : sourceOf(module);
  if (module === undefined || !source || !moduleSource) return { refuse: 'The env module is gone.' };
  const schema = readSchema(moduleSource, module);
  if (typeof schema === 'string') return { refuse: schema };
  if (!(schema.t3 && name.startsWith('NEXT_PUBLIC_')) && reachedByClient(workspace, file))
    return { refuse: clientReason(module) };
  if (importsBack(workspace, module, file))
    return { refuse: `${module} imports this file: importing it back would make a cycle.` };
  const spec = specifierFor(workspace, file, module);
  if (spec === undefined) return { refuse: `This package can't import ${module}.` };
  const node = readAt(source, finding.start, finding.end);
  if (!node) return { refuse: 'The read can no longer be found.' };
  const known = (variable: string): string | undefined => schema.typeOf(variable);
  const added: Variable[] = [];
  const typeFor = (variable: string, demand: Demand, isNumber: boolean): string => {
    const type = known(variable);
    if (type !== undefined) return type;
    const fresh = freshType(
      variable,
      demand,
      isNumber,
      schema.zod,
      writesUrl(context, module, moduleSource.text),
    );
    added.push({ name: variable, type: fresh });
    return fresh;
  };
  const target = { spec, name: schema.exported, call: schema.call, taken: namesIn(context) };
  if (isCommonJs(source))
    return { refuse: 'This file is a CommonJS module, which can only be given the env module by hand.' };
  const replaced = replacement(source, node, name, target, typeFor);
  if (typeof replaced === 'string') return { refuse: replaced };
  const extended = added.length > 0 ? schema.add(added) : [];
  if (typeof extended === 'string') return { refuse: extended };
  const changes: FileEdits[] = [
    { file, create: false, edits: [...replaced.edits, ...importEdits(source, target, replaced)] },
  ];
  if (extended.length > 0) changes.push({ file: module, create: false, edits: extended });
  const example = exampleEdit(
    context,
    module,
    added.map((variable) => variable.name),
  );
  if (example) changes.push(example);
  return { changes };
}

function createEnvModule(context: FixContext): FixOutcome {
  const { file, workspace, finding, sourceOf } = context;
  const name = text(context.data['name']);
  const module = newEnvModule(workspace, file);
  const source = sourceOf(file);
  if (module === undefined || !source) return { refuse: 'This file belongs to no application.' };
  if (workspace.exists(module)) return { refuse: `${module} exists already.` };
  const zod = zodRange(context, module);
  if (zod === undefined) return { refuse: 'Zod is not among the dependencies: install it first.' };
  if (reachedByClient(workspace, file)) return { refuse: clientReason(module) };
  const spec = specifierFor(workspace, file, module);
  const node = readAt(source, finding.start, finding.end);
  if (spec === undefined || !node) return { refuse: 'The read can no longer be found.' };
  const isV4 = /^[\^~>=\s]*4\b/.test(zod);
  const url = isV4 ? 'v4' : 'v3';
  const types = new Map<string, string>();
  const typeFor = (variable: string, demand: Demand, isNumber: boolean): string => {
    const type = types.get(variable) ?? freshType(variable, demand, isNumber, 'z', url);
    types.set(variable, type);
    return type;
  };
  const target = { spec, name: 'env', call: false, taken: namesIn(context) };
  if (isCommonJs(source))
    return { refuse: 'This file is a CommonJS module, which can only be given the env module by hand.' };
  const replaced = replacement(source, node, name, target, typeFor);
  if (typeof replaced === 'string') return { refuse: replaced };
  const names = Array.isArray(context.data['names'])
    ? context.data['names'].filter((other) => typeof other === 'string')
    : [];
  const reads = readsByName(source);
  for (const other of names) {
    const nodes = reads.get(other) ?? [];
    if (!other.startsWith('NEXT_PUBLIC_') && nodes.length > 0)
      typeFor(
        other,
        demandOfAll(nodes),
        nodes.every((read) => numberCall(read) !== undefined),
      );
    else if (!other.startsWith('NEXT_PUBLIC_')) typeFor(other, 'optional', false);
  }
  const order = (variable: string): number =>
    names.includes(variable) ? names.indexOf(variable) : names.length;
  const variables = [...types]
    .map(([variable, type]) => ({ name: variable, type }))
    .toSorted((a, b) => order(a.name) - order(b.name));
  const changes: FileEdits[] = [
    { file, create: false, edits: [...replaced.edits, ...importEdits(source, target, replaced)] },
    {
      file: module,
      create: true,
      edits: [{ start: 0, end: 0, text: moduleText(variables, isV4, context.text) }],
    },
  ];
  const example = exampleEdit(
    context,
    module,
    variables.map((variable) => variable.name),
  );
  if (example) changes.push(example);
  return { changes };
}

function clientReason(module: FileId): string {
  return `Client code imports this file: ${module} would end up in the browser, where its check fails. Read the variable in a server file first.`;
}

type TypeFor = (name: string, demand: Demand, isNumber: boolean) => string;
type Target = Parameters<typeof replaceRead>[3];

function replacement(
  source: ts.SourceFile,
  node: ts.Expression | ts.BindingElement,
  name: string,
  target: Target,
  typeFor: TypeFor,
): Replacement | string {
  if (ts.isBindingElement(node)) return replacePattern(source, node, target, typeFor);
  const own = readsByName(source).get(name) ?? [];
  const reads = own.includes(node) ? own : [...own, node];
  const type = typeFor(
    name,
    demandOfAll(reads),
    reads.every((read) => numberCall(read) !== undefined),
  );
  return replaceRead(source, node, name, target, type);
}

function importEdits(source: ts.SourceFile, target: Target, replaced: Replacement): FileEdits['edits'] {
  return replaced.imported
    ? []
    : addImport(source, {
        spec: target.spec,
        name: target.name,
        ...(replaced.local === target.name ? {} : { as: replaced.local }),
      });
}

function isCommonJs(source: ts.SourceFile): boolean {
  const isModule = source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true),
  );
  return !isModule && /\bmodule\.exports\b|\bexports\.\w|\brequire\(/.test(source.text);
}

/** Names that the file declares anywhere: the import must not clash with one of them. */
function namesIn({ facts }: FixContext): ReadonlySet<string> {
  return new Set(facts.kind === 'ts' ? facts.bindings.map((binding) => binding.name) : []);
}

/** A type that asks of a variable what the code asks of it, and no more. */
function freshType(name: string, demand: Demand, isNumber: boolean, zod: string, url: 'v3' | 'v4'): string {
  if (name === 'NODE_ENV') return `${zod}.enum(['development', 'test', 'production']).default('development')`;
  // An empty line in `.env` gives an empty text, which an optional URL would refuse.
  if (demand === 'optional') return `${zod}.string().optional()`;
  if (isNumber) return `${zod}.coerce.number()`;
  if (/(^|_)(URL|URI)$/.test(name)) return url === 'v4' ? `${zod}.url()` : `${zod}.string().url()`;
  return `${zod}.string().min(1)`;
}

/** Whether the module writes `z.url()` (Zod 4) or `z.string().url()`, which both versions know. */
function writesUrl(context: FixContext, module: FileId, schema: string): 'v3' | 'v4' {
  if (/string\(\)\s*\.url\(/.test(schema)) return 'v3';
  return /\bz\.url\(|from ['"]zod\/v4['"]/.test(schema) ||
    /^[\^~>=\s]*4\b/.test(zodRange(context, module) ?? '')
    ? 'v4'
    : 'v3';
}
