/** The header of a commit that changes the code of the backend and not its database. */
import { withoutTypes } from '../facts/declarations.ts';
import {
  amount,
  isBackend,
  isEntry,
  scopes,
  scopeOf,
  size,
  stoodIn,
  weight,
  draft,
  refactor,
} from './backendParts.ts';
import { isReordered, tokensChanged } from './hunks.ts';
import { differenceDraft } from './differenceDraft.ts';
import type { Part, Touched } from './model.ts';
import {
  hasOnlyWords,
  isAuthentication,
  isRenamed,
  isStub,
  moreLogs,
  movedChecks,
  newCalls,
  newProviders,
  newVariables,
  onlyLoses,
  refusesLess,
  signalOf,
  signsIn,
  stopsAsking,
  stopsLimiting,
  withoutDestructuring,
  withoutForm,
  withoutLogs,
  withoutRevalidation,
  withoutTexts,
} from './signals.ts';
import { addsRows, localRename, newGuards, substitution } from './together.ts';
import { list, namesOf, type Draft } from './words.ts';

/** `undefined` when the backend is not what a commit is about. */
export function backendDraft({ parts }: Touched): Draft | undefined {
  const backend = parts.filter(isBackend);
  if (backend.length === 0 || isAside(backend, parts)) return undefined;
  const { renamed, rest } = withoutRenames(backend);
  if (rest.length === renamed.length && renamed.length > 0)
    return refactor((shown) => {
      const name = ({ from, to }: Renamed) => `${from.name} to ${to.name}`;
      return `rename ${list(renamed.map(name), shown)}`;
    });
  const of = (change: Part['change']) => rest.filter((part) => part.change === change);
  const [added, changed, removed] = [of('added'), of('changed'), of('removed')];
  const entries = added.filter(isEntry);
  const gone = removed.filter(isEntry);
  if (entries.length > 0 && entries.length >= gone.length) {
    const scope = scopeOf(entries);
    const own = entries.filter(({ kind }) => scopes[kind] === scope);
    return draft('feat', scope, (shown) => `add ${list(namesOf(own), shown)}`);
  }
  if (entries.length > 0)
    return refactor((shown) => `replace ${list(namesOf(gone), shown)} by ${list(namesOf(entries), shown)}`);
  const checked = schemaDraft(added, changed);
  if (checked) return checked;
  const functions = added.filter(({ isValue }) => !isValue);
  if (functions.length > 0) return replacedDraft(functions, removed) ?? addedDraft(functions, changed);
  const variables = added.flatMap(newVariables);
  if (variables.length > 0)
    return draft('feat', 'backend', (shown) => `read ${list(variables, shown)} from the environment`);
  if (changed.length > 0) return changedDraft(changed, removed);
  if (added.length > removed.length)
    return draft('feat', 'backend', (shown) => `add ${list(namesOf(added), shown)}`);
  return refactor((shown) => `remove ${list(namesOf(removed), shown)}`);
}

interface Renamed {
  from: Part;
  to: Part;
}

/** What is gone under one name and there under another, told as changed. */
function withoutRenames(parts: readonly Part[]): { renamed: Renamed[]; rest: Part[] } {
  const gone = parts.filter(({ change, isValue }) => change === 'removed' && !isValue);
  const renamed: Renamed[] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const from =
      part.change === 'added' && !part.isValue && !isEntry(part)
        ? gone.find((one) => isRenamed(one, part) && !renamed.some((known) => known.from === one))
        : undefined;
    if (from) {
      renamed.push({ from, to: part });
      rest.push({ ...part, change: 'changed', before: from.before });
    } else rest.push(part);
  }
  const old = new Set(renamed.map(({ from }) => from));
  return { renamed, rest: rest.filter((part) => !old.has(part)) };
}

/** Little of the backend changes beside much of something else. */
function isAside(backend: readonly Part[], parts: readonly Part[]): boolean {
  if (backend.some((part) => part.change !== 'changed' || newProviders(part).length > 0)) return false;
  const docs = parts.filter(
    ({ kind, file }) => kind === 'docs' && !/(^|\/)(CHANGELOG|CHANGES|HISTORY)\b/i.test(file),
  ).length;
  if (docs > 1 && docs >= backend.length) return true;
  const views = parts.filter(({ kind }) => kind === 'ui' || kind === 'page');
  // Beside a view, what is written to logs is no matter.
  if (views.length > 0 && backend.every((part) => withoutLogs(part.before) === withoutLogs(part.after)))
    return true;
  if (weight(backend) < 150 * backend.length && weight(views) > 10 * weight(backend)) return true;
  const own = amount(backend);
  return own < 120 * backend.length && signalOf(backend) === undefined && amount(views) > 12 * own;
}

const uses = ({ before, after }: Part, { name }: Part): boolean =>
  after.includes(name) && !before.includes(name);

/** New schemas that entry points use from now on: their input was not validated before. */
function schemaDraft(added: readonly Part[], changed: readonly Part[]): Draft | undefined {
  const schemas = added.filter(({ kind, isValue }) => kind === 'validation' && isValue);
  const users = changed.filter((part) => isEntry(part) && schemas.some((schema) => uses(part, schema)));
  if (users.length === 0) return undefined;
  return draft('fix', 'backend', (shown) => `validate the input of ${list(namesOf(users), shown)}`);
}

/** New functions that keep what others read. */
function cacheDraft(added: readonly Part[], changed: readonly Part[]): Draft | undefined {
  const isCache = ({ name }: Part) => /(^|[a-z])(cached?|memoi?[sz]?e?d?)(?![a-z])/i.test(name);
  if (!added.some(isCache)) return undefined;
  const readers = added.filter(
    ({ name }) => !/^(bust|clear|invalidate|purge|refresh|reset|delete)/i.test(name),
  );
  // `getPostsUncached` is what `getPosts` was.
  const wrapped = changed.filter(({ name }) =>
    readers.some(
      (reader) =>
        reader.name !== name && reader.name.replace(/(Un|Non|Not)?-?cached|Fresh|Raw/i, '') === name,
    ),
  );
  const users =
    wrapped.length > 0 ? wrapped : changed.filter((part) => readers.some((reader) => uses(part, reader)));
  if (users.length === 0) return undefined;
  return draft('perf', 'db', (shown) => `cache the reads of ${list(namesOf(users), shown)}`);
}

/** Functions that take the place of more code than they have. */
function replacedDraft(added: readonly Part[], removed: readonly Part[]): Draft | undefined {
  const gone = removed.filter(({ isValue }) => !isValue);
  if (gone.length < added.length || size(gone, 'before') < size(added, 'after')) return undefined;
  return refactor((shown) => `replace ${list(namesOf(gone), shown)} by ${list(namesOf(added), shown)}`);
}

/** New functions that nobody calls from outside. */
function addedDraft(added: readonly Part[], changed: readonly Part[]): Draft {
  const cached = cacheDraft(added, changed);
  if (cached) return cached;
  const shrunk = size(changed, 'before') - size(changed, 'after');
  // Code that stood in what changes and has a name of its own now.
  if (shrunk > 100 && shrunk > size(added, 'after') * 0.7 && stoodIn(added, changed))
    return refactor(
      (shown) => `move code of ${list(namesOf(changed), shown)} to ${list(namesOf(added), shown)}`,
    );
  // A small helper of a large change is not what it is about.
  const entries = changed.filter(isEntry);
  if (entries.length > 0 && amount(changed) > 300 && amount(changed) > 4 * amount(added))
    return changedDraft(changed, []);
  const users = changed.filter((part) => added.some((one) => uses(part, one)));
  // Checks that what is there makes from now on.
  const guards = added.filter(
    (one) =>
      /^(is|has|can|should|needs|assert|authorize|ensure|forbid|guard|protect|reject|require|sanitize|validate)[A-Z]/.test(
        one.name,
      ) && users.some((part) => uses(part, one)),
  );
  if (guards.length > 0)
    return draft(
      'fix',
      'backend',
      (shown) =>
        `use ${list(namesOf(guards), shown)} in ${list(namesOf(users.filter((part) => guards.some((one) => uses(part, one)))), shown)}`,
    );
  // A helper that many want at once is there for what it does to them.
  if (users.length >= 5 && users.length >= 4 * added.length) {
    const isGuard = added.some(({ name }) =>
      /^(is|assert|check|ensure|guard|handle|require|throw|validate|verify|with)[A-Z]/.test(name),
    );
    const subject = (shown: number) => `use ${list(namesOf(added), shown)} in ${list(namesOf(users), shown)}`;
    // What is configured is something that was not there.
    if (changed.some(({ kind }) => kind === 'env')) return draft('feat', 'backend', subject);
    return isGuard ? draft('fix', 'backend', subject) : refactor(subject);
  }
  if (users.length > 2 && users.length > added.length && -shrunk < size(changed, 'before') * 0.03)
    return refactor((shown) => `use ${list(namesOf(added), shown)} in ${list(namesOf(users), shown)}`);
  return draft('feat', 'backend', (shown) => `add ${list(namesOf(added), shown)}`);
}

function changedDraft(changed: readonly Part[], removed: readonly Part[]): Draft {
  const gone = removed.filter(isEntry);
  // Somebody may still call it.
  if (gone.length > 0)
    return draft(
      'refactor',
      scopeOf(gone),
      (shown) => `remove ${list(namesOf(gone), shown)} and change ${list(namesOf(changed), shown)}`,
    );
  const before = size(changed, 'before') + size(removed, 'before');
  const after = size(changed, 'after');
  const all = (same: (code: string) => string) =>
    changed.every((part) => same(part.before) === same(part.after));
  if (removed.length === 0 && all(withoutForm))
    return draft('style', 'backend', (shown) => `format ${list(namesOf(changed), shown)}`);
  const still = removed.length === 0 ? stillDraft(changed, all) : undefined;
  if (still) return still;
  const providers = changed.flatMap(newProviders);
  if (providers.length > 0)
    return draft(
      'feat',
      'backend',
      (shown) => `sign in with ${list(providers, shown)} in ${list(namesOf(changed), shown)}`,
    );
  // Without any provider left, the whole setup went elsewhere.
  const left = changed
    .filter(({ after: now }) => /\bproviders\b/i.test(now))
    .flatMap(({ before: old, after: now }) => newProviders({ before: now, after: old }));
  if (left.length > 0)
    return refactor(
      (shown) => `no longer sign in with ${list(left, shown)} in ${list(namesOf(changed), shown)}`,
    );
  const open = changed.filter(stopsAsking);
  if (open.length > 0 && !changed.some((part) => signalOf([part])?.signal.isGuard))
    return draft('fix', 'backend', (shown) => `no longer check who calls ${list(namesOf(open), shown)}`);
  const unlimited = changed.filter(stopsLimiting);
  if (unlimited.length > 0 && unlimited.length === changed.length && before - after < 200)
    return draft(
      'fix',
      'backend',
      (shown) => `no longer limit the rows of ${list(namesOf(unlimited), shown)}`,
    );
  const lenient = removed.length === 0 ? changed.filter(refusesLess) : [];
  if (lenient.length > 0 && lenient.length === changed.length && before - after < 700)
    return draft(
      'fix',
      'backend',
      (shown) => `no longer refuse some requests in ${list(namesOf(lenient), shown)}`,
    );
  const isSmaller = before - after > 100 && changed.every(onlyLoses);
  if (isSmaller || after < before * (changed.length > 2 ? 0.9 : 0.75))
    return refactor((shown) =>
      removed.length > changed.length
        ? `remove ${list(namesOf(removed), shown)}`
        : `simplify ${list(namesOf(changed), shown)}`,
    );
  if (removed.length === 0 && changed.every(isReordered))
    return draft('fix', 'backend', (shown) => `change the order in ${list(namesOf(changed), shown)}`);
  if (removed.length === 0 && all(withoutTexts) && changed.every(hasOnlyWords))
    return draft('fix', 'backend', (shown) => `change the texts of ${list(namesOf(changed), shown)}`);
  const stubs = changed.filter(isStub);
  if (stubs.length > 0 && stubs.length === changed.length)
    return draft('feat', scopeOf(stubs), (shown) => `implement ${list(namesOf(stubs), shown)}`);
  const another = changed.length > 1 && removed.length === 0 ? substitution(changed) : undefined;
  if (another) {
    // A name may be anything, a text means something to somebody.
    const isText = all(withoutTexts);
    return draft(
      isText ? 'fix' : 'refactor',
      'backend',
      (shown) => `use ${another.to} instead of ${another.from} in ${list(namesOf(changed), shown)}`,
    );
  }
  const renamed = changed.length === 1 && removed.length === 0 ? localRename(changed) : undefined;
  if (renamed)
    return refactor((shown) => `rename ${renamed.from} to ${renamed.to} in ${list(namesOf(changed), shown)}`);
  const moved = movedChecks(changed);
  if (moved.length > 0) return refactor((shown) => `move the checks to ${list(namesOf(moved), shown)}`);
  const found = signalOf(changed);
  const isGrown =
    (after - before > 500 && after > before * 1.25) ||
    after - before > 1500 ||
    (after - before > 700 && changed.some((part) => newCalls(part).length > 0));
  // What was called until now, and nothing calls any more.
  const leaves = (part: Part, one: Part) => uses({ ...part, before: part.after, after: part.before }, one);
  const dropped = removed.filter((one) => changed.some((part) => leaves(part, one)));
  const leaving = changed.filter((part) => dropped.some((one) => leaves(part, one)));
  if (dropped.length > 0 && !found?.signal.isGuard)
    return refactor(
      (shown) => `stop using ${list(namesOf(dropped), shown)} in ${list(namesOf(leaving), shown)}`,
    );
  const signing = changed.filter((part) => signsIn(part) && !isAuthentication(part));
  if (signing.length > 0 && after - before > 60)
    return draft('feat', scopeOf(signing), (shown) => `sign in through ${list(namesOf(signing), shown)}`);
  const guards = found?.signal.isGuard ? [] : newGuards(changed);
  if (guards.length > 0) {
    const users = changed.filter((part) => newCalls(part).some((name) => guards.includes(name)));
    return draft('fix', 'backend', (shown) => `use ${list(guards, shown)} in ${list(namesOf(users), shown)}`);
  }
  // Code around what was there already, and nothing new beside it.
  const isCare =
    found?.signal.isCare &&
    changed.flatMap(newCalls).length < 3 &&
    !changed.some(addsRows) &&
    isAdded(found.parts);
  if (
    found &&
    (found.signal.isGuard ||
      found.isReplacement ||
      isCare ||
      (!isGrown && (!found.signal.isCare || isAdded(found.parts))))
  ) {
    const scope = found.signal.scope ?? (found.signal.type === 'perf' ? 'db' : 'backend');
    return draft(
      found.signal.type,
      scope,
      (shown) => `${found.signal.verb} ${list(namesOf(found.parts), shown)}`,
    );
  }
  return differenceDraft(changed, after - before, isGrown);
}

/** Whether what was there stays, or nearly: errors are met around it. */
function isAdded(parts: readonly Part[]): boolean {
  const all = parts.map(({ before, after }) => tokensChanged(before, after));
  const of = (side: 'gone' | 'come') => all.reduce((sum, one) => sum + one[side].length, 0);
  return of('gone') < 30 || of('gone') < of('come') * 0.4;
}

/** What runs is the same, but for what it writes to logs. Errors that are told from now on were swallowed before. */
function stillDraft(
  changed: readonly Part[],
  all: (same: (code: string) => string) => boolean,
): Draft | undefined {
  if (all(withoutLogs) && signalOf(changed) === undefined) {
    const more = changed.reduce((sum, part) => sum + moreLogs(part), 0);
    const what = more > 0 ? 'log more in' : more < 0 ? 'log less in' : 'change the logs of';
    return draft('chore', 'backend', (shown) => `${what} ${list(namesOf(changed), shown)}`);
  }
  if (all(withoutRevalidation) && signalOf(changed) === undefined)
    return draft(
      'fix',
      'backend',
      (shown) => `change what is revalidated after ${list(namesOf(changed), shown)}`,
    );
  if (all(withoutDestructuring)) return refactor((shown) => `simplify ${list(namesOf(changed), shown)}`);
  if (changed.every(({ file }) => /\.[cm]?tsx?$/.test(file)) && all(withoutTypes))
    return refactor((shown) => `change the types of ${list(namesOf(changed), shown)}`);
  return undefined;
}
