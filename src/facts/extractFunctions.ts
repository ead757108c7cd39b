/** Functions and classes: parameters lowered into bindings, bodies handed back to the statements' walk. */
import type { ts } from 'ts-morph';
import { withDefault } from './extractPatterns.ts';
import type { StatementExtractor } from './extractTs.ts';
import { commentForBody, directivesOf, docOf, hasModifier } from './tsDocs.ts';
import type { FunctionFacts, FunctionId, TsFacts, Value } from './tsModel.ts';
import {
  SyntaxKind,
  canHaveModifiers,
  getModifiers,
  isBlock,
  isClassStaticBlockDeclaration,
  isConstructorDeclaration,
  isFunctionExpression,
  isGetAccessor,
  isIdentifier,
  isMethodDeclaration,
  isPrivateIdentifier,
  isPropertyDeclaration,
  isStringLiteral,
} from './syntax.ts';

type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration;

export function extractFunction(
  it: StatementExtractor,
  node: FunctionNode,
  name: string,
  kind: FunctionFacts['kind'],
  cls?: number,
): FunctionId {
  const id = it.facts.functions.length;
  const named = node.name;
  const fn: FunctionFacts = {
    name,
    kind,
    at: named ? it.spans.node(named) : it.spans.head(node),
    all: it.spans.node(node),
    parent: it.scopes.currentFunction,
    async: hasModifier(node, SyntaxKind.AsyncKeyword),
    generator: 'asteriskToken' in node && node.asteriskToken !== undefined,
    directives: node.body && isBlock(node.body) ? directivesOf(node.body.statements) : [],
    params: [],
    rest: false,
    body: [],
    bodyAt: node.body ? it.spans.node(node.body) : 0,
  };
  if (cls !== undefined) fn.cls = cls;
  const returnType = it.typeText(node.type);
  if (returnType !== undefined) fn.returnType = returnType;
  const doc = docOf(it.source.text, node);
  if (doc) fn.doc = doc;
  const comment = node.body && commentForBody(it.source.text, node.body);
  if (comment !== undefined) fn.comment = comment;
  it.facts.functions.push(fn);
  it.scopes.enterFunction(id);
  if (kind === 'function' && named && isFunctionExpression(node) && isIdentifier(named)) {
    const b = it.scopes.declare(named.text, 'function', fn.at);
    const binding = it.facts.bindings[b];
    if (binding) binding.f = id;
  }
  for (const parameter of node.parameters) {
    const at = it.spans.node(parameter.name);
    const type = it.typeText(parameter.type);
    if (isIdentifier(parameter.name)) {
      if (parameter.name.text === 'this') continue;
      const b = it.scopes.declare(parameter.name.text, 'param', at, type);
      const binding = it.facts.bindings[b];
      if (binding && parameter.questionToken) binding.optional = true;
      fn.params.push(b);
    } else {
      fn.params.push(it.scopes.temp(at, 'param', type));
      it.declarePattern(parameter.name, 'param');
    }
    if (parameter.dotDotDotToken) fn.rest = true;
  }
  let position = 0;
  for (const parameter of node.parameters) {
    if (isIdentifier(parameter.name) && parameter.name.text === 'this') continue;
    const b = fn.params[position++] ?? -1;
    const at = it.spans.node(parameter.name);
    const ref: Value = {
      k: 'ref',
      name: isIdentifier(parameter.name) ? parameter.name.text : '',
      b,
      at,
    };
    if (parameter.initializer)
      fn.body.push({ s: 'let', b, value: withDefault(it, ref, parameter.initializer, at), at });
    if (!isIdentifier(parameter.name)) it.pattern(parameter.name, ref, fn.body);
  }
  if (node.body && isBlock(node.body)) {
    it.declareAll(node.body.statements);
    fn.body.push(...it.statements(node.body.statements));
  } else if (node.body) {
    const value = it.values.value(node.body);
    fn.body.push({ s: 'return', value, at: fn.bodyAt });
  }
  it.scopes.leave();
  return id;
}

export function extractClass(it: StatementExtractor, node: ts.ClassLikeDeclaration): number {
  const c = it.facts.classes.length;
  const facts = {
    name: node.name?.text ?? '',
    at: node.name ? it.spans.node(node.name) : it.spans.head(node),
    extends: undefined as Value | undefined,
    methods: [] as TsFacts['classes'][number]['methods'],
    fields: [] as TsFacts['classes'][number]['fields'],
  };
  it.facts.classes.push(facts);
  const heritage = node.heritageClauses?.find((clause) => clause.token === SyntaxKind.ExtendsKeyword)
    ?.types[0];
  if (heritage) facts.extends = it.values.value(heritage.expression);
  for (const member of node.members) {
    const isStatic = hasModifier(member, SyntaxKind.StaticKeyword);
    const name =
      member.name &&
      (isIdentifier(member.name) || isStringLiteral(member.name) || isPrivateIdentifier(member.name))
        ? member.name.text
        : '';
    if (isMethodDeclaration(member) && member.body) {
      facts.methods.push({ name, fn: extractFunction(it, member, name, 'method', c), static: isStatic });
    } else if (isGetAccessor(member) && member.body) {
      facts.methods.push({
        name: `get ${name}`,
        fn: extractFunction(it, member, name, 'getter', c),
        static: isStatic,
      });
    } else if (isConstructorDeclaration(member) && member.body) {
      facts.methods.push({
        name: 'constructor',
        fn: extractFunction(it, member, 'constructor', 'constructor', c),
        static: false,
      });
      for (const parameter of member.parameters) {
        const type = it.typeText(parameter.type);
        if (isIdentifier(parameter.name) && canHaveModifiers(parameter) && getModifiers(parameter)?.length)
          facts.fields.push({
            name: parameter.name.text,
            value: undefined,
            static: false,
            at: it.spans.node(parameter.name),
            ...(type === undefined ? {} : { type }),
          });
      }
    } else if (isPropertyDeclaration(member)) {
      const type = it.typeText(member.type);
      facts.fields.push({
        name,
        value: member.initializer && it.values.value(member.initializer, name),
        static: isStatic,
        at: it.spans.node(member.name),
        ...(type === undefined ? {} : { type }),
      });
    } else if (isClassStaticBlockDeclaration(member)) {
      it.block(member.body);
    }
  }
  return c;
}
