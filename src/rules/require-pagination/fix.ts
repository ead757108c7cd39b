import { ts } from 'ts-morph';
import type { Json } from '../../base/json.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { styleOf } from '../../edit/style.ts';
import type { Style } from '../../edit/style.ts';
import type { TextEdit } from '../../run/finding.ts';
import {
  argumentsHave,
  callAt,
  intoArguments,
  intoObject,
  literalOf,
  nodeAt,
  propertyNamed,
} from '../../edit/queryCall.ts';
import type { Piece } from '../../edit/queryCall.ts';
import {
  addParameter,
  enclosingSignature,
  existingParameters,
  isHandedOn,
  nameOfSignature,
} from './pageParameters.ts';
import type { NewPart, Signature } from './pageParameters.ts';

export const fixes = [
  defineFix({
    id: 'add-take-skip',
    title: () => 'Paginate with take and skip',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inFunction(context, pageByNumber),
  }),
  defineFix({
    id: 'add-take',
    title: ({ kind, take }) =>
      kind === 'raw' ? `Add LIMIT ${numberOf(take, 100)}` : `Add take: ${numberOf(take, 100)}`,
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const { kind } = context.data;
      if (kind === 'raw') return limitRaw(context);
      return kind === 'nested' ? takeNested(context) : takeTop(context);
    },
  }),
  defineFix({
    id: 'add-cursor',
    title: () => 'Paginate with a cursor',
    trust: 'suggestion',
    preferred: false,
    edit: (context) => inFunction(context, pageByCursor),
  }),
];

const GONE: FixOutcome = { refuse: 'The call can no longer be found.' };

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function here(context: FixContext, edits: TextEdit[]): FixOutcome {
  return { changes: [{ file: context.file, create: false, edits }] };
}

function takeTop(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call) return GONE;
  const style = styleOf(context.text);
  const take = `take: ${numberOf(context.data['take'], 100)}`;
  if (context.data['optional'] !== true)
    return here(context, intoArguments(source, call, [{ name: 'take', text: take }], style));
  const literal = literalOf(call.arguments[0]);
  const own = literal && propertyNamed(literal, 'take');
  // A take that may be undefined gets a fallback; one that a later spread may bring gets something to override.
  if (own && ts.isPropertyAssignment(own)) {
    const value = own.initializer;
    const isSimple =
      ts.isIdentifier(value) ||
      ts.isPropertyAccessExpression(value) ||
      ts.isCallExpression(value) ||
      ts.isParenthesizedExpression(value);
    const text = value.getText(source);
    return here(context, [
      {
        start: value.getStart(source),
        end: value.end,
        text: `${isSimple ? text : `(${text})`} ?? ${numberOf(context.data['take'], 100)}`,
      },
    ]);
  }
  if (own)
    return here(context, [
      {
        start: own.end,
        end: own.end,
        text: `: ${own.name.getText(source)} ?? ${numberOf(context.data['take'], 100)}`,
      },
    ]);
  return here(context, intoArguments(source, call, [{ text: take }], style, true));
}

/** `posts: true` becomes `posts: { take: 20 }`. */
function takeNested(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const { start, end } = context.finding;
  const name = source && nodeAt(source, start, end);
  const property =
    name && (ts.isPropertyAssignment(name) || ts.isShorthandPropertyAssignment(name) ? name : name.parent);
  if (!source || !property) return GONE;
  const take = `take: ${numberOf(context.data['take'], 20)}`;
  if (ts.isShorthandPropertyAssignment(property))
    return here(context, [
      { start: property.end, end: property.end, text: `: { ...${property.name.text}, ${take} }` },
    ]);
  if (!ts.isPropertyAssignment(property)) return GONE;
  const value = property.initializer;
  if (value.kind === ts.SyntaxKind.TrueKeyword)
    return here(context, [{ start: value.getStart(source), end: value.end, text: `{ ${take} }` }]);
  const literal = literalOf(value);
  if (literal)
    return here(context, intoObject(source, literal, [{ name: 'take', text: take }], styleOf(context.text)));
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value) && !ts.isCallExpression(value))
    return { refuse: "The relation's arguments are chosen at run time; add `take` where they are made." };
  return here(context, [
    { start: value.getStart(source), end: value.end, text: `{ ...${value.getText(source)}, ${take} }` },
  ]);
}

function limitRaw(context: FixContext): FixOutcome {
  const source = context.sourceOf(context.file);
  const name = source && nodeAt(source, context.finding.start, context.finding.end);
  let at: ts.Node | undefined = name;
  while (at && !ts.isTaggedTemplateExpression(at) && !ts.isCallExpression(at)) at = at.parent;
  const template =
    at && ts.isTaggedTemplateExpression(at)
      ? at.template
      : at && ts.isCallExpression(at)
        ? at.arguments[0]
        : undefined;
  if (!source || !template || !(ts.isTemplateLiteral(template) || ts.isStringLiteral(template))) return GONE;
  const inside = source.text.slice(template.getStart(source) + 1, template.end - 1);
  const body = inside.replace(/[\s;]+$/, '');
  if (/--[^\n]*$/.test(body)) return { refuse: 'The query ends in a comment; add LIMIT before it.' };
  const start = template.getStart(source) + 1 + body.length;
  const indent = /\n([ \t]*)[^\n]*$/.exec(body)?.[1];
  const gap = indent === undefined ? ' ' : `\n${indent}`;
  return here(context, [{ start, end: start, text: `${gap}LIMIT ${numberOf(context.data['take'], 100)}` }]);
}

interface Plan {
  pieces: Piece[];
  parts: NewPart[];
}

interface Place {
  context: FixContext;
  source: ts.SourceFile;
  call: ts.CallExpression;
  fn: Signature;
  max: number;
  initial: number;
}

/** Changes a call and the signature of the function around it. */
function inFunction(context: FixContext, plan: (place: Place) => Plan | { refuse: string }): FixOutcome {
  const source = context.sourceOf(context.file);
  const call = source && callAt(source, context.finding.start, context.finding.end);
  if (!source || !call) return GONE;
  const fn = enclosingSignature(call);
  if (!fn) return { refuse: 'There is no function with a name around the call to take the page.' };
  const max = numberOf(context.data['maxTake'], 100);
  const planned = plan({
    context,
    source,
    call,
    fn,
    max,
    initial: Math.min(numberOf(context.data['defaultTake'], 20), max),
  });
  if ('refuse' in planned) return planned;
  const style: Style = styleOf(context.text);
  const edits = intoArguments(source, call, planned.pieces, style);
  if (planned.parts.length > 0) {
    const handedOn = handedOnIn(context, fn);
    if (handedOn !== undefined)
      return {
        refuse: `${handedOn} hands the function on as a value, so a new parameter could get something else.`,
      };
    const parameter = addParameter(source, fn, planned.parts, /\.[cm]?tsx?$/.test(context.file));
    if ('refuse' in parameter) return parameter;
    edits.push(parameter);
  }
  return here(context, edits);
}

/** The first file in which the function is an argument of another call. */
function handedOnIn(context: FixContext, fn: Signature): string | undefined {
  const name = nameOfSignature(fn);
  if (name === undefined) return undefined;
  return [context.file, ...context.workspace.importers(context.file)].find((file) => {
    if (!context.textOf(file)?.includes(name)) return false;
    const source = context.sourceOf(file);
    return source !== undefined && isHandedOn(source, name);
  });
}

/** A fixed order, without which a page may repeat or leave out rows. */
function orderOf({ context, source, call }: Place): Piece[] {
  if (argumentsHave(source, call, 'orderBy')) return [];
  const id = idOf(context);
  return id ? [{ name: 'orderBy', text: `orderBy: { ${id.name}: 'asc' }` }] : [];
}

function idOf(context: FixContext): { name: string; type: string } | undefined {
  const schema = context.workspace.schema(context.file);
  const model = context.data['model'];
  const field =
    typeof model === 'string' ? schema?.model(model)?.fields.find((candidate) => candidate.id) : undefined;
  const type = field && { String: 'string', Int: 'number', BigInt: 'bigint' }[field.type];
  return field && type !== undefined ? { name: field.name, type } : undefined;
}

function pageByNumber(place: Place): Plan {
  const existing = existingParameters(place.fn);
  const page = existing.page ?? 'page';
  const parts: NewPart[] = [];
  if (existing.page === undefined) parts.push({ name: 'page', type: 'number', initial: '1' });
  let size = existing.limit;
  if (size === undefined) {
    size = 'perPage';
    parts.push({ name: 'perPage', type: 'number', initial: String(place.initial) });
  } else if (existing.limitOptional) size = `${size} ?? ${place.initial}`;
  const take = `Math.min(${size}, ${place.max})`;
  return quoted(place, {
    pieces: [
      { name: 'take', text: `take: ${take}` },
      { name: 'skip', text: `skip: (${page} - 1) * ${take}` },
      ...orderOf(place),
    ],
    parts,
  });
}

function pageByCursor(place: Place): Plan | { refuse: string } {
  const id = idOf(place.context);
  if (!id) return { refuse: 'The model has no single id that a cursor could hold.' };
  const existing = existingParameters(place.fn);
  const parts: NewPart[] = [{ name: 'cursor', type: id.type }];
  let size = existing.limit;
  if (size === undefined) {
    size = 'perPage';
    parts.push({ name: 'perPage', type: 'number', initial: String(place.initial) });
  } else if (existing.limitOptional) size = `${size} ?? ${place.initial}`;
  return quoted(place, {
    pieces: [
      { name: 'take', text: `take: Math.min(${size}, ${place.max})` },
      ...orderOf(place),
      { text: `...(cursor !== undefined && { cursor: { ${id.name}: cursor }, skip: 1 })` },
    ],
    parts,
  });
}

/** In the quotes of the file. */
function quoted({ context }: Place, plan: Plan): Plan {
  const { quote } = styleOf(context.text);
  return {
    ...plan,
    pieces: plan.pieces.map((piece) => ({ ...piece, text: piece.text.replaceAll("'", quote) })),
  };
}
