/** Expressions → Value: the other half of the walk in `extractTs.ts`. */
import type { ts } from 'ts-morph';
import { extractClass, extractFunction } from './extractFunctions.ts';
import type { StatementExtractor } from './extractTs.ts';
import type { Property, Value } from './tsModel.ts';
import {
  SyntaxKind,
  isArrowFunction,
  isComputedPropertyName,
  isGetAccessor,
  isIdentifier,
  isJsxElement,
  isJsxExpression,
  isJsxFragment,
  isJsxSpreadAttribute,
  isJsxText,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  isStringLiteralLike,
  tokenToString,
} from './syntax.ts';

/** Long literal tables are data, not behaviour: their tail is dropped. */
const MAX_ITEMS = 80;

export class ValueExtractor {
  private readonly owner: StatementExtractor;

  constructor(owner: StatementExtractor) {
    this.owner = owner;
  }

  /** `name` is what a function expression here is called by its surroundings. */
  value(node: ts.Expression, name = ''): Value {
    const { spans, scopes } = this.owner;
    const many = (nodes: readonly ts.Expression[]): Value[] =>
      nodes.slice(0, MAX_ITEMS).map((item) => this.value(item));
    switch (node.kind) {
      case SyntaxKind.Identifier: {
        const { text } = node as ts.Identifier;
        return { k: 'ref', name: text, b: scopes.lookup(text), at: spans.node(node) };
      }
      case SyntaxKind.StringLiteral:
      case SyntaxKind.NoSubstitutionTemplateLiteral:
        return { k: 'lit', v: (node as ts.StringLiteral).text, at: spans.node(node) };
      case SyntaxKind.NumericLiteral:
        return { k: 'lit', v: Number((node as ts.NumericLiteral).text), at: spans.node(node) };
      case SyntaxKind.TrueKeyword:
      case SyntaxKind.FalseKeyword:
        return { k: 'lit', v: node.kind === SyntaxKind.TrueKeyword, at: spans.node(node) };
      case SyntaxKind.NullKeyword:
        return { k: 'lit', v: null, at: spans.node(node) };
      case SyntaxKind.ThisKeyword:
        return { k: 'this', at: spans.node(node) };
      case SyntaxKind.ParenthesizedExpression:
      case SyntaxKind.AsExpression:
      case SyntaxKind.SatisfiesExpression:
      case SyntaxKind.NonNullExpression:
      case SyntaxKind.TypeAssertionExpression:
      case SyntaxKind.ExpressionWithTypeArguments:
        return this.value((node as ts.ParenthesizedExpression).expression, name);
      case SyntaxKind.PropertyAccessExpression: {
        const access = node as ts.PropertyAccessExpression;
        const of = this.value(access.expression);
        const at = spans.node(access.name);
        const member: Value = { k: 'member', of, name: access.name.text, at, all: spans.node(node) };
        if (access.questionDotToken) member.opt = true;
        return member;
      }
      case SyntaxKind.ElementAccessExpression: {
        const access = node as ts.ElementAccessExpression;
        const of = this.value(access.expression);
        const key = access.argumentExpression;
        if (isStringLiteralLike(key)) {
          const member: Value = {
            k: 'member',
            of,
            name: key.text,
            at: spans.node(key),
            all: spans.node(node),
          };
          if (access.questionDotToken) member.opt = true;
          return member;
        }
        const index: Value = { k: 'index', of, key: this.value(key), at: spans.node(node) };
        if (access.questionDotToken) index.opt = true;
        return index;
      }
      case SyntaxKind.CallExpression:
        return this.call(node as ts.CallExpression, many);
      case SyntaxKind.NewExpression: {
        const created = node as ts.NewExpression;
        const fn = this.value(created.expression);
        return { k: 'new', fn, args: many(created.arguments ?? []), at: spans.node(node) };
      }
      case SyntaxKind.AwaitExpression:
        return { k: 'await', of: this.value((node as ts.AwaitExpression).expression), at: spans.node(node) };
      case SyntaxKind.TemplateExpression: {
        const template = node as ts.TemplateExpression;
        const values = template.templateSpans.map((span) => this.value(span.expression));
        return { k: 'template', texts: textsOf(template), values, at: spans.node(node) };
      }
      case SyntaxKind.TaggedTemplateExpression: {
        const tagged = node as ts.TaggedTemplateExpression;
        const tag = this.value(tagged.tag);
        const { template } = tagged;
        if (isNoSubstitutionTemplateLiteral(template))
          return { k: 'tagged', tag, texts: [template.text], values: [], at: spans.node(node) };
        const values = template.templateSpans.map((span) => this.value(span.expression));
        return { k: 'tagged', tag, texts: textsOf(template), values, at: spans.node(node) };
      }
      case SyntaxKind.ObjectLiteralExpression: {
        const { properties } = node as ts.ObjectLiteralExpression;
        const props = properties.slice(0, MAX_ITEMS * 2).flatMap((property) => this.property(property));
        return { k: 'object', props, at: spans.node(node) };
      }
      case SyntaxKind.ArrayLiteralExpression:
        return {
          k: 'array',
          items: many((node as ts.ArrayLiteralExpression).elements),
          at: spans.node(node),
        };
      case SyntaxKind.SpreadElement:
        return { k: 'spread', of: this.value((node as ts.SpreadElement).expression), at: spans.node(node) };
      case SyntaxKind.ArrowFunction:
      case SyntaxKind.FunctionExpression: {
        const written = node as ts.ArrowFunction | ts.FunctionExpression;
        const kind = isArrowFunction(written) ? 'arrow' : 'function';
        const fn = extractFunction(this.owner, written, written.name?.text ?? name, kind);
        return { k: 'function', fn, at: this.owner.facts.functions[fn]?.all ?? 0 };
      }
      case SyntaxKind.ClassExpression: {
        const c = extractClass(this.owner, node as ts.ClassExpression);
        return { k: 'class', c, at: this.owner.facts.classes[c]?.at ?? 0 };
      }
      case SyntaxKind.ConditionalExpression: {
        const cond = node as ts.ConditionalExpression;
        const test = this.value(cond.condition);
        const then = this.value(cond.whenTrue, name);
        return { k: 'cond', test, then, else: this.value(cond.whenFalse, name), at: spans.node(node) };
      }
      case SyntaxKind.BinaryExpression:
        return this.binary(node as ts.BinaryExpression, name);
      case SyntaxKind.PrefixUnaryExpression: {
        const unary = node as ts.PrefixUnaryExpression;
        const op = tokenToString(unary.operator) ?? '';
        const of = this.value(unary.operand);
        if (op === '-' && of.k === 'lit' && typeof of.v === 'number')
          return { k: 'lit', v: -of.v, at: spans.node(node) };
        if (op === '++' || op === '--') this.written(of);
        return { k: 'unary', op, of, at: spans.node(node) };
      }
      case SyntaxKind.PostfixUnaryExpression: {
        const of = this.value((node as ts.PostfixUnaryExpression).operand);
        this.written(of);
        return { k: 'unary', op: '++', of, at: spans.node(node) };
      }
      case SyntaxKind.TypeOfExpression:
        return {
          k: 'unary',
          op: 'typeof',
          of: this.value((node as ts.TypeOfExpression).expression),
          at: spans.node(node),
        };
      case SyntaxKind.VoidExpression:
        return {
          k: 'unary',
          op: 'void',
          of: this.value((node as ts.VoidExpression).expression),
          at: spans.node(node),
        };
      case SyntaxKind.DeleteExpression:
        return {
          k: 'unary',
          op: 'delete',
          of: this.value((node as ts.DeleteExpression).expression),
          at: spans.node(node),
        };
      case SyntaxKind.YieldExpression: {
        const { expression } = node as ts.YieldExpression;
        return { k: 'other', parts: expression ? [this.value(expression)] : [], at: spans.node(node) };
      }
      case SyntaxKind.JsxElement:
      case SyntaxKind.JsxSelfClosingElement:
      case SyntaxKind.JsxFragment:
        return this.jsx(node as ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment);
      default:
        return { k: 'other', parts: [], at: spans.node(node) };
    }
  }

  private call(node: ts.CallExpression, many: (nodes: readonly ts.Expression[]) => Value[]): Value {
    const { spans } = this.owner;
    const first = node.arguments[0];
    const isImport =
      node.expression.kind === SyntaxKind.ImportKeyword ||
      (isIdentifier(node.expression) &&
        node.expression.text === 'require' &&
        this.owner.scopes.lookup('require') < 0);
    if (isImport && first && isStringLiteralLike(first))
      return { k: 'import', spec: first.text, at: spans.node(first) };
    const fn = this.value(node.expression);
    const call: Value = { k: 'call', fn, args: many(node.arguments), at: spans.node(node) };
    if (node.questionDotToken) call.opt = true;
    return call;
  }

  private binary(node: ts.BinaryExpression, name: string): Value {
    const { spans } = this.owner;
    const op = tokenToString(node.operatorToken.kind) ?? ',';
    if (op === '&&' || op === '||' || op === '??') {
      const left = this.value(node.left, name);
      return { k: 'logic', op, left, right: this.value(node.right, name), at: spans.node(node) };
    }
    if (op === ',')
      return { k: 'other', parts: [this.value(node.left), this.value(node.right)], at: spans.node(node) };
    if (op.endsWith('=') && !['==', '===', '!=', '!==', '<=', '>='].includes(op)) {
      const target = this.value(node.left);
      this.written(target);
      const hint = target.k === 'ref' ? target.name : target.k === 'member' ? target.name : '';
      return { k: 'assign', op, target, value: this.value(node.right, hint), at: spans.node(node) };
    }
    const left = this.value(node.left);
    return { k: 'binary', op, left, right: this.value(node.right), at: spans.node(node) };
  }

  /** Marks every name that an assignment target writes. */
  private written(target: Value): void {
    if (target.k === 'ref') this.owner.scopes.markMutable(target.b);
    else if (target.k === 'array') for (const item of target.items) this.written(item);
    else if (target.k === 'object') for (const prop of target.props) this.written(prop.value);
  }

  private property(node: ts.ObjectLiteralElementLike): Property[] {
    const { spans } = this.owner;
    if (isSpreadAssignment(node))
      return [{ p: 'spread', value: this.value(node.expression), at: spans.node(node) }];
    if (isShorthandPropertyAssignment(node))
      return [
        {
          p: 'prop',
          name: node.name.text,
          value: this.value(node.name),
          at: spans.node(node.name),
          short: true,
        },
      ];
    const { name } = node;
    const plain =
      isIdentifier(name) || isStringLiteralLike(name) || isNumericLiteral(name)
        ? name.text
        : isComputedPropertyName(name) && isStringLiteralLike(name.expression)
          ? name.expression.text
          : undefined;
    let value: Value;
    if (isPropertyAssignment(node)) value = this.value(node.initializer, plain ?? '');
    else {
      const fn = extractFunction(this.owner, node, plain ?? '', isGetAccessor(node) ? 'getter' : 'method');
      value = { k: 'function', fn, at: this.owner.facts.functions[fn]?.all ?? 0 };
    }
    const at = spans.node(name);
    if (plain !== undefined) return [{ p: 'prop', name: plain, value, at }];
    const key: Value = isComputedPropertyName(name)
      ? this.value(name.expression)
      : { k: 'other', parts: [], at };
    return [{ p: 'computed', key, value, at }];
  }

  private jsx(node: ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment): Value {
    const { spans } = this.owner;
    const at = spans.node(node);
    if (isJsxFragment(node))
      return { k: 'jsx', tag: '', props: [], children: this.jsxChildren(node.children), at };
    const opening = isJsxElement(node) ? node.openingElement : node;
    const props = opening.attributes.properties.map((attribute): Property => {
      if (isJsxSpreadAttribute(attribute))
        return { p: 'spread', value: this.value(attribute.expression), at: spans.node(attribute) };
      const name = isIdentifier(attribute.name) ? attribute.name.text : attribute.name.name.text;
      const init = attribute.initializer;
      const place = spans.node(attribute.name);
      const value: Value = !init
        ? { k: 'lit', v: true, at: place }
        : isJsxExpression(init)
          ? init.expression
            ? this.value(init.expression, name)
            : { k: 'other', parts: [], at: place }
          : this.value(init);
      return { p: 'prop', name, value, at: place };
    });
    const children = isJsxElement(node) ? this.jsxChildren(node.children) : [];
    const tag = this.owner.source.text.slice(
      opening.tagName.getStart(this.owner.source),
      opening.tagName.end,
    );
    const jsx: Value = { k: 'jsx', tag, props, children, at };
    if (/^[A-Z]/.test(tag) && isIdentifier(opening.tagName)) jsx.tagRef = this.value(opening.tagName);
    return jsx;
  }

  private jsxChildren(children: ts.NodeArray<ts.JsxChild>): Value[] {
    return children.flatMap((child) => {
      if (isJsxText(child)) return [];
      if (isJsxExpression(child)) return child.expression ? [this.value(child.expression)] : [];
      return [this.jsx(child)];
    });
  }
}

function textsOf(template: ts.TemplateExpression): string[] {
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)];
}
