/** What a declared type says of a value: which parts of it are rows of which models. */
import type { FileId } from '../base/path.ts';
import { clientAccessor } from '../prisma/schema.ts';
import { awaited, itemOf, memberOf } from './abs.ts';
import type { Abs } from './abs.ts';
import type { Links } from './links.ts';

/** Types that name each other are followed so far. */
const MAX_DEPTH = 6;

/** Types that have the fields of their first argument. */
const TRANSPARENT =
  /^(Readonly|Partial|Required|NonNullable|Pick|Omit|Awaited|Promise|Prettify|Simplify|Serialized|SerializeFrom)$/;
const LIST = /^(Array|ReadonlyArray|Set|ReadonlySet)$/;

/** @returns `undefined` for a type in which no row is known */
export function typedValue(links: Links, file: FileId, type: string, depth = 0): Abs | undefined {
  const text = type.trim().replace(/^readonly\s+/, '');
  if (depth > MAX_DEPTH || text === '') return undefined;
  const next = (part: string): Abs | undefined => typedValue(links, file, part, depth + 1);
  const either = split(text, '|');
  if (either.length > 1) return firstOf(either, next);
  const both = split(text, '&');
  if (both.length > 1) return joined(both.map(next));
  const [, inner = '', index] = /^(.+)\[([^[\]]*)\]$/s.exec(text) ?? [];
  if (index !== undefined) {
    const of = next(inner);
    const key = /^['"](.+)['"]$/.exec(index)?.[1];
    if (!of) return undefined;
    return key !== undefined ? memberOf(of, key) : index === 'number' ? itemOf(of) : listOf(of);
  }
  if (isWrapped(text, '(', ')')) return next(text.slice(1, -1));
  if (isWrapped(text, '{', '}')) return objectOf(text.slice(1, -1), next);
  const [, name = '', args] = /^([\w$.]+)\s*(?:<(.+)>)?$/s.exec(text) ?? [];
  if (name === '') return undefined;
  const [first = ''] = args === undefined ? [] : split(args, ',');
  if (LIST.test(name)) {
    const of = next(first);
    return of && listOf(of);
  }
  if (TRANSPARENT.test(name)) return next(first);
  if (name === 'ReturnType') return returned(links, file, first);
  return named(links, file, name, depth);
}

function named(links: Links, file: FileId, name: string, depth: number): Abs | undefined {
  const facts = links.tsFacts(file);
  const [head = '', ...rest] = name.split('.');
  const own = facts?.types.find((type) => type.name === head);
  if (own) return rest.length === 0 ? typedValue(links, file, own.text, depth + 1) : undefined;
  for (const { spec, names } of facts?.imports ?? []) {
    const found = names.find(({ b }) => facts?.bindings[b]?.name === head);
    if (!found) continue;
    const target = links.target(file, spec);
    if (target.t === 'file' && rest.length === 0 && found.imported !== '*') {
      // A barrel passes on what other files declare.
      const types = links.tsFacts(target.file)?.types ?? [];
      return types.some((type) => type.name === found.imported)
        ? named(links, target.file, found.imported, depth + 1)
        : undefined;
    }
    if (target.t !== 'generated') return undefined;
    const last = rest.at(-1);
    // `Prisma.OrderGetPayload<…>`, and a namespace import's `db.Order`.
    const model = found.imported === 'Prisma' ? last?.replace(/GetPayload$/, '') : (last ?? found.imported);
    return model === undefined
      ? undefined
      : { k: 'row', model: clientAccessor(model), many: false, path: [] };
  }
  return undefined;
}

/** What a function that is named by `typeof` gives back. */
function returned(links: Links, file: FileId, text: string): Abs | undefined {
  const name = /^typeof\s+([\w$]+)$/.exec(text.trim())?.[1];
  const facts = links.tsFacts(file);
  const b = facts?.bindings.findIndex((binding) => binding.name === name && binding.fn === 0) ?? -1;
  const binding = facts?.bindings[b];
  if (!binding) return undefined;
  const value: Abs =
    binding.f !== undefined ? { k: 'closure', file, fn: binding.f } : links.moduleValue(file, b);
  if (value.k !== 'closure') return undefined;
  const { outcomes } = links.summary(`${value.file}#${String(value.fn)}`);
  return outcomes.map((outcome) => awaited(outcome.value)).find((one) => holdsRow(one));
}

const holdsRow = (value: Abs): boolean =>
  value.k === 'row' ||
  (value.k === 'array' && value.items.some(holdsRow)) ||
  (value.k === 'object' && Object.values(value.props).some(holdsRow)) ||
  (value.k === 'variants' && value.list.some((one) => holdsRow(one.value)));

function firstOf(parts: readonly string[], next: (part: string) => Abs | undefined): Abs | undefined {
  for (const part of parts) {
    const found = next(part);
    if (found) return found;
  }
  return undefined;
}

/** A row with more beside it is a row; objects are put together. */
function joined(parts: readonly (Abs | undefined)[]): Abs | undefined {
  const known = parts.filter((part) => part !== undefined);
  const row = known.find((part) => part.k !== 'object');
  if (row || known.length < 2) return row ?? known[0];
  return {
    k: 'object',
    props: Object.assign({}, ...known.map((part) => (part.k === 'object' ? part.props : {}))),
    open: true,
  };
}

function listOf(of: Abs): Abs {
  return of.k === 'row' ? { ...of, many: true } : { k: 'array', items: [of], open: true };
}

/** `a: Order; b?: Order[]`, without what has no rows. */
function objectOf(text: string, next: (part: string) => Abs | undefined): Abs | undefined {
  const props: Record<string, Abs> = {};
  for (const part of split(text, ';').flatMap((line) => split(line, ','))) {
    const [, name, type] = /^(?:readonly\s+)?['"]?([\w$]+)['"]?\??\s*:\s*(.+)$/s.exec(part.trim()) ?? [];
    const value = type === undefined ? undefined : next(type);
    if (name !== undefined && value) props[name] = value;
  }
  return Object.keys(props).length > 0 ? { k: 'object', props, open: true } : undefined;
}

/** The parts between signs that stand in no brackets; an arrow's `>` closes nothing. */
function split(text: string, sign: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if ('([{<'.includes(letter)) depth++;
    else if (')]}>'.includes(letter) && text.charAt(at - 1) !== '=') depth--;
    else if (letter === sign && depth === 0) {
      out.push(text.slice(start, at));
      start = at + 1;
    }
  }
  out.push(text.slice(start));
  return out.map((part) => part.trim()).filter((part) => part !== '');
}

/** Whether the first bracket is closed by the last letter. */
function isWrapped(text: string, open: string, close: string): boolean {
  if (!text.startsWith(open) || !text.endsWith(close)) return false;
  let depth = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (text.charAt(at) === open) depth++;
    else if (text.charAt(at) === close && --depth === 0) return false;
  }
  return true;
}
