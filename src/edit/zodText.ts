/** Zod schemas as texts, from declared types and from the columns that values are written to. */
import { ts } from 'ts-morph';
import type { SchemaModel } from '../prisma/schema.ts';
import { declarationOf } from './scopes.ts';
import type { Style } from './style.ts';

/** The columns that values are written to: name → `accessor.field`. */
export interface ColumnHints {
  schema: SchemaModel | undefined;
  columns: { readonly [name: string]: string };
}

/** The schema of a declared type; undefined where the file doesn't show it. */
export function zodOfType(
  type: ts.TypeNode,
  name: string,
  hints: ColumnHints,
  style: Style,
  depth = 0,
): string | undefined {
  if (depth > 5) return undefined;
  const inner = (node: ts.TypeNode): string | undefined => zodOfType(node, name, hints, style, depth + 1);
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword:
      return zodOfColumn(name, hints, style) ?? 'z.string()';
    case ts.SyntaxKind.NumberKeyword:
      return /^z\.(int|number)/.test(zodOfColumn(name, hints, style) ?? '')
        ? zodOfColumn(name, hints, style)
        : 'z.number()';
    case ts.SyntaxKind.BooleanKeyword:
      return 'z.boolean()';
    default:
  }
  if (ts.isParenthesizedTypeNode(type)) return inner(type.type);
  if (ts.isArrayTypeNode(type)) {
    const of = inner(type.elementType);
    return of && `z.array(${of})`;
  }
  if (ts.isTypeLiteralNode(type)) return zodOfMembers(type.members, hints, style, depth);
  if (ts.isLiteralTypeNode(type))
    return ts.isStringLiteral(type.literal) ? `z.literal(${type.getText()})` : undefined;
  if (ts.isUnionTypeNode(type)) return zodOfUnion(type, inner);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  if (type.typeName.text === 'Date') return 'z.date()';
  if (type.typeName.text === 'Array' && type.typeArguments?.[0]) {
    const of = inner(type.typeArguments[0]);
    return of && `z.array(${of})`;
  }
  const declaration = declarationOf(type.typeName);
  if (declaration && ts.isInterfaceDeclaration(declaration) && !declaration.heritageClauses)
    return zodOfMembers(declaration.members, hints, style, depth);
  if (declaration && ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters)
    return inner(declaration.type);
  const column = zodOfColumn(name, hints, style);
  return column?.startsWith('z.enum') ? column : undefined;
}

function zodOfUnion(
  type: ts.UnionTypeNode,
  inner: (node: ts.TypeNode) => string | undefined,
): string | undefined {
  const isNull = (part: ts.TypeNode): boolean =>
    ts.isLiteralTypeNode(part) && part.literal.kind === ts.SyntaxKind.NullKeyword;
  const isUndefined = (part: ts.TypeNode): boolean => part.kind === ts.SyntaxKind.UndefinedKeyword;
  const kept = type.types.filter((part) => !isNull(part) && !isUndefined(part));
  const [only] = kept;
  const isText = (part: ts.TypeNode): boolean =>
    ts.isLiteralTypeNode(part) && ts.isStringLiteral(part.literal);
  const base =
    kept.length === 1 && only
      ? inner(only)
      : kept.every(isText)
        ? `z.enum([${kept.map((part) => part.getText()).join(', ')}])`
        : undefined;
  if (base === undefined) return undefined;
  return `${base}${type.types.some(isNull) ? '.nullable()' : ''}${type.types.some(isUndefined) ? '.optional()' : ''}`;
}

function zodOfMembers(
  members: ts.NodeArray<ts.TypeElement>,
  hints: ColumnHints,
  style: Style,
  depth: number,
): string | undefined {
  const fields: [string, string][] = [];
  for (const member of members) {
    if (!ts.isPropertySignature(member) || !member.type || !ts.isIdentifier(member.name)) return undefined;
    const text = zodOfType(member.type, member.name.text, hints, style, depth + 1);
    if (text === undefined) return undefined;
    fields.push([member.name.text, member.questionToken ? `${text}.optional()` : text]);
  }
  return zodObject(fields, style, depth);
}

/** `z.object({ … })`, one field a line. */
export function zodObject(
  fields: readonly (readonly [string, string])[],
  { indent, newline }: Style,
  depth = 0,
): string {
  if (fields.length === 0) return 'z.object({})';
  const pad = indent.repeat(depth + 1);
  const lines = fields.map(([name, text]) => `${pad}${name}: ${text},`);
  return `z.object({${newline}${lines.join(newline)}${newline}${indent.repeat(depth)}})`;
}

/** The schema of the column that a name is written to. */
export function zodOfColumn(
  name: string,
  { schema, columns }: ColumnHints,
  { quote }: Style,
): string | undefined {
  const [accessor = '', key = ''] = (columns[name] ?? '').split('.');
  const model = schema?.modelOf(accessor);
  const field = model && schema?.field(model.name, key);
  if (!schema || !field || field.list) return undefined;
  const values = schema.enum(field.type)?.values;
  if (values) return `z.enum([${values.map((value) => `${quote}${value.name}${quote}`).join(', ')}])`;
  switch (field.type) {
    case 'String':
      return field.optional ? 'z.string()' : 'z.string().min(1)';
    case 'Int':
      return 'z.number().int()';
    case 'Float':
      return 'z.number()';
    case 'Boolean':
      return 'z.boolean()';
    case 'DateTime':
      return 'z.coerce.date()';
    default:
      return undefined;
  }
}

/** Whether the column that a name is written to may be empty. */
export function isOptionalColumn(name: string, { schema, columns }: ColumnHints): boolean {
  const [accessor = '', key = ''] = (columns[name] ?? '').split('.');
  const model = schema?.modelOf(accessor);
  const field = model && schema?.field(model.name, key);
  return field !== undefined && (field.optional || field.default !== undefined);
}
