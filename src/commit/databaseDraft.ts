/** The header of a commit that changes the schema or has migrations. */
import { basename } from '../base/path.ts';
import type { SchemaChange, Touched } from './model.ts';
import { isBackend, weight } from './backendParts.ts';
import { clean, list, type Draft } from './words.ts';

const draft = (subject: Draft['subject'], type = 'db', scope?: string): Draft => ({ type, scope, subject });

export function databaseDraft({
  schema,
  migrations,
  edited,
  removed,
  parts,
  packages,
  lost,
}: Touched): Draft | undefined {
  // Another version of Prisma wants other settings: what happens is the update.
  const isUpdate = packages.length > 0 && schema.every(({ kind }) => kind === 'setting');
  if (schema.length === 0 || isUpdate) return migrationDraft({ migrations, edited, removed, lost });
  // Settings that code wants are no matter of their own.
  const isAside = schema.every(({ kind }) => kind === 'setting') && weight(parts.filter(isBackend)) > 300;
  if (isAside) return undefined;
  const isNew = parts.some(
    ({ kind, change }) => change === 'added' && (kind === 'action' || kind === 'route'),
  );
  // New things to call say more than that columns are as before, but for a detail.
  if (
    isNew &&
    lost.length === 0 &&
    schema.every(({ kind, change }) => kind === 'field' && change === 'changed')
  )
    return undefined;
  const [only = ''] = migrations;
  if (migrations.length === 1 && edited.length > 1)
    return draft(() => `merge ${edited.length} migrations into ${clean(migrationTitle(only))}`);
  const isOnlyIndexes = schema.every(({ kind, name }) => kind === 'index' && !name.startsWith('unique '));
  if (!isOnlyIndexes || isNew) return draft((shown) => schemaSubject(schema, shown));
  const of = (change: SchemaChange['change']) =>
    schema.filter((one) => one.change === change).map(({ name }) => name);
  if (of('added').length > 0) return draft((shown) => `index ${indexList(of('added'), shown)}`, 'perf', 'db');
  return draft((shown) => `drop the index on ${list(of('removed'), shown)}`);
}

function migrationDraft({
  migrations,
  edited,
  removed,
  lost,
}: Pick<Touched, 'migrations' | 'edited' | 'removed' | 'lost'>): Draft | undefined {
  const names = (migrations.length > 0 ? migrations : edited).map(migrationTitle);
  if (names.length === 0) return undefined;
  const [first = ''] = names;
  // People name migrations by what they do.
  if (
    migrations.length === 1 &&
    /^(add|alter|backfill|change|create|delete|drop|fix|make|move|remove|rename|replace|set|update)\b/.test(
      first,
    )
  )
    return draft(() => clean(first));
  const dropped = lost.map(droppedBy);
  if (migrations.length > 0 && dropped.length > 0 && dropped.every((name) => name !== undefined))
    return draft((shown) => `drop ${list(dropped, shown)}`);
  const isGone = removed.length === edited.length;
  if (migrations.length === 1 && /\bmigration$/i.test(first)) return draft(() => `add the ${clean(first)}`);
  const verb = migrations.length > 0 ? 'add' : isGone ? 'remove' : 'change';
  return draft((shown) => `${verb} the migration${names.length > 1 ? 's' : ''} ${list(names, shown)}`);
}

/** What a migration drops, by what is lost with it: `Post.title`, `the table Post`; `undefined` for other losses. */
function droppedBy(lost: string): string | undefined {
  const column = /^all values of the column `([^`]+)` of `([^`]+)`$/.exec(lost);
  if (column) return `${column[2]}.${column[1]}`;
  const table = /^the table `([^`]+)` and all its rows$/.exec(lost);
  return table ? `the table ${table[1]}` : undefined;
}

/** `20260101120000_add_slug` → `add slug`. */
function migrationTitle(folder: string): string {
  const name = basename(folder);
  return (
    name
      .replace(/^\d+[_-]?/, '')
      .replace(/[_-]+/g, ' ')
      .trim() || name
  );
}

/** `Post(slug)` and its like; the models alone when they are many. */
function indexList(names: readonly string[], shown: number): string {
  return names.length <= shown
    ? list(names, shown)
    : list(
        names.map((name) => name.replace(/\(.*/, '')),
        4,
      );
}

/** The other side of a relation says nothing that its own side doesn't. */
export function tellingChanges(changes: readonly SchemaChange[]): SchemaChange[] {
  const telling = changes.filter(
    ({ kind, stored, change, how }) =>
      kind !== 'field' || stored || (change === 'changed' && !how?.startsWith('rename ')),
  );
  return telling.length > 0 ? telling : [...changes];
}

function schemaSubject(schema: readonly SchemaChange[], shown: number): string {
  const changes = tellingChanges(schema);
  const named = (kind: SchemaChange['kind'], change: SchemaChange['change']) =>
    changes.filter((one) => one.kind === kind && one.change === change).map(({ name }) => name);
  /** What is said of each: verb, then the rest. */
  const phrases: [string, string][] = [];
  const say = (verb: string, names: readonly string[], one = '', many = one) => {
    if (names.length > 0) phrases.push([verb, `${names.length > 1 ? many : one}${list(names, shown)}`]);
  };
  const isFirst = named('setting', 'added').filter((name) => name.endsWith('.provider')).length > 1;
  if (isFirst) phrases.push(['add', 'the Prisma schema']);
  say('add', named('model', 'added'), 'the model ', 'the models ');
  say('drop', named('model', 'removed'), 'the model ', 'the models ');
  phrases.push(...grouped('add', 'to', [...named('field', 'added'), ...named('value', 'added')], shown));
  phrases.push(...grouped('drop', 'of', [...named('field', 'removed'), ...named('value', 'removed')], shown));
  const touched = changes.filter(
    ({ kind, change }) => (kind === 'field' || kind === 'model') && change === 'changed',
  );
  // The two sides of a relation change together: the columns say it.
  const columns = touched.filter(({ stored }) => stored);
  const altered = columns.length > 0 ? columns : touched;
  const how = howAll(altered, shown);
  if (how) phrases.push(how);
  else
    say(
      'change',
      altered.map(({ name }) => name),
    );
  say('add', named('enum', 'added'), 'the enum ', 'the enums ');
  say('drop', named('enum', 'removed'), 'the enum ', 'the enums ');
  const unique = named('index', 'added').filter((name) => name.startsWith('unique '));
  say(
    'make',
    unique.map((name) => name.slice('unique '.length)),
    'unique ',
  );
  const indexes = named('index', 'added').filter((name) => !unique.includes(name));
  if (indexes.length > 0) phrases.push(['index', indexList(indexes, shown)]);
  const gone = named('index', 'removed').map((name) => name.replace(/^unique /, ''));
  say('drop', gone, 'the index on ', 'the indexes on ');
  if (!isFirst) say('set', [...named('setting', 'added'), ...named('setting', 'changed')]);
  say('drop', named('setting', 'removed'), 'the setting ', 'the settings ');
  const told = phrases.slice(0, shown > 2 ? 2 : 1);
  return told
    .map(([own, object], index) => (index > 0 && told[index - 1]?.[0] === own ? object : `${own} ${object}`))
    .join(' and ');
}

/** What happens to all of them, when it is one thing: `make Post.slug and Post.title optional`. */
function howAll(altered: readonly SchemaChange[], shown: number): [string, string] | undefined {
  const [first] = altered;
  if (!first?.how) return undefined;
  if (altered.length === 1) {
    const [verb = '', ...rest] = clean(first.how).split(' ');
    return [verb, rest.join(' ')];
  }
  const [verb = '', tail] = first.how.split(` ${first.name} `);
  if (tail === undefined || altered.some(({ name, how }) => how !== `${verb} ${name} ${tail}`))
    return undefined;
  const names = altered.map(({ name }) => name);
  return [clean(verb), `${list(names, shown)} ${clean(tail)}`];
}

/** `add slug and title to Post`: members of one owner after the other, or one member of many owners. */
function grouped(
  verb: string,
  preposition: string,
  names: readonly string[],
  shown: number,
): [string, string][] {
  const owners = new Map<string, string[]>();
  for (const name of names) {
    const [owner = '', member = ''] = name.split('.');
    owners.set(owner, [...(owners.get(owner) ?? []), member]);
  }
  const members = new Set([...owners.values()].map((all) => all.join('\n')));
  const [only] = owners.values();
  if (members.size === 1 && only && names.length > 1)
    return [[verb, `${list(only, shown)} ${preposition} ${list([...owners.keys()], shown)}`]];
  if (owners.size > 2) return [[verb, list(names, shown)]];
  return [...owners].map(([owner, all]): [string, string] => [
    verb,
    all.length === 1
      ? clean(`${owner}.${all.join('')}`)
      : `${list(all, shown)} ${preposition} ${clean(owner)}`,
  ]);
}
