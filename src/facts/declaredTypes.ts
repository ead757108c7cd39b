/** The types that a file declares, as far as values of other files may have them. */
import type { ts } from 'ts-morph';
import { SyntaxKind } from './syntax.ts';
import type { Binding, ImportFacts } from './tsModel.ts';

/** Longer ones describe more than a row. */
const MAX_LENGTH = 600;

/** @returns in order of the file */
export function declaredTypes(
  source: ts.SourceFile,
  imports: readonly ImportFacts[],
  bindings: readonly Binding[],
): { name: string; text: string }[] {
  const known = new Set(imports.flatMap(({ names }) => names.map(({ b }) => bindings[b]?.name ?? '')));
  if (known.size === 0) return [];
  const all = source.statements.flatMap((statement) => textOf(statement, source) ?? []);
  let rest = all.map((type) => ({ ...type, words: type.text.match(/[\p{L}$_][\p{L}\p{N}$_]*/gu) ?? [] }));
  const out = new Set<string>();
  // A type may stand before the one that it names.
  for (let size = -1; size !== out.size;) {
    size = out.size;
    const speaks = ({ name, words }: (typeof rest)[number]): boolean =>
      words.some((word) => word !== name && known.has(word));
    for (const { name } of rest.filter(speaks)) {
      out.add(name);
      known.add(name);
    }
    rest = rest.filter(({ name }) => !out.has(name));
  }
  return all.filter(({ name }) => out.has(name));
}

function textOf(statement: ts.Statement, source: ts.SourceFile): { name: string; text: string } | undefined {
  let text: string | undefined;
  let name = '';
  if (statement.kind === SyntaxKind.TypeAliasDeclaration) {
    const alias = statement as ts.TypeAliasDeclaration;
    name = alias.name.text;
    text = alias.type.getText(source);
  } else if (statement.kind === SyntaxKind.InterfaceDeclaration) {
    const item = statement as ts.InterfaceDeclaration;
    name = item.name.text;
    const bases = (item.heritageClauses ?? []).flatMap((clause) =>
      clause.types.map((type) => type.getText(source)),
    );
    const members = item.members.map((member) => member.getText(source)).join('; ');
    text = [...bases, `{ ${members} }`].join(' & ');
  }
  return text === undefined || text.length > MAX_LENGTH
    ? undefined
    : { name, text: text.replaceAll(/\s+/g, ' ') };
}
