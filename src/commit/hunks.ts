/** Where two versions of a function differ, token by token, and what those places are called. */
import { diff } from 'fast-myers-diff';
import type { Part } from './model.ts';

const token =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[A-Za-z_$][\w$]*|\d[\w.]*|=>|\?\.|\?\?=?|\|\||&&|[=!]==?|<=|>=|\+\+|--|\.{3}|\S/g;

/** Which quotes a text stands in is a formatter's matter. */
const tokensOf = (code: string): string[] =>
  (code.match(token) ?? []).map((sign) => (/^"[^'"]*"$/.test(sign) ? `'${sign.slice(1, -1)}'` : sign));

/** Longer functions are compared by what they have in common alone. */
const MOST_TOKENS = 6000;

/** A place where tokens go, come or give way to others. */
export interface Hunk {
  gone: readonly string[];
  come: readonly string[];
  /** What stands before it in the version it is read in, innermost bracket last. */
  around: readonly Around[];
}

/** An open bracket: `if (`, `where: {`, `getFile(`, `return {`. */
export interface Around {
  sign: string;
  /** The last tokens before it. */
  lead: readonly string[];
}

/** The places in which a function differs; `undefined` when there are more than `most`, or it is too long. */
export function hunksOf(before: string, after: string, most: number): Hunk[] | undefined {
  const [old, now] = [tokensOf(before), tokensOf(after)];
  if (old.length > MOST_TOKENS || now.length > MOST_TOKENS) return undefined;
  const hunks: Hunk[] = [];
  for (const [oldStart, oldEnd, start, end] of diff(old, now)) {
    if (hunks.length === most) return undefined;
    hunks.push({
      gone: old.slice(oldStart, oldEnd),
      come: now.slice(start, end),
      around: openBrackets(now.slice(0, start)),
    });
  }
  return hunks;
}

/** All tokens that go and that come, in order. Too long a function is taken as written anew. */
export function tokensChanged(before: string, after: string): { gone: string[]; come: string[] } {
  const [old, now] = [tokensOf(before), tokensOf(after)];
  if (old.length > MOST_TOKENS || now.length > MOST_TOKENS) return { gone: old, come: now };
  const gone: string[] = [];
  const come: string[] = [];
  for (const [oldStart, oldEnd, start, end] of diff(old, now)) {
    gone.push(...old.slice(oldStart, oldEnd));
    come.push(...now.slice(start, end));
  }
  return { gone, come };
}

/** Whether the same entries of a list or table stand in another order. */
export function isReordered({ before, after, isValue }: Part): boolean {
  const sorted = (code: string) =>
    tokensOf(code)
      .filter((sign) => sign !== ',')
      .toSorted()
      .join(' ');
  return isValue && sorted(before) === sorted(after);
}

const closers: { readonly [sign: string]: string } = { ')': '(', ']': '[', '}': '{' };

function openBrackets(tokens: readonly string[]): Around[] {
  const open: Around[] = [];
  tokens.forEach((sign, at) => {
    if (sign === '(' || sign === '[' || sign === '{')
      open.push({ sign, lead: tokens.slice(Math.max(0, at - 6), at) });
    else if (closers[sign] !== undefined && open.at(-1)?.sign === closers[sign]) open.pop();
  });
  return open;
}

/** The property whose value begins with a bracket: `where` of `where: {`; `undefined` for what is no value of one. */
export const keyOf = ({ lead }: Around): string | undefined =>
  lead.at(-1) === ':' ? lead.at(-2) : undefined;

/** What is called with a bracket as its arguments: `cache.revalidate`; `undefined` for what is no call. */
export function calledBy({ sign, lead }: Around): string | undefined {
  if (sign !== '(') return undefined;
  const names: string[] = [];
  for (let at = lead.length - 1; at >= 0; at -= 2) {
    const name = lead[at] ?? '';
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || keywords.has(name)) return undefined;
    names.unshift(name);
    if (lead[at - 1] !== '.' && lead[at - 1] !== '?.') break;
  }
  return names.length === 0 ? undefined : names.slice(-2).join('.');
}

const keywords = new Set(
  'if for while switch catch return function await async typeof new in of case else throw'.split(' '),
);
