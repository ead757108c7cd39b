/** What the tools answer: short lines with `file:line`, cut into pages. */
import { firstSentence, plain } from '../report/model.ts';
import type { Engine } from '../engine.ts';
import { RequestError } from './workspace.ts';

type MapApp = ReturnType<Engine['map']>['apps'][number];
type MapEntry = MapApp['entries'][number];
export type Found = ReturnType<Engine['check']>[number];

/** What a line of an entry may say beside its name and place. */
export const factNames = [
  'guard',
  'evidence',
  'roles',
  'reads',
  'writes',
  'validates',
  'calls',
  'revalidates',
  'fields',
  'relations',
  'indexes',
  'owner',
  'list',
  'transaction',
  'answers',
  'doc',
] as const;
export type FactName = (typeof factNames)[number];

/** What is left out of long answers, unless it is asked for: it takes most of the room, and questions about many entries rarely need it. */
const atLength: readonly FactName[] = [
  'evidence',
  'calls',
  'fields',
  'relations',
  'indexes',
  'answers',
  'doc',
];
export const briefFacts: ReadonlySet<FactName> = new Set(
  factNames.filter((name) => !atLength.includes(name)),
);
const allFacts: ReadonlySet<FactName> = new Set(factNames);

const list = (label: string, names: readonly string[] | undefined): string[] =>
  names && names.length > 0 ? [`${label} ${names.join(', ')}`] : [];

/** One entry of the map on one line. @param facts what it says beside name and place */
export function entryLine(entry: MapEntry, facts: ReadonlySet<FactName> = allFacts): string {
  const { kind, detail } = entry;
  const evidence = entry.guardDetail === undefined ? '' : ` (${entry.guardDetail})`;
  const parts: { readonly [name in FactName]: readonly string[] } = {
    guard: entry.guard === undefined ? [] : [`guard ${entry.guard}${facts.has('evidence') ? evidence : ''}`],
    // Stands behind the guard.
    evidence: facts.has('guard') || evidence === '' ? [] : [evidence.trim()],
    roles: list('roles', entry.roles),
    reads: list('reads', entry.reads),
    writes: list('writes', entry.writes),
    validates: list('validates', entry.validation),
    calls: list(
      'calls',
      entry.calls?.map((id) => id.slice(id.indexOf(':') + 1)),
    ),
    revalidates: list('revalidates', entry.revalidates),
    fields: [
      ...list('keys', entry.key),
      ...list('fields', entry.fields),
      ...list('foreign keys', entry.foreignKeys),
    ],
    relations: list('relations', entry.relations),
    indexes: list('indexes', entry.indexes),
    owner: [
      ...(entry.owner === undefined ? [] : [`owner ${entry.owner}`]),
      ...(entry.softDelete === undefined ? [] : [`soft delete ${entry.softDelete}`]),
    ],
    list: [...(entry.list === undefined ? [] : [`list ${entry.list}`]), ...(entry.cached ? ['cached'] : [])],
    transaction: entry.transaction ? ['transaction'] : [],
    answers: entry.result === undefined ? [] : [`answers ${entry.result}`],
    doc: entry.doc === undefined ? [] : [`"${entry.doc}"`],
  };
  const is =
    kind === 'env' || kind === 'migration' || kind === 'proxy'
      ? list('is', detail === undefined ? [] : [detail])
      : [];
  return plain(
    [
      `${kind} ${entry.label}  ${entry.file}:${entry.range.start.line + 1}`,
      ...factNames.flatMap((name) => (facts.has(name) ? parts[name] : [])),
      ...is,
    ].join(' · '),
  );
}

/** What holds for a whole application, in a few lines. */
export function overviewLines({ name, root, overview }: MapApp): string[] {
  const { auth, ...rest } = overview;
  const told = (label: string, value: string | readonly string[] | undefined): string[] =>
    value === undefined || value.length === 0
      ? []
      : [`${label} ${typeof value === 'string' ? value : value.join(', ')}`];
  return [
    [
      `app ${name === '' ? root || '.' : name}`,
      ...told('in', root),
      ...told('Next.js', rest.next),
      `${rest.router} router`,
    ],
    [...told('database', rest.database), ...told('schema', rest.schema), ...told('client', rest.client)],
    auth
      ? [
          `auth ${auth.engine}`,
          ...told('configured in', auth.files),
          ...told('sessions', auth.strategy),
          ...told('carry', auth.session),
          ...told('roles', auth.roles),
          ...told('read by', rest.session),
        ]
      : [],
    [
      ...told('actions in', rest.actions),
      ...told('services in', rest.services),
      ...told('schemas in', rest.validations),
      ...told('env module', rest.env),
      ...told('actions answer', rest.result),
    ],
    [
      ...told('users', rest.userModel),
      ...told('rows belong by', rest.ownerKeys),
      ...told('shared by members of', rest.tenants),
    ],
  ].flatMap((parts) => (parts.length > 0 ? [plain(parts.join(' · '))] : []));
}

/** @param brief without what follows the first sentence of the message, and without fixes */
export function findingLine({ rule, severity, file, range, message, fixes }: Found, brief = false): string {
  if (brief) return plain(`${severity} ${file}:${range.start.line + 1} ${rule}: ${firstSentence(message)}`);
  const fix = fixes.length > 0 ? ` [fix: ${fixes.map(({ recipe }) => recipe).join(', ')}]` : '';
  return plain(
    `${severity} ${file}:${range.start.line + 1}:${range.start.character + 1} ${rule}: ${message}${fix}`,
  );
}

/**
 * The entries that fit the words of a question, the best first. Words of names count most, words that most entries have count for
 * little, and what fits much worse than the best is left out.
 */
export function ranked(entries: readonly MapEntry[], question: string): MapEntry[] {
  const words = [...new Set(question.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [])].map((word) =>
    // `orders` asks for `Order` too.
    word.length > 4 ? word.replace(/ies$|s$/, '') : word,
  );
  if (words.length === 0) return [...entries];
  const texts = entries.map((entry) => ({
    entry,
    name: `${entry.label} ${entry.file}`.toLowerCase(),
    all: entryLine(entry).toLowerCase(),
  }));
  const weights = new Map(
    words.map((word) => {
      const having = texts.filter(({ all }) => all.includes(word)).length;
      return [word, having === 0 ? 0 : Math.log(1 + entries.length / having)];
    }),
  );
  const scored = texts.map(({ entry, name, all }) => ({
    entry,
    score: words.reduce((sum, word) => {
      const weight = weights.get(word) ?? 0;
      return sum + (name.includes(word) ? 3 * weight : all.includes(word) ? weight : 0);
    }, 0),
  }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return scored
    .filter(({ score }) => score > 0 && score >= best / 3)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

/**
 * A page of lines, with where to go on.
 * @param cursor number of the first line, as an earlier answer gave it
 * @throws RequestError for a cursor that no answer gave
 */
export function page(lines: readonly string[], limit: number, cursor: string | undefined): string {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0 || from > lines.length)
    throw new RequestError('This cursor is none that an answer gave.');
  const shown = lines.slice(from, from + limit);
  const rest = lines.length - from - shown.length;
  return [
    ...(shown.length > 0 ? shown : ['nothing found']),
    ...(rest > 0 ? [`… ${rest} more: cursor "${from + shown.length}"`] : []),
  ].join('\n');
}
