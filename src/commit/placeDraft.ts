/** What is said of a function that changes in one place, or in few places of one kind: where that is, and what happens there. */
import { draft, refactor } from './backendParts.ts';
import { calledBy, hunksOf, keyOf, type Hunk } from './hunks.ts';
import type { Part } from './model.ts';
import { list, namesOf, type Draft } from './words.ts';

/** What happens in a place, before the name of the function: `wait for save() in`. */
interface Said {
  type: 'fix' | 'refactor';
  what: string;
}

const MOST_HUNKS = 4;

/** Callers who are sent away from now on, told by what they are told. */
export function refusalDraft(changed: readonly Part[]): Draft | undefined {
  const users = changed.filter((part) => newRefusals(part).length > 0);
  const [refusal, ...others] = new Set(users.flatMap(newRefusals));
  if (refusal === undefined || others.length > 0 || users.length * 2 < changed.length) return undefined;
  return draft('fix', 'backend', (shown) => `answer ${refusal} in ${list(namesOf(users), shown)}`);
}

/** `undefined` where the places are many, or have nothing in common. */
export function placeDraft(changed: readonly Part[]): Draft | undefined {
  const said: Said[] = [];
  for (const part of changed) {
    const all = hunksOf(part.before, part.after, MOST_HUNKS * 3) ?? [];
    // Parameters are there for what is done with them.
    const inside = all.filter((hunk) => !isOfHeader(hunk));
    const hunks = inside.length > 0 ? inside : all;
    if (hunks.every(isForm) && hunks.some(({ gone, come }) => [...gone, ...come].includes('if'))) {
      said.push({ type: 'refactor', what: 'simplify the conditions of' });
      continue;
    }
    if (hunks.length === 0 || hunks.length > MOST_HUNKS) return undefined;
    for (const hunk of hunks) {
      const one = exactly(hunk) ?? roughly(hunk);
      if (!one) return undefined;
      said.push(one);
    }
  }
  const [first] = said;
  if (!first || said.some(({ what }) => what !== first.what)) return roughDraft(changed);
  const subject = (shown: number) => `${first.what} ${list(namesOf(changed), shown)}`;
  return first.type === 'fix' ? draft('fix', 'backend', subject) : refactor(subject);
}

/** Whether a place is in the parameters of the function itself. */
const isOfHeader = ({ around: [first, ...inner] }: Hunk): boolean =>
  first?.sign === '(' && inner.length === 0 && first.lead.every((sign) => /^[\w$]+$/.test(sign));

/** Several places of one kind. */
function roughDraft(changed: readonly Part[]): Draft | undefined {
  const kinds = changed.flatMap(
    ({ before, after }) =>
      hunksOf(before, after, MOST_HUNKS)?.map((hunk) => roughly(hunk)?.what) ?? [undefined],
  );
  const counts = new Map<string, number>();
  for (const kind of kinds) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (!most || most[1] < kinds.length * 0.7) return undefined;
  return draft('fix', 'backend', (shown) => `${most[0]} ${list(namesOf(changed), shown)}`);
}

/** Brackets, `if` and `&&`: nested conditions that become one, or one that becomes nested. */
const isForm = ({ gone, come }: Hunk): boolean =>
  [...gone, ...come].every((sign) => /^([(){};,]|if|&&|else)$/.test(sign));

/** What people are told when they are refused, and were not told before: `"Name is too long"`. */
function newRefusals({ before, after }: Part): string[] {
  const of = (code: string) =>
    [
      ...code.matchAll(
        /\bthrow (?:new )?[\w.]+\((?:\d+, ?|\{[^{}]*?message: )?(['"`])((?:\\.|(?!\1).)+)\1|\berror: (['"])((?:\\.|(?!\3).)+)\3/g,
      ),
    ].map(([, , thrown, , told]) => thrown ?? told ?? '');
  const old = of(before);
  const now = of(after);
  // Another wording of what was said is no new refusal.
  if (now.length <= old.length) return [];
  return [...new Set(now)]
    .filter((text) => !old.includes(text) && !text.includes('${') && /\s/.test(text))
    .map((text) => text.replace(/[.!?,;](\s.*)?$/, ''))
    .filter((text) => text.length <= 60)
    .map((text) => `"${text}"`);
}

const isName = (sign: string | undefined): sign is string =>
  sign !== undefined && /^[A-Za-z_$][\w$]*$/.test(sign);
const isText = (sign: string | undefined): sign is string => sign !== undefined && /^['"`]/.test(sign);
const isNumber = (sign: string | undefined): sign is string => sign !== undefined && /^\d/.test(sign);

/** A change so small that it can be told as it is. */
function exactly(hunk: Hunk): Said | undefined {
  const { gone, come } = hunk;
  const [a, ...moreGone] = gone;
  const [b, ...moreCome] = come;
  if (gone.length === 0) {
    if (come.every((sign) => sign === '?.' || sign === '.' || sign === '?'))
      return fix('allow for missing values in');
    if (come.join() === 'await') return fix('wait for a promise in');
    if ((b === '||' || b === '??') && moreCome.length <= 3) return fix(`fall back to ${shown(moreCome)} in`);
    if (b === 'case' && moreCome[0] !== undefined)
      return fix(`handle the case ${shown(upTo(moreCome, ':'))} in`);
  }
  if (come.length === 0 && a === 'case')
    return { type: 'refactor', what: `drop the case ${shown(upTo(moreGone, ':'))} in` };
  if (gone.join() === '.' && come.join() === '?.') return fix('allow for missing values in');
  if (gone.length !== 1 || come.length !== 1) return undefined;
  if (isNumber(a) && isNumber(b)) return fix(`change ${a} to ${b} in`);
  if ((isName(a) && isName(b)) || (isText(a) && isText(b) && a.length + b.length < 60))
    return fix(`use ${b} instead of ${a} in`);
  return undefined;
}

const fix = (what: string): Said => ({ type: 'fix', what });

const upTo = (signs: readonly string[], end: string): readonly string[] => {
  const at = signs.indexOf(end);
  return at === -1 ? signs : signs.slice(0, at);
};

const shown = (signs: readonly string[]): string =>
  signs
    .join(' ')
    .replace(/ ?([.?]+) ?/g, '$1')
    .replace(/\{ \}/g, '{}')
    .replace(/\[ \]/g, '[]');

/** Where it is: the innermost bracket that says something. */
function roughly({ around, gone, come }: Hunk): Said | undefined {
  for (const place of around.toReversed()) {
    const last = place.lead.at(-1) ?? '';
    const key = keyOf(place);
    if (key === 'where') return fix('correct which rows are found in');
    if (key === 'orderBy') return fix('correct the order of the rows in');
    if (key === 'data' || key === 'create' || key === 'update') return fix('correct what is written in');
    if (place.sign === '(' && (last === 'if' || last === 'while')) return fix('correct a condition in');
    if (place.sign === '(' && /^(json|send|redirect)$/.test(last)) return fix('correct the answer of');
    if (place.sign === '{' && last === 'return') return fix('correct what is returned by');
    const callee = calledBy(place);
    if (
      callee !== undefined &&
      !/\.(map|filter|forEach|then|catch|reduce|find|some|every|flatMap)$/.test(callee)
    ) {
      const isFunction =
        /^(query|mutation|action|handler|use|with[A-Z]\w*|\$transaction|use[A-Z]\w*|cache|unstable_cache|all)$/.test(
          callee.split('.').at(-1) ?? '',
        );
      if (!isFunction && gone.length + come.length < 25) return fix(`correct what ${callee} is given in`);
    }
    // The body of a function: what is outside says nothing of this place.
    if (place.sign === '{' && (last === ')' || last === '=>')) return undefined;
  }
  return undefined;
}
