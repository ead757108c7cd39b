/** Types as texts, read from what the code says: annotations, literals, parses. No type checker; undefined where nothing is sure. */
import { ts } from 'ts-morph';
import { declarationOf, isImported, referencesIn } from './scopes.ts';

export interface TypeText {
  /** Without `undefined` and `null`. */
  text: string;
  undef: boolean;
  null: boolean;
  /** May hold `undefined` or `null` for all that is known. */
  open: boolean;
  /** Imported names of the file that the text uses. */
  uses: string[];
  /** Uses `z` of zod, which the file need not import. */
  zod?: true;
}

const GLOBAL_TYPES = new Set([
  'Array',
  'Awaited',
  'Blob',
  'Buffer',
  'Date',
  'File',
  'FormData',
  'FormDataEntryValue',
  'Map',
  'NonNullable',
  'Omit',
  'Partial',
  'Pick',
  'Promise',
  'Readonly',
  'ReadonlyArray',
  'Record',
  'Request',
  'Required',
  'Response',
  'ReturnType',
  'Set',
  'URL',
  'URLSearchParams',
  'Uint8Array',
]);

const plain = (text: string): TypeText => ({ text, undef: false, null: false, open: false, uses: [] });

/** The type of an expression. */
export function typeOf(node: ts.Expression, depth = 0): TypeText | undefined {
  if (depth > 8) return undefined;
  const declared = typeNodeOf(node, depth);
  if (declared) return fromNode(declared.node, declared.optional);
  const inner = unwrapped(node);
  if (ts.isStringLiteralLike(inner) || ts.isTemplateExpression(inner)) return plain('string');
  if (ts.isNumericLiteral(inner)) return plain('number');
  if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword)
    return plain('boolean');
  if (ts.isPrefixUnaryExpression(inner))
    return plain(inner.operator === ts.SyntaxKind.ExclamationToken ? 'boolean' : 'number');
  if (ts.isBinaryExpression(inner)) return ofBinary(inner, depth);
  if (ts.isNewExpression(inner))
    return ts.isIdentifier(inner.expression) && inner.expression.text === 'Date' ? plain('Date') : undefined;
  if (ts.isConditionalExpression(inner)) {
    const [a, b] = [typeOf(inner.whenTrue, depth + 1), typeOf(inner.whenFalse, depth + 1)];
    return a && b && a.text === b.text ? merged(a, b) : undefined;
  }
  if (ts.isAwaitExpression(inner)) return ofCall(inner.expression, depth);
  if (ts.isCallExpression(inner)) return ofCall(inner, depth);
  if (ts.isPropertyAccessExpression(inner)) return ofMember(inner, depth);
  if (ts.isIdentifier(inner)) return ofName(inner, depth);
  return undefined;
}

function merged(a: TypeText, b: TypeText): TypeText {
  return {
    ...a,
    undef: a.undef || b.undef,
    null: a.null || b.null,
    open: a.open || b.open,
    uses: [...a.uses, ...b.uses],
  };
}

function unwrapped(node: ts.Expression): ts.Expression {
  let inner = node;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isSatisfiesExpression(inner)
  )
    inner = inner.expression;
  return inner;
}

function ofBinary(node: ts.BinaryExpression, depth: number): TypeText | undefined {
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.MinusToken:
    case ts.SyntaxKind.AsteriskToken:
    case ts.SyntaxKind.SlashToken:
    case ts.SyntaxKind.PercentToken: {
      const sides = [typeOf(node.left, depth + 1), typeOf(node.right, depth + 1)];
      return sides.some((side) => side?.text === 'number') ? plain('number') : undefined;
    }
    case ts.SyntaxKind.PlusToken: {
      const sides = [typeOf(node.left, depth + 1), typeOf(node.right, depth + 1)];
      if (sides.some((side) => side?.text === 'string')) return plain('string');
      return sides.every((side) => side?.text === 'number') ? plain('number') : undefined;
    }
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return plain('boolean');
    case ts.SyntaxKind.BarBarToken:
    case ts.SyntaxKind.QuestionQuestionToken: {
      const [left, right] = [typeOf(node.left, depth + 1), typeOf(node.right, depth + 1)];
      return left && right && left.text === right.text
        ? { ...merged(left, right), undef: right.undef, null: right.null, open: right.open }
        : undefined;
    }
    default:
      return undefined;
  }
}

const STRING_METHODS =
  /^(toString|trim|trimStart|trimEnd|toLowerCase|toUpperCase|toLocaleLowerCase|toLocaleUpperCase|padStart|padEnd|replace|replaceAll|toISOString|normalize|substring|toFixed|join)$/;

function ofCall(node: ts.Expression, depth: number): TypeText | undefined {
  const call = unwrapped(node);
  if (!ts.isCallExpression(call)) return undefined;
  const parsed = parsedType(call, /^parse(Async)?$/);
  if (parsed) return parsed;
  const { expression: callee } = call;
  if (ts.isIdentifier(callee) && !declarationOf(callee)) {
    if (callee.text === 'String') return plain('string');
    if (/^(Number|parseInt|parseFloat)$/.test(callee.text)) return plain('number');
    return callee.text === 'Boolean' ? plain('boolean') : undefined;
  }
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const root = callee.expression;
  if (ts.isIdentifier(root) && !declarationOf(root)) {
    if (root.text === 'Math' || (root.text === 'Date' && callee.name.text === 'now')) return plain('number');
    if (root.text === 'crypto' && callee.name.text === 'randomUUID') return plain('string');
  }
  if (callee.questionDotToken) return undefined;
  if (STRING_METHODS.test(callee.name.text)) return plain('string');
  if (callee.name.text === 'get' && typeOf(root, depth + 1)?.text === 'FormData')
    return { ...plain('FormDataEntryValue'), null: true };
  return undefined;
}

/** `schema.parse(…)` of an imported schema: `z.infer<typeof schema>`. */
function parsedType(call: ts.CallExpression, method: RegExp): TypeText | undefined {
  const { expression: callee } = call;
  if (!ts.isPropertyAccessExpression(callee) || !method.test(callee.name.text)) return undefined;
  const schema = callee.expression;
  if (!ts.isIdentifier(schema)) return inPlace(schema);
  const declaration = declarationOf(schema);
  // An imported name with this method may be anything; that it is called a schema is what people go by as well.
  if (!declaration || !isImported(declaration) || !/schema|validator|input|form/i.test(schema.text))
    return undefined;
  return { ...plain(`z.infer<typeof ${schema.text}>`), uses: [schema.text], zod: true };
}

/** `z.cuid().parse(…)`, `z.coerce.number().min(1).parse(…)`: made in place of parts that don't change the kind. */
function inPlace(schema: ts.Expression): TypeText | undefined {
  const words = schema
    .getText()
    .replace(/\s+/g, '')
    .split(/\.(?![^(]*\))/);
  if (
    words[0] !== 'z' ||
    words.some((word) => /^(transform|pipe|optional|nullable|nullish|brand|or|array|catch)\b/.test(word))
  )
    return undefined;
  const kind = /^\w+/.exec((words[1] === 'coerce' ? words[2] : words[1]) ?? '')?.[0] ?? '';
  if (/^(string|cuid2?|uuid(v[4-8])?|guid|email|url|nanoid|ulid|xid|ksuid|base64)$/.test(kind))
    return plain('string');
  return /^(number|int|int32|float64)$/.test(kind) ? plain('number') : undefined;
}

function indexed(base: TypeText, name: string): TypeText | undefined {
  if (base.undef || base.null || base.open || !/^(z\.infer<|\w+(<.*>)?$|.*\]$)/.test(base.text))
    return undefined;
  return { ...base, text: `${base.text}['${name}']`, open: true };
}

function ofMember(node: ts.PropertyAccessExpression, depth: number): TypeText | undefined {
  const { expression: of, name } = node;
  if (name.text === 'data' && ts.isIdentifier(of)) {
    const made = initialiserOf(of);
    const call = made && unwrapped(ts.isAwaitExpression(made) ? made.expression : made);
    const parsed = call && ts.isCallExpression(call) ? parsedType(call, /^safeParse(Async)?$/) : undefined;
    if (parsed) return parsed;
  }
  const base = typeOf(of, depth + 1);
  if (!base || node.questionDotToken) return undefined;
  return name.text === 'length' && base.text === 'string' ? plain('number') : indexed(base, name.text);
}

function initialiserOf(name: ts.Identifier): ts.Expression | undefined {
  const declaration = declarationOf(name);
  return declaration && ts.isVariableDeclaration(declaration) && isConstant(declaration)
    ? declaration.initializer
    : undefined;
}

function isConstant(declaration: ts.VariableDeclaration): boolean {
  return (
    ts.isVariableDeclarationList(declaration.parent) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0
  );
}

function ofName(name: ts.Identifier, depth: number): TypeText | undefined {
  const declaration = declarationOf(name);
  if (!declaration) return undefined;
  if (ts.isVariableDeclaration(declaration)) {
    if (!isConstant(declaration) || !declaration.initializer) return undefined;
    return typeOf(declaration.initializer, depth + 1);
  }
  if (!ts.isBindingElement(declaration) || declaration.dotDotDotToken) return undefined;
  const pattern = declaration.parent;
  const owner = pattern.parent;
  if (!ts.isObjectBindingPattern(pattern) || !ts.isVariableDeclaration(owner) || !owner.initializer)
    return undefined;
  const base = typeOf(owner.initializer, depth + 1);
  const key = (declaration.propertyName ?? declaration.name).getText();
  const part = base && indexed(base, key);
  return part && declaration.initializer ? undefined : part;
}

interface Declared {
  node: ts.TypeNode;
  /** `?` at the property or parameter. */
  optional: boolean;
}

/** The annotation that an expression's type is read from: of a parameter, a variable, a property of a type literal. */
function typeNodeOf(node: ts.Expression, depth: number): Declared | undefined {
  if (depth > 8) return undefined;
  if (ts.isAsExpression(node)) return { node: node.type, optional: false };
  const inner = unwrapped(node);
  if (inner !== node) return typeNodeOf(inner, depth + 1);
  if (ts.isAwaitExpression(inner)) {
    const awaited = typeNodeOf(inner.expression, depth + 1);
    const promised = awaited && promisedBy(awaited.node);
    return promised && { node: promised, optional: false };
  }
  if (ts.isPropertyAccessExpression(inner)) {
    const base = typeNodeOf(inner.expression, depth + 1);
    const part = base && memberNode(base.node, inner.name.text, depth);
    return part && { ...part, optional: part.optional || inner.questionDotToken !== undefined };
  }
  return ts.isIdentifier(inner) ? declaredType(declarationOf(inner), depth + 1) : undefined;
}

function promisedBy(node: ts.TypeNode): ts.TypeNode | undefined {
  return ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Promise'
    ? node.typeArguments?.[0]
    : undefined;
}

function declaredType(declaration: ReturnType<typeof declarationOf>, depth: number): Declared | undefined {
  if (!declaration) return undefined;
  if (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) {
    if (declaration.type)
      return {
        node: declaration.type,
        optional: ts.isParameter(declaration) && declaration.questionToken !== undefined,
      };
    return ts.isVariableDeclaration(declaration) && isConstant(declaration) && declaration.initializer
      ? typeNodeOf(declaration.initializer, depth + 1)
      : undefined;
  }
  if (!ts.isBindingElement(declaration) || declaration.dotDotDotToken) return undefined;
  const pattern = declaration.parent;
  if (!ts.isObjectBindingPattern(pattern)) return undefined;
  const base = declaredType(pattern.parent, depth + 1);
  const part =
    base && memberNode(base.node, (declaration.propertyName ?? declaration.name).getText(), depth + 1);
  return part && { ...part, optional: part.optional && !declaration.initializer };
}

/** The property of a type literal, or of an interface or alias of the same file. */
function memberNode(type: ts.TypeNode, name: string, depth: number): Declared | undefined {
  if (depth > 8) return undefined;
  if (ts.isTypeLiteralNode(type)) return propertyOf(type.members, name);
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  if (/^(Readonly|Required)$/.test(type.typeName.text)) {
    const [of] = type.typeArguments ?? [];
    return of && memberNode(of, name, depth + 1);
  }
  const declaration = declarationOf(type.typeName);
  if (declaration && ts.isInterfaceDeclaration(declaration)) return propertyOf(declaration.members, name);
  return declaration && ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters
    ? memberNode(declaration.type, name, depth + 1)
    : undefined;
}

function propertyOf(members: ts.NodeArray<ts.TypeElement>, name: string): Declared | undefined {
  for (const member of members)
    if (ts.isPropertySignature(member) && member.type && member.name.getText() === name)
      return { node: member.type, optional: member.questionToken !== undefined };
  return undefined;
}

/** An annotation as a text that another file may use; undefined when it names types of its own file. */
export function fromNode(node: ts.TypeNode, optional = false): TypeText | undefined {
  const parts = ts.isUnionTypeNode(node) ? [...node.types] : [node];
  const kept: string[] = [];
  let undef = optional;
  let isNull = false;
  for (const part of parts) {
    if (part.kind === ts.SyntaxKind.UndefinedKeyword) undef = true;
    else if (ts.isLiteralTypeNode(part) && part.literal.kind === ts.SyntaxKind.NullKeyword) isNull = true;
    else if (part.kind === ts.SyntaxKind.AnyKeyword || part.kind === ts.SyntaxKind.UnknownKeyword)
      return undefined;
    else kept.push(part.getText().replace(/\s+/g, ' '));
  }
  if (kept.length === 0) return undefined;
  const uses: string[] = [];
  for (const name of referencesIn(node)) {
    const declaration = declarationOf(name);
    if (declaration ? !isImported(declaration) : !GLOBAL_TYPES.has(name.text)) return undefined;
    if (declaration) uses.push(name.text);
  }
  const isNamed = kept.length === 1 && uses.length > 0 && !/[<[{(]/.test(kept[0] ?? '');
  return { text: kept.join(' | '), undef, null: isNull, open: isNamed, uses };
}
