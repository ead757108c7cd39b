/** Destructuring patterns → member reads. */
import type { ts } from 'ts-morph';
import type { StatementExtractor } from './extractTs.ts';
import type { Step, Value } from './tsModel.ts';
import { isComputedPropertyName, isIdentifier, isOmittedExpression, isStringLiteral } from './syntax.ts';

export function objectPattern(
  it: StatementExtractor,
  pattern: ts.ObjectBindingPattern,
  source: Value,
  out: Step[],
): void {
  const taken: string[] = [];
  for (const element of pattern.elements) {
    const at = it.spans.node(element);
    let piece: Value;
    if (element.dotDotDotToken) piece = { k: 'rest', of: source, omit: taken, at };
    else {
      const key = element.propertyName ?? (isIdentifier(element.name) ? element.name : undefined);
      if (key && (isIdentifier(key) || isStringLiteral(key))) {
        taken.push(key.text);
        const place = it.spans.node(key);
        piece = { k: 'member', of: source, name: key.text, at: place, all: at };
      } else if (key && isComputedPropertyName(key))
        piece = { k: 'index', of: source, key: it.values.value(key.expression), at };
      else piece = { k: 'other', parts: [source], at };
    }
    it.pattern(element.name, withDefault(it, piece, element.initializer, at), out);
  }
}

export function arrayPattern(
  it: StatementExtractor,
  pattern: ts.ArrayBindingPattern,
  source: Value,
  out: Step[],
): void {
  pattern.elements.forEach((element, index) => {
    if (isOmittedExpression(element)) return;
    const at = it.spans.node(element);
    const piece: Value = element.dotDotDotToken
      ? { k: 'other', parts: [source], at }
      : { k: 'index', of: source, key: { k: 'lit', v: index, at }, at };
    it.pattern(element.name, withDefault(it, piece, element.initializer, at), out);
  });
}

export function withDefault(
  it: StatementExtractor,
  value: Value,
  initializer: ts.Expression | undefined,
  at: number,
): Value {
  return initializer ? { k: 'logic', op: '??', left: value, right: it.values.value(initializer), at } : value;
}
