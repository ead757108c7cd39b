/** Adds a field to the type of the session: in the augmentation that is there, or in a new one. */
import { ts } from 'ts-morph';
import { join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { FixContext } from '../../edit/fix.ts';
import { indentAt, styleOf } from '../../edit/style.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';
import { augmentingFiles } from './augmentation.ts';

/** The type of a column of the user, as text; `undefined` when that isn't plain. */
function columnType({ workspace, file }: FixContext, name: string, quote: string): string | undefined {
  const schema = workspace.schema(file);
  const field = schema?.userModel && schema.field(schema.userModel.name, name);
  if (!schema || !field || field.list) return undefined;
  const values = schema.enum(field.type)?.values.map((value) => quote + value.name + quote);
  const type =
    values?.join(' | ') ??
    { String: 'string', Int: 'number', Float: 'number', Boolean: 'boolean' }[field.type];
  return type !== undefined && field.optional ? `${type} | null` : type;
}

/**
 * @param name of a field of `session.user`
 * @returns the change, or why there is none
 */
export function declareField(context: FixContext, file: FileId, name: string): FileEdits | string {
  const { workspace, sourceOf, text } = context;
  const unknown = `The type of ${name} can't be told from the schema; declare it by hand.`;
  const existing = augmentingFiles(workspace, file);
  for (const other of existing) {
    const source = sourceOf(other);
    const literal = source && userLiteral(source);
    if (!literal) continue;
    const type = columnType(context, name, styleOf(source.text).quote);
    if (type === undefined) return unknown;
    return { file: other, create: false, edits: [addMember(source, literal, `${name}: ${type}`)] };
  }
  const [first] = existing;
  if (first !== undefined) return `${first} declares the session in another way; add ${name} there by hand.`;
  const app = workspace.app(file);
  const target = join(app?.root ?? '', app?.src ?? '', 'types/next-auth.d.ts');
  if (target === undefined || workspace.exists(target))
    return 'types/next-auth.d.ts exists already; declare the field there by hand.';
  const type = columnType(context, name, styleOf(text).quote);
  if (type === undefined) return unknown;
  return {
    file: target,
    create: true,
    edits: [{ start: 0, end: 0, text: newAugmentation(text, name, type) }],
  };
}

/** The object type that holds the fields of the session's user. */
function userLiteral(source: ts.SourceFile): ts.TypeLiteralNode | undefined {
  for (const statement of source.statements) {
    if (!ts.isModuleDeclaration(statement) || !statement.body || !ts.isModuleBlock(statement.body)) continue;
    if (!/^(next-auth|@auth\/core(\/types)?)$/.test(statement.name.text)) continue;
    for (const inner of statement.body.statements) {
      if (!ts.isInterfaceDeclaration(inner) || inner.name.text !== 'Session') continue;
      const user = inner.members.find((member) => member.name?.getText(source) === 'user');
      return user && ts.isPropertySignature(user) && user.type ? literalIn(source, user.type, 0) : undefined;
    }
  }
  return undefined;
}

/** Names of types that the file declares are followed so deep. */
const MAX_DEPTH = 4;

function literalIn(source: ts.SourceFile, type: ts.TypeNode, depth: number): ts.TypeLiteralNode | undefined {
  if (ts.isTypeLiteralNode(type)) return type;
  if (ts.isParenthesizedTypeNode(type)) return literalIn(source, type.type, depth);
  if (ts.isIntersectionTypeNode(type))
    return type.types.map((part) => literalIn(source, part, depth + 1)).find((part) => part !== undefined);
  if (!ts.isTypeReferenceNode(type) || depth > MAX_DEPTH) return undefined;
  const name = type.typeName.getText(source);
  const alias = source.statements
    .filter(ts.isTypeAliasDeclaration)
    .find((candidate) => candidate.name.text === name);
  return alias && literalIn(source, alias.type, depth + 1);
}

function addMember(source: ts.SourceFile, literal: ts.TypeLiteralNode, member: string): TextEdit {
  const { text } = source;
  const last = literal.members.at(-1);
  const start = literal.getStart(source) + 1;
  if (!last) return { start, end: literal.end - 1, text: ` ${member} ` };
  const separator = /[;,]$/.exec(text.slice(start, last.end))?.[0];
  if (!text.slice(start, literal.end).includes('\n'))
    return { start: last.end, end: last.end, text: `${separator === undefined ? ';' : ''} ${member}` };
  const pad = styleOf(text).newline + indentAt(text, last.getStart(source));
  return { start: last.end, end: last.end, text: pad + member + (separator ?? '') };
}

/** Declares the field for the session, and for what carries it there. */
function newAugmentation(like: string, name: string, type: string): string {
  const { quote, semicolon, indent, newline } = styleOf(like);
  const q = (value: string): string => quote + value + quote;
  const carriers = (keyword: string): string[] => [
    `${indent}interface ${keyword} {`,
    `${indent}${indent}${name}?: ${type}${semicolon}`,
    `${indent}}`,
  ];
  const isId = name === 'id';
  return [
    `import type { DefaultSession } from ${q('next-auth')}${semicolon}`,
    // Without the import the augmentation of next-auth/jwt has no effect.
    ...(isId ? [] : [`import type {} from ${q('next-auth/jwt')}${semicolon}`]),
    '',
    `declare module ${q('next-auth')} {`,
    `${indent}interface Session {`,
    `${indent}${indent}user: { ${name}: ${type} } & DefaultSession[${q('user')}]${semicolon}`,
    `${indent}}`,
    ...(isId ? [] : carriers('User')),
    '}',
    ...(isId ? [] : ['', `declare module ${q('next-auth/jwt')} {`, ...carriers('JWT'), '}']),
    '',
  ].join(newline);
}
