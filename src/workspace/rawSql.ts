/**
 * The SQL of a raw query as the code puts it together: text, bound values, and text that comes from elsewhere. Fragments
 * (`Prisma.sql`, `Prisma.empty`, `Prisma.raw`, constants, concatenations) are put in where the file itself says them.
 */
import { extractSql, isSqlParserLoaded } from '../facts/sql.ts';
import type { SqlStatement } from '../facts/sqlModel.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitFile, visitSteps } from '../facts/visit.ts';
import { initialValue } from './initialValue.ts';
import type { QueryFact } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export type SqlPiece =
  | { p: 'text'; text: string }
  /** Handed to the database beside the text: `${id}` of a tagged template. */
  | { p: 'bound'; value: Value }
  /** Becomes part of the text: `${column}` of an unsafe query, the argument of `Prisma.raw`. */
  | { p: 'spliced'; value: Value }
  /** A fragment or a value that is made elsewhere. */
  | { p: 'hidden'; value: Value };

export interface RawSql {
  /** The call or the tagged template. */
  call: RawCall;
  /** The expression that gives the text: the template itself, or the first argument. */
  text: Value | undefined;
  pieces: SqlPiece[];
}

export type RawCall = Extract<Value, { k: 'call' | 'tagged' }>;

export const isUnsafeRaw = (op: string): boolean => op.endsWith('RawUnsafe');

/** The raw query that stands where a query fact says; undefined when it is called in a way that can't be followed. */
export function rawSqlOf(view: WorkspaceView, query: QueryFact): RawSql | undefined {
  const facts = query.op.startsWith('$') ? view.tsFacts(query.file) : undefined;
  const call = facts && callAt(facts, query.at);
  if (!facts || !call) return undefined;
  const source = new SqlSource(view, query, facts);
  if (call.k === 'tagged') return { call, text: call, pieces: source.template(call.texts, call.values) };
  const [text] = call.args;
  const pieces = !text ? [] : isUnsafeRaw(query.op) ? source.text(text) : source.fragment(text);
  return { call, text, pieces };
}

/** What a text is made of that a call splices in: the argument of `Prisma.raw`. */
export function splicedPieces(view: WorkspaceView, file: string, facts: TsFacts, value: Value): SqlPiece[] {
  return new SqlSource(view, { file }, facts).text(value);
}

function callAt(facts: TsFacts, at: number): RawCall | undefined {
  let found: RawCall | undefined;
  visitFile(facts, (value) => {
    if (value.k !== 'call' && value.k !== 'tagged') return !found;
    const callee = value.k === 'call' ? value.fn : value.tag;
    if ((callee.k === 'member' ? callee.at : value.at) === at) found = value;
    return !found;
  });
  return found;
}

const MAX_DEPTH = 6;

class SqlSource {
  private readonly view: WorkspaceView;
  private readonly file: string;
  private readonly facts: TsFacts;

  constructor(view: WorkspaceView, place: { file: string }, facts: TsFacts) {
    this.view = view;
    this.file = place.file;
    this.facts = facts;
  }

  /** A tagged template, whose parts are values unless they are fragments. */
  template(texts: readonly string[], values: readonly Value[], depth = 0): SqlPiece[] {
    return texts.flatMap((text, i): SqlPiece[] => {
      const value = values[i];
      return [{ p: 'text', text }, ...(value ? this.fragment(value, depth + 1) : [])];
    });
  }

  /** A fragment of SQL, or a value to be bound. */
  fragment(value: Value, depth = 0): SqlPiece[] {
    const name = prismaName(value);
    if (name === 'empty') return [];
    if (value.k === 'tagged')
      return prismaName(value.tag) === 'sql'
        ? this.template(value.texts, value.values, depth)
        : [{ p: 'hidden', value }];
    if (value.k === 'call') {
      const callee = prismaName(value.fn);
      const [first] = value.args;
      if (callee === 'raw' && first) return this.text(first, depth);
      // What `Prisma.join` joins may be fragments itself.
      return [{ p: callee === undefined && !isConversion(value) ? 'hidden' : 'bound', value }];
    }
    if (value.k === 'ref') {
      const init = depth < MAX_DEPTH ? this.constant(value) : undefined;
      return init && (isFragment(init) || prismaName(init) !== undefined)
        ? this.fragment(init, depth + 1)
        : [{ p: 'hidden', value }];
    }
    if (value.k === 'cond' || value.k === 'logic') return [{ p: 'hidden', value }];
    return [{ p: 'bound', value }];
  }

  /** An expression whose string becomes SQL. */
  text(value: Value, depth = 0): SqlPiece[] {
    if (depth > MAX_DEPTH) return [{ p: 'spliced', value }];
    switch (value.k) {
      case 'lit':
        return [{ p: 'text', text: String(value.v) }];
      case 'template':
        return value.texts.flatMap((text, i) => {
          const part = value.values[i];
          return [{ p: 'text' as const, text }, ...(part ? this.text(part, depth + 1) : [])];
        });
      case 'binary':
        return value.op === '+'
          ? [...this.text(value.left, depth + 1), ...this.text(value.right, depth + 1)]
          : [{ p: 'spliced', value }];
      case 'await':
        return this.text(value.of, depth + 1);
      case 'ref': {
        const init = this.constant(value);
        if (init) {
          const pieces = this.text(init, depth + 1);
          // What isn't a text that is put together here keeps its name.
          return pieces.length === 1 && pieces[0]?.p === 'spliced' ? [{ p: 'spliced', value }] : pieces;
        }
        const known = this.imported(value);
        return known === undefined ? [{ p: 'spliced', value }] : [{ p: 'text', text: known }];
      }
      case 'call': {
        const { fn } = value;
        if (fn.k === 'member' && /^(trim|trimStart|trimEnd)$/.test(fn.name))
          return this.text(fn.of, depth + 1);
        // `['SELECT', …].join(' ')`
        if (fn.k === 'member' && fn.name === 'join' && fn.of.k === 'array') {
          const [between] = value.args;
          const gap: SqlPiece = { p: 'text', text: between?.k === 'lit' ? String(between.v) : ' ' };
          return fn.of.items.flatMap((item, i) => [...(i > 0 ? [gap] : []), ...this.text(item, depth + 1)]);
        }
        return [{ p: 'spliced', value }];
      }
      default:
        return [{ p: 'spliced', value }];
    }
  }

  /** With what a constant of this file is made. */
  private constant(value: Extract<Value, { k: 'ref' }>): Value | undefined {
    const binding = this.facts.bindings[value.b];
    if (!binding || binding.mutable || (binding.kind !== 'const' && binding.kind !== 'let')) return undefined;
    return initialValue(this.facts.functions[binding.fn]?.body ?? [], value.b);
  }

  private imported(value: Extract<Value, { k: 'ref' }>): string | undefined {
    if (this.facts.bindings[value.b]?.kind !== 'import') return undefined;
    const known = this.view.moduleValue(this.file, value.b);
    return known.k === 'lit' ? String(known.v) : undefined;
  }
}

const isFragment = (value: Value): boolean =>
  value.k === 'tagged'
    ? prismaName(value.tag) === 'sql'
    : value.k === 'call' && prismaName(value.fn) !== undefined;

/** `sql` of `Prisma.sql`, or of `sql` alone. */
function prismaName(value: Value): string | undefined {
  if (value.k === 'member' && /^(sql|raw|empty|join)$/.test(value.name))
    return value.of.k === 'ref' && /prisma/i.test(value.of.name) ? value.name : undefined;
  return value.k === 'ref' && value.name === 'sql' ? 'sql' : undefined;
}

function isConversion(value: Extract<Value, { k: 'call' }>): boolean {
  return value.fn.k === 'ref' && /^(Number|String|Boolean|BigInt|parseInt|parseFloat)$/.test(value.fn.name);
}

/** All values that a variable is given in its function, its first one included. */
export function valuesGiven(facts: TsFacts, b: number): readonly Value[] {
  let given = givenIn.get(facts);
  if (!given) {
    given = collectGiven(facts);
    givenIn.set(facts, given);
  }
  return given.get(b) ?? [];
}

/** Found once for a file's facts: rules ask for many variables of one file. */
const givenIn = new WeakMap<TsFacts, ReadonlyMap<number, Value[]>>();

function collectGiven(facts: TsFacts): ReadonlyMap<number, Value[]> {
  const out = new Map<number, Value[]>();
  const add = (b: number, value: Value): void => {
    const before = out.get(b);
    if (before) before.push(value);
    else out.set(b, [value]);
  };
  for (const fn of facts.functions)
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'let') add(step.b, step.value);
      },
    });
  for (const { target, value } of valuesOf(facts, 'assign')) if (target.k === 'ref') add(target.b, value);
  return out;
}

/** A text with a name or a placeholder for everything that isn't text, for PostgreSQL's grammar. */
export function parsableSql(pieces: readonly SqlPiece[]): string {
  let text = '';
  let count = 0;
  for (const piece of pieces) {
    if (piece.p === 'text') text += piece.text.replaceAll('`', '"');
    else {
      count++;
      const isName =
        isQuoted(text) ||
        (piece.p !== 'bound' &&
          /(\b(from|update|table|truncate|into|join|only|exists|schema|database)\s+|\.)$/i.test(text));
      text += isName ? `gap_${count}` : `$${count}`;
    }
  }
  return text;
}

/** Whether a text ends inside quotes. */
export function isQuoted(text: string): boolean {
  return (text.match(/"/g) ?? []).length % 2 === 1 || (text.match(/'/g) ?? []).length % 2 === 1;
}

/** The statements of a raw query; none when it doesn't parse or the grammar isn't there. */
export function statementsOf(pieces: readonly SqlPiece[]): SqlStatement[] {
  return isSqlParserLoaded() ? extractSql(parsableSql(pieces)).statements : [];
}
