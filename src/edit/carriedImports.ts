/** Imports that code takes along into another module. */
import { ts } from 'ts-morph';
import type { FileId } from '../base/path.ts';
import { packageDir } from '../project/packages.ts';
import type { Captures } from './captures.ts';
import type { EditContext } from './fix.ts';
import { importedAs } from './imports.ts';
import type { WantedImport } from './imports.ts';
import { moduleNames } from './scopes.ts';
import { specifierFor } from './specifier.ts';

/**
 * Imports of the service module for everything the moved code names, and the names that the module has for them already where
 * these differ.
 */
export function importsFor(
  context: EditContext,
  source: ts.SourceFile,
  targetSource: ts.SourceFile,
  { imports: used, parameters }: Captures,
  target: FileId,
): { imports: WantedImport[]; renamed: Map<ts.Identifier, string> } | string {
  const imports: WantedImport[] = [];
  const renamed = new Map<ts.Identifier, string>();
  const types = new Set(parameters.flatMap(({ uses }) => uses));
  const there = moduleNames(targetSource);
  for (const local of new Set([...used.keys(), ...types])) {
    const found = importOf(source, local);
    if (!found) return `\`${local}\` is not imported in a way that can be repeated.`;
    const spec = specFrom(context, found.spec, target);
    if (spec === undefined) return `The service module has no way to import ${found.spec}.`;
    const known =
      importedAs(targetSource, spec, found.name) ?? sameClient(context, targetSource, target, found);
    if (known !== undefined) {
      if (known !== local && types.has(local)) return `\`${local}\` has another name in ${target}.`;
      for (const place of used.get(local) ?? []) if (known !== local) renamed.set(place, known);
      continue;
    }
    const typeOnly = found.typeOnly || !used.has(local);
    const isThere = importOf(targetSource, local);
    if (there.has(local) && !(typeOnly && isThere?.spec === spec && isThere.name === found.name))
      return `\`${local}\` is something else in ${target}.`;
    if (!isThere)
      imports.push({ spec, name: found.name, ...(found.name === local ? {} : { as: local }), typeOnly });
  }
  const isMissing = (name: string): boolean =>
    !imports.some((item) => item.name === name) && !importOf(targetSource, name);
  if (parameters.some(({ zod }) => zod) && isMissing('z'))
    imports.push({ spec: 'zod', name: 'z', typeOnly: true });
  if (parameters.some(({ prisma }) => prisma) && isMissing('Prisma')) {
    const spec = clientSpecifier(context, target);
    if (spec === undefined) return 'No import of the generated client was found to take types from.';
    imports.push({ spec, name: 'Prisma', typeOnly: true });
  }
  return { imports, renamed };
}

/** The name under which a module imports the client from the same file, whatever export that is. */
function sameClient(
  { workspace, file }: EditContext,
  targetSource: ts.SourceFile,
  target: FileId,
  found: Found,
): string | undefined {
  const from = workspace.target(file, found.spec);
  if (from.t !== 'file' || workspace.exported(from.file, found.name).k !== 'prisma') return undefined;
  for (const item of workspace.tsFacts(target)?.imports ?? []) {
    const leads = workspace.target(target, item.spec);
    if (leads.t !== 'file' || leads.file !== from.file) continue;
    for (const named of item.names) {
      const local = workspace.tsFacts(target)?.bindings[named.b]?.name;
      if (
        local !== undefined &&
        workspace.moduleValue(target, named.b).k === 'prisma' &&
        importOf(targetSource, local)
      )
        return local;
    }
  }
  return undefined;
}

interface Found {
  spec: string;
  name: string;
  typeOnly: boolean;
}

function importOf(source: ts.SourceFile, local: string): Found | undefined {
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const clause = statement.importClause;
    const spec = statement.moduleSpecifier.text;
    const isType = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    if (clause?.name?.text === local) return { spec, name: 'default', typeOnly: isType };
    const named = clause?.namedBindings;
    if (!named || !ts.isNamedImports(named)) continue;
    const element = named.elements.find((candidate) => candidate.name.text === local);
    if (element)
      return {
        spec,
        name: (element.propertyName ?? element.name).text,
        typeOnly: isType || element.isTypeOnly,
      };
  }
  return undefined;
}

/** A specifier of one file as another one writes it. */
function specFrom(context: EditContext, spec: string, target: FileId): string | undefined {
  const { workspace, file } = context;
  const leads = workspace.target(file, spec);
  if (leads.t === 'package' || !spec.startsWith('.')) return spec;
  if (leads.t === 'file')
    return leads.file === target ? undefined : specifierFor(workspace, target, leads.file);
  return undefined;
}

/** How the project imports the generated client: from itself, or from the module that hands its types on. */
export function clientSpecifier(context: EditContext, target: FileId): string | undefined {
  const { workspace, file } = context;
  const folder = target.replace(/[^/]*$/, '');
  const others = [target, file, ...workspace.filesIn(folder.slice(0, -1)), ...workspace.withTrait('client')];
  for (const other of others)
    for (const { spec, names } of workspace.tsFacts(other)?.imports ?? []) {
      if (!names.some(({ imported }) => imported === 'Prisma' || imported === 'PrismaClient')) continue;
      const isSame = !spec.startsWith('.') || other.replace(/[^/]*$/, '') === folder;
      const leads = workspace.target(target, spec);
      if (isSame && (leads.t === 'generated' || leads.t === 'package') && isReachable(context, other, spec))
        return spec;
    }
  for (const { spec } of workspace.tsFacts(file)?.imports ?? []) {
    const leads = workspace.target(file, spec);
    if (leads.t !== 'file' || spec.startsWith('.')) continue;
    const value = workspace.exported(leads.file, 'Prisma');
    if (value.k === 'generated' || (value.k === 'package' && value.spec === '@prisma/client')) return spec;
  }
  return undefined;
}

/** A package that another package of the workspace depends on needn't be one of this file's. */
function isReachable({ workspace, file }: EditContext, other: FileId, spec: string): boolean {
  return (
    /^[.@~#]\//.test(spec) ||
    packageDir(workspace, other) === packageDir(workspace, file) ||
    (workspace.tsFacts(file)?.imports.some((item) => item.spec === spec) ?? false)
  );
}
