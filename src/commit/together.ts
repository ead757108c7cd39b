/** What several parts of a commit have in common, and what the rules of schemas say of it. */
import type { Part } from './model.ts';
import { newCalls, newProperties, withoutTexts } from './signals.ts';

const tokens = /[A-Za-z_$][\w$]*|\d+|\S/g;

/** One name that takes the place of another in all parts, and nothing else: `db` is called `prisma` now. */
export function substitution(parts: readonly Part[]): { from: string; to: string } | undefined {
  let found: { from: string; to: string } | undefined;
  for (const { before, after } of parts) {
    const [old, now] = [before.match(tokens) ?? [], after.match(tokens) ?? []];
    if (old.length !== now.length) return undefined;
    for (const [at, from] of old.entries()) {
      const to = now[at] ?? '';
      if (from === to) continue;
      if (!/^[A-Za-z_$]/.test(from) || !/^[A-Za-z_$]/.test(to)) return undefined;
      if (found && (found.from !== from || found.to !== to)) return undefined;
      found = { from, to };
    }
  }
  return found;
}

/** The same of a variable that a part declares itself. */
export function localRename(parts: readonly Part[]): { from: string; to: string } | undefined {
  const found = substitution(parts);
  if (!found) return undefined;
  const isDeclared = (code: string) =>
    ['const', 'let', 'var'].some((word) =>
      [' ', ':'].some((end) => code.includes(`${word} ${found.from}${end}`)),
    );
  return parts.every(({ before }) => isDeclared(before)) ? found : undefined;
}

const words = /(?<![\w$])[A-Za-z_$][\w$]{3,}/g;
const keywords = new Set(
  'async await break case catch const continue else false finally from function null return switch this throw true typeof undefined void while'.split(
    ' ',
  ),
);

/** A name that all parts have now and none had before. */
export function sharedName(parts: readonly Part[]): string | undefined {
  const fresh = parts.map(({ before, after }) => {
    const old = new Set(before.match(words));
    return new Set((withoutTexts(after).match(words) ?? []).filter((word) => !old.has(word)));
  });
  const [first, ...rest] = fresh;
  return [...(first ?? [])].find((word) => !keywords.has(word) && rest.every((names) => names.has(word)));
}

const brackets: { readonly [sign: string]: number } = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 };

/** Properties of schemas with their rules: `title` → `z.string().max(80)`. */
function rulesOf(code: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const { index, 0: start, 1: name = '' } of code.matchAll(/\b(\w+): (?=z\.)/g)) {
    const from = index + start.length;
    let end = from;
    for (let depth = 0; end < code.length; end++) {
      const sign = code.charAt(end);
      if (depth === 0 && /[,}]/.test(sign)) break;
      depth += brackets[sign] ?? 0;
    }
    out.set(name, `${out.get(name) ?? ''} ${code.slice(from, end)}`);
  }
  return out;
}

const optional = /\.(optional|nullish|nullable|default|catch)\(/g;

/** Inputs whose rules are others now, as what happens to them: `make slug optional`. */
export function changedRules(part: Part): string | undefined {
  const [old, now] = [rulesOf(part.before), rulesOf(part.after)];
  const names = [...now].flatMap(([name, rule]) => {
    const earlier = old.get(name);
    return earlier !== undefined && earlier !== rule ? [{ name, rule, earlier }] : [];
  });
  const [first] = names;
  if (!first || names.length > 3 || newProperties(part).length > 0) return undefined;
  const listed = names.map(({ name }) => name).join(', ');
  const wishes = ({ rule, earlier }: { rule: string; earlier: string }) => {
    const [a, b] = [earlier.match(optional)?.join(''), rule.match(optional)?.join('')];
    if (a === b) return 'rules';
    if (b === undefined) return 'required';
    return a === undefined ? 'optional' : 'rules';
  };
  const wish = wishes(first);
  if (names.some((one) => wishes(one) !== wish) || wish === 'rules') return `change the rules of ${listed}`;
  return wish === 'required' ? `require ${listed}` : `make ${listed} optional`;
}

const writes =
  /\b(?:db|prisma|tx|trx|client|\w*[dD]b|\w*[pP]risma)\.([a-z]\w+)\.(create|update|upsert|delete)(?:Many(?:AndReturn)?)?\(/g;

/** What a part writes now and did not write before: `delete notification`. */
export function newWrites({ before, after }: Part): string[] {
  const of = (code: string) =>
    [...code.matchAll(writes)].map(([, model, operation]) => `${operation} ${model}`);
  const old = new Set(of(before));
  return [...new Set(of(after))].filter((write) => !old.has(write));
}

/** Whether a part makes rows of a kind that it did not make before. */
export const addsRows = (part: Part): boolean => newWrites(part).some((write) => write.startsWith('create '));

/** Checks, by their names, that parts call now and did not call before. */
export const newGuards = (parts: readonly Part[]): string[] => [
  ...new Set(
    parts
      .flatMap(newCalls)
      .filter((name) =>
        /^(assert|authorize|ensure|forbid|guard|protect|reject|sanitize|validate|verify)[A-Z]/.test(name),
      ),
  ),
];
