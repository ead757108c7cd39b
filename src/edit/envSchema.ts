/** Reads and extends the schema of an env module: plain Zod, or `createEnv` of `@t3-oss/env-*`. */
import { ts } from 'ts-morph';
import type { TextEdit } from '../run/finding.ts';
import { addAll, plan } from './objectProperties.ts';
import type { Additions } from './objectProperties.ts';

export interface EnvSchema {
  /** Export that holds the validated values. */
  exported: string;
  /** A function that returns them. */
  call: boolean;
  t3: boolean;
  /** Written text of a variable's type, when the schema has it. */
  typeOf(name: string): string | undefined;
  /** How the module calls Zod, `z` mostly. */
  zod: string;
  /** Edits that add variables, or why that can't be done. */
  add(variables: readonly Variable[]): TextEdit[] | string;
}

export interface Variable {
  name: string;
  /** Zod expression. */
  type: string;
}

/** The schema of an env module; a text says why it can't be used. */
export function readSchema(source: ts.SourceFile, file: string): EnvSchema | string {
  const declared = declarations(source);
  const found = exportedValues(source).flatMap((candidate) => {
    const call = validation(candidate.value, declared, 0);
    return call ? [{ ...candidate, ...call }] : [];
  });
  const best =
    found.find((candidate) => /^env$/i.test(candidate.name)) ??
    found.find((candidate) => /env/i.test(candidate.name)) ??
    found[0];
  if (!best)
    return `${file} exports no values that Zod or createEnv has checked; add the variable there by hand.`;
  const zod = zodName(source);
  if (zod === undefined) return `${file} doesn't use Zod; add the variable there by hand.`;
  const isT3 = ts.isIdentifier(best.call.expression) && best.call.expression.text === 'createEnv';
  return isT3 ? t3Schema(source, best, declared, zod, file) : plainSchema(source, best, declared, zod, file);
}

interface Found {
  name: string;
  isFunction: boolean;
  call: ts.CallExpression;
}

type Declarations = Map<string, ts.Expression | ts.FunctionDeclaration>;

function declarations(source: ts.SourceFile): Declarations {
  const out: Declarations = new Map();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) out.set(statement.name.text, statement);
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer) out.set(name.text, initializer);
  }
  return out;
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** Exported names with what they are; functions count by what they return. */
function exportedValues(
  source: ts.SourceFile,
): { name: string; value: ts.Expression | ts.FunctionDeclaration }[] {
  const out: { name: string; value: ts.Expression | ts.FunctionDeclaration }[] = [];
  const declared = declarations(source);
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement) && isExported(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer) out.push({ name: name.text, value: initializer });
    } else if (ts.isFunctionDeclaration(statement) && isExported(statement) && statement.name)
      out.push({ name: statement.name.text, value: statement });
    else if (ts.isExportAssignment(statement) && !statement.isExportEquals)
      out.push({ name: 'default', value: statement.expression });
    else if (
      ts.isExportDeclaration(statement) &&
      !statement.moduleSpecifier &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      for (const { name, propertyName } of statement.exportClause.elements) {
        const value = declared.get((propertyName ?? name).text);
        if (value) out.push({ name: name.text, value });
      }
  }
  return out;
}

function unwrap(node: ts.Expression): ts.Expression {
  let out = node;
  while (
    ts.isParenthesizedExpression(out) ||
    ts.isAsExpression(out) ||
    ts.isSatisfiesExpression(out) ||
    ts.isNonNullExpression(out) ||
    ts.isAwaitExpression(out)
  )
    out = out.expression;
  return out;
}

/** The `createEnv(…)` or `schema.parse(process.env)` behind a value. */
function validation(
  value: ts.Expression | ts.FunctionDeclaration,
  declared: Declarations,
  depth: number,
): { isFunction: boolean; call: ts.CallExpression } | undefined {
  if (depth > 6) return undefined;
  if (isCode(value)) {
    const isPlain =
      value.parameters.length === 0 &&
      !value.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
    const found = isPlain ? returnedCall(value, declared, depth) : undefined;
    return found && { isFunction: true, call: found };
  }
  const node = unwrap(value);
  const inner = (next: ts.Expression): { isFunction: boolean; call: ts.CallExpression } | undefined =>
    validation(next, declared, depth + 1);
  if (ts.isIdentifier(node)) {
    const target = declared.get(node.text);
    return target && validation(target, declared, depth + 1);
  }
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'data' ? inner(node.expression) : undefined;
  if (ts.isConditionalExpression(node)) return inner(node.whenTrue) ?? inner(node.whenFalse);
  if (ts.isBinaryExpression(node)) return inner(node.right) ?? inner(node.left);
  if (!ts.isCallExpression(node)) return undefined;
  const callee = unwrap(node.expression);
  if (ts.isIdentifier(callee) && callee.text === 'createEnv') return { isFunction: false, call: node };
  const code = ts.isIdentifier(callee) ? declared.get(callee.text) : callee;
  if (code && isCode(code)) {
    const found = returnedCall(code, declared, depth);
    return found && { isFunction: false, call: found };
  }
  return ts.isPropertyAccessExpression(callee) &&
    /^(safe)?parse$/i.test(callee.name.text) &&
    node.arguments.some((arg) => isEnvironment(arg, declared, 0))
    ? { isFunction: false, call: node }
    : undefined;
}

/** `process.env`, or an object that is filled from it. */
function isEnvironment(value: ts.Expression, declared: Declarations, depth: number): boolean {
  const node = unwrap(value);
  if (ts.isIdentifier(node) && depth < 4) {
    const target = declared.get(node.text);
    return (
      target !== undefined && !ts.isFunctionDeclaration(target) && isEnvironment(target, declared, depth + 1)
    );
  }
  return (
    /^process\.env$/.test(node.getText()) ||
    (ts.isObjectLiteralExpression(node) && node.getText().includes('process.env'))
  );
}

type Code = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression;

function isCode(node: ts.Node): node is Code {
  return ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

function returnedCall(code: Code, declared: Declarations, depth: number): ts.CallExpression | undefined {
  const inside = local(code, declared);
  for (const node of returned(code)) {
    const found = validation(node, inside, depth + 1);
    if (found) return found.call;
  }
  return undefined;
}

function returned(code: Code): ts.Expression[] {
  if (!code.body) return [];
  if (!ts.isBlock(code.body)) return [code.body];
  const out: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression) out.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(code.body, visit);
  return out;
}

/** What a function declares itself, and what it assigns to a variable that keeps the result: `cached ??= schema.parse(process.env)`. */
function local(code: Code, outer: Declarations): Declarations {
  const out: Declarations = new Map(outer);
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      out.set(node.name.text, node.initializer);
    const isAssignment = ts.isBinaryExpression(node) && /^(\?\?|\|\|)?=$/.test(node.operatorToken.getText());
    if (isAssignment && ts.isIdentifier(node.left) && !out.has(node.left.text))
      out.set(node.left.text, node.right);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  if (code.body) ts.forEachChild(code.body, visit);
  return out;
}

function zodName(source: ts.SourceFile): string | undefined {
  for (const statement of source.statements) {
    if (
      !ts.isImportDeclaration(statement) ||
      !ts.isStringLiteral(statement.moduleSpecifier) ||
      !/^zod(\/(v3|v4))?$/.test(statement.moduleSpecifier.text)
    )
      continue;
    const clause = statement.importClause;
    if (clause?.name) return clause.name.text;
    const named = clause?.namedBindings;
    if (named && ts.isNamespaceImport(named)) return named.name.text;
    const z = named?.elements.find((element) => (element.propertyName ?? element.name).text === 'z');
    if (z) return z.name.text;
  }
  return undefined;
}

interface Shape {
  /** Name of the constant that holds it, for telling server from client. */
  label: string;
  object: ts.ObjectLiteralExpression;
}

/** The object literals that a schema is made of: `z.object`, `extend`, `merge`, intersections, through names. */
function shapesOf(value: ts.Expression, declared: Declarations, label: string, depth = 0): Shape[] {
  if (depth > 10) return [];
  const node = unwrap(value);
  if (ts.isIdentifier(node)) {
    const target = declared.get(node.text);
    return target && !ts.isFunctionDeclaration(target)
      ? shapesOf(target, declared, node.text, depth + 1)
      : [];
  }
  if (ts.isObjectLiteralExpression(node)) {
    const spread = node.properties.flatMap((property) =>
      ts.isSpreadAssignment(property) ? shapesOf(property.expression, declared, label, depth + 1) : [],
    );
    return [{ label, object: node }, ...spread];
  }
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'shape' ? shapesOf(node.expression, declared, label, depth + 1) : [];
  if (!ts.isCallExpression(node)) return [];
  const callee = node.expression;
  const args = (): Shape[] => node.arguments.flatMap((arg) => shapesOf(arg, declared, label, depth + 1));
  if (!ts.isPropertyAccessExpression(callee)) return [];
  const method = callee.name.text;
  if (/^(object|strictObject|looseObject|intersection|union)$/.test(method)) return args();
  const receiver = shapesOf(callee.expression, declared, label, depth + 1);
  return /^(extend|safeExtend|merge|and)$/.test(method) ? [...receiver, ...args()] : receiver;
}

function propertyOf(
  object: ts.ObjectLiteralExpression,
  name: string,
): ts.ObjectLiteralElementLike | undefined {
  return object.properties.find(
    (property) =>
      property.name &&
      (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name)) &&
      property.name.text === name,
  );
}

function typeText(
  object: ts.ObjectLiteralExpression,
  name: string,
  declared: Declarations,
): string | undefined {
  const property = propertyOf(object, name);
  if (!property) return undefined;
  const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
  const target = value && ts.isIdentifier(value) ? declared.get(value.text) : undefined;
  return (target ?? value ?? property).getText();
}

function plainSchema(
  source: ts.SourceFile,
  found: Found,
  declared: Declarations,
  zod: string,
  file: string,
): EnvSchema {
  const callee = found.call.expression as ts.PropertyAccessExpression;
  const inner = enclosing(found.call, declared);
  const shapes = shapesOf(callee.expression, inner, '');
  const listed = found.call.arguments
    .map((arg) => literalOf(arg, inner))
    .find((object) => object !== undefined);
  return {
    exported: found.name,
    call: found.isFunction,
    t3: false,
    zod,
    typeOf: (name) =>
      shapes.map(({ object }) => typeText(object, name, inner)).find((type) => type !== undefined),
    add(variables) {
      const additions: Additions = new Map();
      for (const { name, type } of variables) {
        const shape = shapes.find((candidate) => isClient(candidate) === isPublic(name)) ?? shapes[0];
        if (!shape) return `The schema of ${file} isn't written there; add ${name} to it by hand.`;
        plan(additions, shape.object, `${name}: ${type}`);
        if (listed && !hasEnvSpread(listed)) plan(additions, listed, `${name}: process.env.${name}`);
      }
      return addAll(source, additions);
    },
  };
}

/** Whether a part of the schema is the client's. */
function isClient({ label, object }: Shape): boolean {
  return (
    /client|public/i.test(label) ||
    (object.properties.length > 0 &&
      object.properties.every((property) => isPublic(property.name?.getText() ?? '')))
  );
}

function isPublic(name: string): boolean {
  return name.startsWith('NEXT_PUBLIC_');
}

function enclosing(node: ts.Node, declared: Declarations): Declarations {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent)
    if (isCode(at)) return local(at, declared);
  return declared;
}

function literalOf(
  value: ts.Expression | undefined,
  declared: Declarations,
): ts.ObjectLiteralExpression | undefined {
  const node = value && unwrap(value);
  if (!node) return undefined;
  if (ts.isObjectLiteralExpression(node)) return node;
  const target = ts.isIdentifier(node) ? declared.get(node.text) : undefined;
  return target && !ts.isFunctionDeclaration(target) && ts.isObjectLiteralExpression(unwrap(target))
    ? (unwrap(target) as ts.ObjectLiteralExpression)
    : undefined;
}

function hasEnvSpread(object: ts.ObjectLiteralExpression): boolean {
  return object.properties.some(
    (property) => ts.isSpreadAssignment(property) && property.expression.getText() === 'process.env',
  );
}

function t3Schema(
  source: ts.SourceFile,
  found: Found,
  declared: Declarations,
  zod: string,
  file: string,
): EnvSchema {
  const config = literalOf(found.call.arguments[0], declared);
  const section = (name: string): ts.ObjectLiteralExpression | undefined => {
    const property = config && propertyOf(config, name);
    if (!property) return undefined;
    if (ts.isShorthandPropertyAssignment(property)) return literalOf(property.name, declared);
    return ts.isPropertyAssignment(property) ? literalOf(property.initializer, declared) : undefined;
  };
  return {
    exported: found.name,
    call: found.isFunction,
    t3: true,
    zod,
    typeOf: (name) =>
      ['server', 'client', 'shared']
        .flatMap((part) => {
          const object = section(part);
          return object
            ? shapesOf(object, declared, part).map((shape) => typeText(shape.object, name, declared))
            : [];
        })
        .find((type) => type !== undefined),
    add(variables) {
      if (!config) return `The call of createEnv in ${file} can't be read; add the variable by hand.`;
      const additions: Additions = new Map();
      const missing = new Map<string, string[]>();
      for (const { name, type } of variables) {
        const part = isPublic(name) ? 'client' : 'server';
        const object = section(part);
        if (!object && propertyOf(config, part))
          return `The ${part} variables of ${file} are listed elsewhere; add ${name} there by hand.`;
        if (object) plan(additions, object, `${name}: ${type}`);
        else missing.set(part, [...(missing.get(part) ?? []), `${name}: ${type}`]);
        const listed = [
          section('runtimeEnv'),
          section('runtimeEnvStrict'),
          isPublic(name) ? section('experimental__runtimeEnv') : undefined,
        ];
        for (const map of listed)
          if (map && !propertyOf(map, name) && !hasEnvSpread(map))
            plan(additions, map, `${name}: process.env.${name}`);
      }
      for (const [part, properties] of missing)
        plan(additions, config, `${part}: { ${properties.join(', ')} }`);
      return addAll(source, additions);
    },
  };
}
