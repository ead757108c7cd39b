/** Texts of TypeScript values as far as they are constant, with the place of each unit. */
import type { Span } from '../base/span.ts';
import { spanOf } from '../facts/model.ts';
import type { CommonFacts } from '../facts/model.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';

export type Code = TsFacts & CommonFacts;

/** A text put together from a file's literals. */
export interface PlacedText {
  text: string;
  /** Place of each unit: exact, or its whole literal where escapes make that impossible. */
  spans: Span[];
  /** Some part isn't known; it stands as `${name}`. */
  dynamic: boolean;
}

/** The values of names that are given one only once. */
export function constantsOf(facts: TsFacts): ReadonlyMap<number, Value> {
  const out = new Map<number, Value>();
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s !== 'let') return;
        const binding = facts.bindings[step.b];
        if (binding && !binding.mutable && binding.kind !== 'param') out.set(step.b, step.value);
      },
    });
  return out;
}

/** A value behind names, `await` and members of constant objects. */
export function resolve(value: Value, constants: ReadonlyMap<number, Value>, depth = 0): Value {
  if (depth > 6) return value;
  if (value.k === 'ref') {
    const given = constants.get(value.b);
    return given ? resolve(given, constants, depth + 1) : value;
  }
  if (value.k === 'member') {
    const of = resolve(value.of, constants, depth + 1);
    const property =
      of.k === 'object'
        ? of.props.findLast((prop) => prop.p === 'prop' && prop.name === value.name)
        : undefined;
    return property?.p === 'prop' ? resolve(property.value, constants, depth + 1) : value;
  }
  return value;
}

/** The text of a value; undefined when it is no text at all. */
export function textOf(
  facts: Code,
  value: Value,
  constants: ReadonlyMap<number, Value>,
  depth = 0,
): PlacedText | undefined {
  if (depth > 8) return undefined;
  const known = resolve(value, constants);
  switch (known.k) {
    case 'lit':
      return typeof known.v === 'string'
        ? literal(known.v, spanOf(facts, known.at))
        : placed(String(known.v), spanOf(facts, known.at));
    case 'template':
      return template(facts, known.texts, known.values, spanOf(facts, known.at), constants, depth);
    case 'binary': {
      if (known.op !== '+') return undefined;
      const left = textOf(facts, known.left, constants, depth + 1);
      const right = textOf(facts, known.right, constants, depth + 1);
      return left && right ? joined([left, right]) : undefined;
    }
    case 'array':
    case 'object':
    case 'function':
    case 'class':
      return undefined;
    case 'call':
      return joinOfArray(facts, known, constants, depth) ?? unknown(facts, value);
    default:
      return unknown(facts, value);
  }
}

/** `[…].join(' ')`. */
function joinOfArray(
  facts: Code,
  call: Extract<Value, { k: 'call' }>,
  constants: ReadonlyMap<number, Value>,
  depth: number,
): PlacedText | undefined {
  if (call.fn.k !== 'member' || call.fn.name !== 'join') return undefined;
  const items = resolve(call.fn.of, constants);
  const separator = call.args[0]?.k === 'lit' ? String(call.args[0].v) : ',';
  if (items.k !== 'array') return undefined;
  const parts = items.items.map((item) => textOf(facts, item, constants, depth + 1));
  const texts = parts.flatMap((part) => part ?? []);
  if (texts.length !== parts.length) return undefined;
  return joined(
    texts.flatMap((part, index) =>
      index === 0 ? [part] : [placed(separator, part.spans[0] ?? spanOf(facts, call.at)), part],
    ),
  );
}

export function template(
  facts: Code,
  texts: readonly string[],
  values: readonly Value[],
  span: Span,
  constants: ReadonlyMap<number, Value>,
  depth = 0,
): PlacedText {
  const inner = values.map((value) => spanOf(facts, 'all' in value ? value.all : value.at));
  const width =
    texts.reduce((sum, text) => sum + text.length, 0) +
    inner.reduce((sum, { start, end }) => sum + end - start + 3, 0) +
    2;
  // A `${x}` is three signs around its expression; where that doesn't add up there are escapes, blanks or casts.
  const isExact = width === span.end - span.start;
  const parts: PlacedText[] = [];
  let start = span.start + 1;
  for (const [index, text] of texts.entries()) {
    parts.push(isExact ? exact(text, start) : placed(text, span));
    start += text.length;
    const value = values[index];
    const place = inner[index];
    if (!value || !place) continue;
    start += place.end - place.start + 3;
    parts.push(textOf(facts, value, constants, depth + 1) ?? unknown(facts, value));
  }
  return joined(parts);
}

function literal(text: string, span: Span): PlacedText {
  return span.end - span.start === text.length + 2 ? exact(text, span.start + 1) : placed(text, span);
}

function exact(text: string, start: number): PlacedText {
  return {
    text,
    spans: Array.from({ length: text.length }, (_, i) => ({ start: start + i, end: start + i + 1 })),
    dynamic: false,
  };
}

function placed(text: string, span: Span): PlacedText {
  return { text, spans: Array.from({ length: text.length }, () => span), dynamic: false };
}

function joined(parts: readonly PlacedText[]): PlacedText {
  return {
    text: parts.map((part) => part.text).join(''),
    spans: parts.flatMap((part) => part.spans),
    dynamic: parts.some((part) => part.dynamic),
  };
}

/** An unknown part stands as the shell would write it, with its name, so that `${testDatabaseUrl}` still tells what it is. */
function unknown(facts: Code, value: Value): PlacedText {
  return {
    ...placed(`\${${nameOf(value).replaceAll(/\W+/g, '_')}}`, spanOf(facts, value.at)),
    dynamic: true,
  };
}

/** The dotted name of a value, `''` when it has none. */
export function nameOf(value: Value): string {
  if (value.k === 'ref') return value.name;
  if (value.k === 'member') return `${nameOf(value.of)}.${value.name}`;
  if (value.k === 'logic') return nameOf(value.left);
  if (value.k === 'await') return nameOf(value.of);
  return '';
}
