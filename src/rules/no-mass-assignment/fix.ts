import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { insertParse } from '../../edit/insertParse.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { declarationOf } from '../../edit/scopes.ts';

export const fixes = [
  defineFix({
    id: 'insert-parse',
    title: () => 'Parse the input with a schema',
    trust: 'suggestion',
    preferred: true,
    edit: insertParse,
  }),
  defineFix({
    id: 'pick-fields',
    title: () => 'Name the fields that are written',
    trust: 'suggestion',
    preferred: false,
    edit: pickFields,
  }),
];

/** `data: input` becomes `data: { title: input.title }`, by the declared type of `input`. */
function pickFields(context: FixContext): FixOutcome {
  const { file, finding } = context;
  const source = context.sourceOf(file);
  const object = source && nodeAt(source, finding.start, finding.end);
  if (!source || !object || !ts.isIdentifier(object))
    return { refuse: 'The object has no name of its own here.' };
  const type = typeOf(object);
  const names = type && namesOf(type);
  if (!names || names.length === 0)
    return { refuse: `Which fields \`${object.text}\` has can not be told from its type here.` };
  const fields = names.map((name) => `${name}: ${object.text}.${name}`).join(', ');
  const { parent } = object;
  const edit = ts.isSpreadAssignment(parent)
    ? { start: parent.getStart(source), end: parent.end, text: fields }
    : ts.isShorthandPropertyAssignment(parent)
      ? { start: parent.getStart(source), end: parent.end, text: `${object.text}: { ${fields} }` }
      : { start: object.getStart(source), end: object.end, text: `{ ${fields} }` };
  return { changes: [{ file, create: false, edits: [edit] }] };
}

/** The declared type of a parameter, or that of the items of one which a loop or a callback goes through. */
function typeOf(name: ts.Expression): ts.TypeNode | undefined {
  const declaration = ts.isIdentifier(name) ? declarationOf(name) : undefined;
  if (!declaration) return undefined;
  if (ts.isParameter(declaration)) {
    if (declaration.type) return declaration.type;
    const callee = ts.isCallExpression(declaration.parent.parent)
      ? declaration.parent.parent.expression
      : undefined;
    return callee && ts.isPropertyAccessExpression(callee) && declaration.parent.parameters[0] === declaration
      ? itemOf(typeOf(callee.expression))
      : undefined;
  }
  const loop = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  return loop && ts.isForOfStatement(loop) ? itemOf(typeOf(loop.expression)) : undefined;
}

/** `T` of `T[]` and `Array<T>`. */
function itemOf(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (type && ts.isArrayTypeNode(type)) return type.elementType;
  return type && ts.isTypeReferenceNode(type) && /^(Readonly)?Array$/.test(type.typeName.getText())
    ? type.typeArguments?.[0]
    : undefined;
}

/** Names of the members of an object type that the file shows. */
function namesOf(type: ts.TypeNode, depth = 0): string[] | undefined {
  if (ts.isTypeLiteralNode(type)) return memberNames(type.members);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName) || depth > 3) return undefined;
  const declaration = declarationOf(type.typeName);
  if (declaration && ts.isInterfaceDeclaration(declaration) && !declaration.heritageClauses)
    return memberNames(declaration.members);
  if (declaration && ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters)
    return namesOf(declaration.type, depth + 1);
  return undefined;
}

function memberNames(members: ts.NodeArray<ts.TypeElement>): string[] | undefined {
  const out: string[] = [];
  for (const member of members) {
    if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) return undefined;
    out.push(member.name.text);
  }
  return out;
}
