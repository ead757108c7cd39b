/** What is said of functions that change without a sign of their reason. */
import { amount, isEntry, scopeOf, growthOf, size, draft, refactor } from './backendParts.ts';
import { hunksOf, keyOf, type Hunk } from './hunks.ts';
import type { Part } from './model.ts';
import {
  isAuthentication,
  newCalls,
  newInputs,
  newParameters,
  newProperties,
  newVariables,
  withoutTexts,
} from './signals.ts';
import { placeDraft, refusalDraft } from './placeDraft.ts';
import { changedRules, newWrites, sharedName } from './together.ts';
import { list, namesOf, type Draft } from './words.ts';

/** What the changes of parts say where no single sign speaks, from what they share down to that something is put right. */
export function differenceDraft(changed: readonly Part[], growth: number, isGrown: boolean): Draft {
  return (
    commonDraft(changed, growth) ??
    writesDraft(changed) ??
    acceptingDraft(changed) ??
    rulesDraft(changed) ??
    variablesDraft(changed, isGrown) ??
    parametersDraft(changed) ??
    grownDraft(changed, isGrown) ??
    refusalDraft(changed) ??
    fixDraft(changed) ??
    placeDraft(changed) ??
    draft('fix', 'backend', (shown) => `correct ${list(namesOf(changed), shown)}`)
  );
}

/** One function that many parts call now and did not call before. */
function commonDraft(changed: readonly Part[], growth: number): Draft | undefined {
  const counts = new Map<string, number>();
  for (const name of changed.flatMap(newCalls)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [best] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (!best || best[1] < 3 || best[1] * 2 < changed.length) return undefined;
  const [name] = best;
  const users = changed.filter((part) => newCalls(part).includes(name));
  const subject = (shown: number) => `use ${name} in ${list(namesOf(users), shown)}`;
  if (/^(require|assert|check|verify|ensure|guard|protect|authorize|can)[A-Z]/.test(name))
    return draft('fix', 'backend', subject);
  if (/cache/i.test(name)) return draft('perf', 'db', subject);
  return growth > size(changed, 'before') * 0.15
    ? draft('feat', scopeOf(changed), subject)
    : refactor(subject);
}

/** Schemas that let more through, and an environment that has more in it. */
function acceptingDraft(changed: readonly Part[]): Draft | undefined {
  const accepting = changed.filter(
    (part) => part.kind === 'validation' || part.kind === 'env' || newInputs(part).length > 0,
  );
  const accepted = accepting.flatMap((part) =>
    part.kind === 'validation' || part.kind === 'env' ? newProperties(part) : newInputs(part),
  );
  if (accepted.length === 0) return undefined;
  const isEnv = accepting.every(({ kind }) => kind === 'env');
  return draft('feat', scopeOf(changed), (shown) =>
    isEnv
      ? `read ${list(accepted, shown)} from the environment`
      : `accept ${list(accepted, shown)} in ${list(namesOf(accepting), shown)}`,
  );
}

/** Rows that most parts write from now on and wrote not before. */
function writesDraft(changed: readonly Part[]): Draft | undefined {
  const writes = changed.flatMap(newWrites);
  const [first] = writes;
  const writing = changed.filter((part) => newWrites(part).includes(first ?? ''));
  if (first === undefined || new Set(writes).size > 1 || writing.length * 2 < changed.length)
    return undefined;
  const type = first.startsWith('create') ? 'feat' : 'fix';
  return draft(type, 'backend', (shown) => `${first} in ${list(namesOf(writing), shown)}`);
}

/** Inputs that are there as before and have other rules. */
function rulesDraft(changed: readonly Part[]): Draft | undefined {
  const rules = changed.map(changedRules);
  const [first] = rules;
  if (first === undefined || rules.some((rule) => rule !== first)) return undefined;
  return draft('fix', 'backend', (shown) => `${first} in ${list(namesOf(changed), shown)}`);
}

/** Names of an object that were not there: `API_KEY: z.string()`. */
const newKeys = ({ before, after }: Part): string[] =>
  (after.match(/\b[A-Z][A-Z\d_]+(?=: )/g) ?? []).filter((name) => !before.includes(name));

/** What stood in the code comes from outside now. */
function variablesDraft(changed: readonly Part[], isGrown: boolean): Draft | undefined {
  const users = changed.filter((part) => newVariables(part).length > 0);
  if (users.length === 0 || isGrown) return undefined;
  const names = users.flatMap(newVariables);
  // A variable that the program did not know at all makes something adjustable.
  const isNew = changed.some((part) => names.some((name) => part.isValue && newKeys(part).includes(name)));
  return draft(
    isNew ? 'feat' : 'fix',
    'backend',
    (shown) => `read ${list(names, shown)} from the environment in ${list(namesOf(users), shown)}`,
  );
}

/** What functions can be asked for that they could not before; whose it is to be is no wish but a check. */
function parametersDraft(changed: readonly Part[]): Draft | undefined {
  const users = changed.filter((part) => newParameters(part).length > 0 && !isEntry(part));
  const names = users.flatMap(newParameters);
  if (
    names.length === 0 ||
    names.some((name) => /user|session|owner|team|org|tenant|member|id$|^_/i.test(name))
  )
    return undefined;
  return draft(
    'feat',
    scopeOf(changed),
    (shown) => `take ${list(names, shown)} in ${list(namesOf(users), shown)}`,
  );
}

/** Whether entries come to a table whose others stay as they are. */
const onlyGains = ({ before, after }: Pick<Part, 'before' | 'after'>): boolean => {
  const hunks = hunksOf(before, after, 12);
  return hunks !== undefined && hunks.every(({ gone, around }) => gone.length === 0 && around.length < 3);
};

function grownDraft(changed: readonly Part[], isGrown: boolean): Draft | undefined {
  // A table that gets another line lets the program do more.
  const isTable = changed.every(
    ({ isValue, kind, before, after }) =>
      isValue &&
      /^\W*[[{]|\(\s*[[{]/.test(after) &&
      kind !== 'env' &&
      after.length > before.length &&
      withoutTexts(after) !== withoutTexts(before) &&
      (!/=>|\b(async|return)\b/.test(after) || onlyGains({ before, after })),
  );
  const keys = [...new Set(changed.flatMap(newProperties))];
  // A client of the database and the setup of Auth.js are set up rather than extended.
  const isSetup = changed.every((part) => part.kind === 'db' || isAuthentication(part));
  if (isSetup && keys.length > 0 && keys.length < 4)
    return draft(
      isGrown || growthOf(changed) > 80 ? 'feat' : 'fix',
      'backend',
      (shown) => `set ${list(keys, 3)} in ${list(namesOf(changed), shown)}`,
    );
  if (isTable) return draft('feat', scopeOf(changed), (shown) => `extend ${list(namesOf(changed), shown)}`);
  if (!isGrown) return undefined;
  const what = keys.length > 0 ? `handle ${list(keys, 2)} in ` : 'extend ';
  return draft('feat', scopeOf(changed), (shown) => `${what}${list(namesOf(changed), shown)}`);
}

const MOST_TOKENS = 40;

/** Whether properties come and go in conditions on rows alone. */
function isWithinWhere({ before, after }: Part, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const hunks = hunksOf(before, after, 4) ?? [];
  const holds = ({ gone, come }: Hunk): boolean => [...gone, ...come].some((sign) => names.includes(sign));
  return hunks.some(holds) && hunks.every(({ around }) => around.some((place) => keyOf(place) === 'where'));
}

/** Whether nothing but columns is read that was not: `{ select: { notes: true } }`. */
function isColumns({ before, after }: Part): boolean {
  const hunks = hunksOf(before, after, 4) ?? [];
  return (
    hunks.length > 0 &&
    hunks.every(
      ({ gone, come, around }) =>
        gone.length === 0 &&
        /^(,? ?\w+ : true ?,?)+$/.test(come.join(' ')) &&
        around.some((place) => /^(select|include)$/.test(keyOf(place) ?? '')),
    )
  );
}

function fixDraft(changed: readonly Part[]): Draft | undefined {
  const keys = [...new Set(changed.flatMap(newProperties))];
  const [only, ...others] = new Set(changed.flatMap(newCalls));
  if (keys.length === 0 && only !== undefined && others.length === 0) {
    const users = changed.filter((part) => newCalls(part).includes(only));
    return draft('fix', 'backend', (shown) => `use ${only} in ${list(namesOf(users), shown)}`);
  }
  const shared = keys.length === 0 && changed.length > 2 ? sharedName(changed) : undefined;
  if (shared !== undefined)
    return draft('fix', 'backend', (shown) => `use ${shared} in ${list(namesOf(changed), shown)}`);
  const gone = [
    ...new Set(changed.flatMap((part) => newProperties({ ...part, before: part.after, after: part.before }))),
  ];
  // Where much else is different, a property is not the matter.
  const isSmall = changed.every((part) => amount([part]) <= MOST_TOKENS);
  if (changed.every((part) => isWithinWhere(part, [...keys, ...gone])))
    return draft(
      'fix',
      'backend',
      (shown) => `correct which rows are found in ${list(namesOf(changed), shown)}`,
    );
  if (keys.length === 0 && gone.length > 0 && gone.length < 4 && isSmall)
    return draft('fix', 'backend', (shown) => `drop ${list(gone, 3)} in ${list(namesOf(changed), shown)}`);
  if (keys.length === 0) return undefined;
  // `{ select: { notes: true } }`
  const columns = keys.filter((key) =>
    changed.some(({ after }) => new RegExp(`\\b${key}: true\\b`).test(after)),
  );
  if (
    (columns.length > 2 && columns.length * 2 > keys.length) ||
    (columns.length === keys.length && changed.every(isColumns))
  )
    return draft(
      'feat',
      scopeOf(changed),
      (shown) => `read ${list(columns, 3)} in ${list(namesOf(changed), shown)}`,
    );
  if (keys.length > 3 || !isSmall) return undefined;
  return draft('fix', 'backend', (shown) => `set ${list(keys, 3)} in ${list(namesOf(changed), shown)}`);
}
