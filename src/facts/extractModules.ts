/** Imports and exports of a module. */
import type { ts } from 'ts-morph';
import type { StatementExtractor } from './extractTs.ts';
import { hasModifier } from './tsDocs.ts';
import type { ImportFacts } from './tsModel.ts';
import { SyntaxKind, isNamespaceExport, isNamespaceImport, isStringLiteral } from './syntax.ts';

export function importDeclaration(it: StatementExtractor, node: ts.ImportDeclaration): void {
  if (!isStringLiteral(node.moduleSpecifier)) return;
  const clause = node.importClause;
  const typeOnly = clause?.phaseModifier === SyntaxKind.TypeKeyword;
  const entry: ImportFacts = {
    spec: node.moduleSpecifier.text,
    at: it.spans.node(node.moduleSpecifier),
    typeOnly,
    names: [],
  };
  const add = (imported: string, local: ts.Identifier, type: boolean): void => {
    const at = it.spans.node(local);
    entry.names.push({
      imported,
      b: it.scopes.declare(local.text, 'import', at),
      typeOnly: typeOnly || type,
      at,
    });
  };
  if (clause?.name) add('default', clause.name, false);
  const named = clause?.namedBindings;
  if (named && isNamespaceImport(named)) add('*', named.name, false);
  else if (named)
    for (const element of named.elements)
      add((element.propertyName ?? element.name).text, element.name, element.isTypeOnly);
  it.facts.imports.push(entry);
}

export function exportDeclaration(it: StatementExtractor, node: ts.ExportDeclaration): void {
  const spec =
    node.moduleSpecifier && isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined;
  const at = it.spans.node(node);
  const clause = node.exportClause;
  if (!clause) {
    if (spec !== undefined)
      it.facts.exports.push({ e: 'star', spec, as: undefined, at, typeOnly: node.isTypeOnly });
    return;
  }
  if (isNamespaceExport(clause)) {
    if (spec !== undefined)
      it.facts.exports.push({ e: 'star', spec, as: clause.name.text, at, typeOnly: node.isTypeOnly });
    return;
  }
  for (const element of clause.elements) {
    const name = element.name.text;
    const imported = (element.propertyName ?? element.name).text;
    const place = it.spans.node(element.name);
    const typeOnly = node.isTypeOnly || element.isTypeOnly;
    if (spec !== undefined) it.facts.exports.push({ e: 'from', name, imported, spec, at: place, typeOnly });
    else if (!typeOnly) {
      const b = it.scopes.lookup(imported);
      if (b >= 0) it.facts.exports.push({ e: 'local', name, b, at: place });
    }
  }
}

export function exportLocal(
  it: StatementExtractor,
  node: ts.Node & { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined },
  names: ts.Identifier[],
): void {
  if (!hasModifier(node, SyntaxKind.ExportKeyword)) return;
  const isDefault = hasModifier(node, SyntaxKind.DefaultKeyword);
  for (const name of names) {
    const b = it.scopes.lookup(name.text);
    if (b < 0) continue;
    it.facts.exports.push({
      e: 'local',
      name: isDefault ? 'default' : name.text,
      b,
      at: it.spans.node(name),
    });
  }
}
