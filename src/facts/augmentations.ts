/** What `declare module 'x'` blocks add to interfaces: the types of a session, for instance. */
import type { ts } from 'ts-morph';
import type { SpanTable } from './spanTable.ts';
import type { AugmentedInterface, AugmentedMember } from './tsModel.ts';
import { SyntaxKind } from './syntax.ts';

/** Names of types that the same file declares are looked through so deep. */
const MAX_DEPTH = 4;

/** The interfaces of one `declare module` block. */
export function augmentedInterfaces(
  node: ts.ModuleDeclaration,
  source: ts.SourceFile,
  spans: SpanTable,
): AugmentedInterface[] {
  const { body } = node;
  if (body?.kind !== SyntaxKind.ModuleBlock) return [];
  const { statements } = body as ts.ModuleBlock;
  const declared = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();
  for (const statement of [...source.statements, ...statements])
    if (isNamedType(statement)) declared.set(statement.name.text, statement);
  return statements.flatMap((statement) => {
    if (statement.kind !== SyntaxKind.InterfaceDeclaration) return [];
    const item = statement as ts.InterfaceDeclaration;
    const members = item.members.flatMap((member) => memberOf(member, spans, declared));
    const isOpen = (item.heritageClauses ?? []).some((clause) =>
      clause.types.some((type) => !KNOWN.test(type.getText(source))),
    );
    return [{ name: item.name.text, members, ...(isOpen ? { open: true as const } : {}) }];
  });
}

/** Types of Auth.js that add nothing to what a session has anyway. */
const KNOWN = /^(Default(Session|User|JWT)|Session|User|JWT|AdapterUser)\b/;

type Declared = ReadonlyMap<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>;

function isNamedType(node: ts.Statement): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  return node.kind === SyntaxKind.InterfaceDeclaration || node.kind === SyntaxKind.TypeAliasDeclaration;
}

function nameOf(member: ts.TypeElement): string | undefined {
  const { name } = member;
  return name?.kind === SyntaxKind.Identifier || name?.kind === SyntaxKind.StringLiteral
    ? (name as ts.Identifier | ts.StringLiteral).text
    : undefined;
}

function memberOf(member: ts.TypeElement, spans: SpanTable, declared: Declared): AugmentedMember[] {
  const name = nameOf(member);
  if (name === undefined || !member.name) return [];
  const type =
    member.kind === SyntaxKind.PropertySignature ? (member as ts.PropertySignature).type : undefined;
  const fields = type && fieldsOf(type, declared, 0);
  return [{ name, at: spans.node(member.name), ...(fields ? { fields } : {}) }];
}

function referenceName({ typeName }: ts.TypeReferenceNode): string | undefined {
  return typeName.kind === SyntaxKind.Identifier ? (typeName as ts.Identifier).text : undefined;
}

/** Names of the fields of an object type; `undefined` when the file doesn't show them all. */
function fieldsOf(type: ts.TypeNode, declared: Declared, depth: number): string[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (type.kind) {
    case SyntaxKind.TypeLiteral:
      return (type as ts.TypeLiteralNode).members.flatMap((member) => nameOf(member) ?? []);
    case SyntaxKind.ParenthesizedType:
      return fieldsOf((type as ts.ParenthesizedTypeNode).type, declared, depth);
    case SyntaxKind.IntersectionType: {
      const parts = (type as ts.IntersectionTypeNode).types.map((part) =>
        fieldsOf(part, declared, depth + 1),
      );
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    // `DefaultSession['user']` has what every session has.
    case SyntaxKind.IndexedAccessType: {
      const { objectType } = type as ts.IndexedAccessTypeNode;
      return objectType.kind === SyntaxKind.TypeReference &&
        KNOWN.test(referenceName(objectType as ts.TypeReferenceNode) ?? '')
        ? []
        : undefined;
    }
    case SyntaxKind.TypeReference: {
      const name = referenceName(type as ts.TypeReferenceNode);
      if (name === undefined) return undefined;
      const target = declared.get(name);
      if (!target) return KNOWN.test(name) ? [] : undefined;
      if (target.kind === SyntaxKind.TypeAliasDeclaration)
        return fieldsOf((target as ts.TypeAliasDeclaration).type, declared, depth + 1);
      const { members, heritageClauses } = target as ts.InterfaceDeclaration;
      if (heritageClauses?.length) return undefined;
      return members.flatMap((member) => nameOf(member) ?? []);
    }
    default:
      return undefined;
  }
}
