/** The entries of one application as the sections of its `backend-map.md`. */
import type { FileId } from '../../base/path.ts';
import type { Draft, EntryDraft } from '../entries.ts';
import type { EntryKind, MapEdge, MapOverview } from '../model.ts';
import { accessSection } from './access.ts';
import { graphSection } from './graph.ts';
import { overviewSections } from './overview.ts';
import { NONE } from './sections.ts';
import type { Column, Row, Section, TableSection } from './sections.ts';
import { code, codes, fileLink, pathFrom, prose } from './text.ts';

export interface RenderInput {
  /** Folder of the application. */
  root: FileId;
  name: string;
  /** The map itself. */
  file: FileId;
  overview: MapOverview;
  drafts: readonly Draft[];
  edges: readonly MapEdge[];
  /** Maps of the other applications of the workspace. */
  others: readonly { name: string; file: FileId }[];
}

const FILE: Column = { title: 'File', aliases: ['path', 'location', 'module', 'source'] };
const PURPOSE: Column = {
  title: 'Purpose',
  aliases: ['description', 'what it does', 'responsibility', 'core purpose', 'notes', 'note'],
  isHuman: true,
};
const VALIDATION: Column = {
  title: 'Validation',
  aliases: ['schema', 'zod', 'zod schema', 'input', 'validation schema'],
};
const AUTH: Column = { title: 'Auth', aliases: ['guard', 'authentication', 'auth?', 'auth check'] };
const ROLE: Column = { title: 'Role', aliases: ['roles', 'rbac', 'role check'] };
const WRITES: Column = { title: 'Writes', aliases: ['models', 'db writes', 'mutates', 'tables'] };
const READS: Column = { title: 'Reads' };

/** All sections but the open problems, in the order of the document. */
export function sectionsOf(input: RenderInput): Section[] {
  const { drafts } = input;
  const of = (kind: EntryKind): Draft[] =>
    drafts
      .filter(({ entry }) => entry.kind === kind)
      .toSorted(
        (a, b) =>
          compare(a.entry.file, b.entry.file) ||
          compare(a.entry.label, b.entry.label) ||
          compare(a.entry.id, b.entry.id),
      );
  const row = ({ entry }: Draft, cells: readonly string[]): Row => ({
    name: nameOf(entry),
    file: pathFrom(input.root, entry.file),
    id: entry.id,
    cells,
  });
  const link = ({ entry }: Draft): string =>
    fileLink(input.root, input.file, entry.file, entry.kind === 'page' ? undefined : symbolOf(entry));
  const purpose = ({ entry }: Draft): string => prose(entry.doc ?? '');
  const { head, auth } = overviewSections(input);
  const actions: TableSection = {
    form: 'table',
    name: 'actions',
    heading: '### Server Actions',
    group: '## Actions & Services Inventory',
    known: /^server actions?$|^actions?$/,
    columns: [
      { title: 'Action', aliases: ['server action', 'name', 'function'] },
      FILE,
      PURPOSE,
      VALIDATION,
      AUTH,
      ROLE,
      WRITES,
      { title: 'Revalidates', aliases: ['revalidate', 'revalidation', 'cache'] },
    ],
    rows: of('action').map((draft) =>
      row(draft, [
        code(nameOf(draft.entry)),
        link(draft),
        purpose(draft),
        names(draft.entry.validation),
        authText(draft),
        names(draft.entry.roles),
        names(draft.entry.writes),
        names(draft.entry.revalidates),
      ]),
    ),
  };
  const routes: TableSection = {
    form: 'table',
    name: 'routes',
    heading: '### Route Handlers',
    known: /^(api )?(route handlers?|routes?|endpoints?)$/,
    columns: [
      {
        title: 'Method + path',
        aliases: ['route', 'endpoint', 'method & path', 'method and path', 'method / path'],
      },
      FILE,
      PURPOSE,
      VALIDATION,
      AUTH,
      WRITES,
    ],
    rows: of('route').map((draft) =>
      row(draft, [
        code(nameOf(draft.entry)),
        link(draft),
        purpose(draft),
        names(draft.entry.validation),
        [authText(draft), ...(draft.entry.roles ?? []).map(code)].join(', '),
        names(draft.entry.writes),
      ]),
    ),
  };
  const services: TableSection = {
    form: 'table',
    name: 'services',
    heading: '### Core Services',
    known: /^(core )?services?( layer)?$/,
    columns: [
      { title: 'Service', aliases: ['function', 'name'] },
      FILE,
      { title: 'Key patterns', aliases: ['patterns', 'key methods', 'pattern'] },
      {
        ...PURPOSE,
        title: 'Responsibility',
        aliases: ['purpose', 'description', 'what it does', 'notes', 'note'],
      },
    ],
    rows: of('service').map((draft) =>
      row(draft, [code(nameOf(draft.entry)), link(draft), patterns(draft.entry), purpose(draft)]),
    ),
  };
  const pages: TableSection = {
    form: 'table',
    name: 'pages',
    heading: '### Pages',
    known: /^pages?$/,
    columns: [
      { title: 'Page', aliases: ['path', 'route'] },
      { ...FILE, aliases: ['location', 'source'] },
      PURPOSE,
      AUTH,
      ROLE,
      READS,
      WRITES,
    ],
    rows: of('page').map((draft) =>
      row(draft, [
        code(nameOf(draft.entry)),
        link(draft),
        purpose(draft),
        authText(draft),
        names(draft.entry.roles),
        names(draft.entry.reads),
        names(draft.entry.writes),
      ]),
    ),
  };
  const validation: TableSection = {
    form: 'table',
    name: 'validation',
    heading: '### Validation Schemas',
    known: /^(validation|zod)( schemas?)?$/,
    columns: [
      { title: 'Schema', aliases: ['name', 'zod schema'] },
      FILE,
      { title: 'Keys', aliases: ['fields'] },
    ],
    rows: of('validation').map((draft) =>
      row(draft, [code(nameOf(draft.entry)), link(draft), names(draft.entry.fields)]),
    ),
  };
  return [
    ...head,
    modelSection(of('model')),
    actions,
    routes,
    services,
    pages,
    validation,
    auth,
    accessSection(drafts, input.overview),
    {
      form: 'table',
      name: 'env',
      heading: '## Environment',
      known: /^environment( variables?)?$|^env( vars?)?$/,
      columns: [
        { title: 'Variable', aliases: ['name', 'env', 'key'] },
        FILE,
        { title: 'Scope', aliases: ['side'] },
        { title: 'Required' },
        PURPOSE,
      ],
      rows: of('env')
        .toSorted((a, b) => compare(a.entry.label, b.entry.label))
        .map((draft) =>
          row(draft, [
            code(draft.entry.label),
            link(draft),
            draft.entry.scope ?? NONE,
            draft.entry.optional ? 'no' : 'yes',
            purpose(draft),
          ]),
        ),
    },
    {
      form: 'table',
      name: 'migrations',
      heading: '## Migrations',
      known: /^migrations?( history)?$/,
      columns: [
        { title: 'Migration', aliases: ['name'] },
        { title: 'Destroys', aliases: ['destructive'] },
        { ...PURPOSE, aliases: [...(PURPOSE.aliases ?? []), 'change', 'changes'] },
      ],
      rows: of('migration').map((draft) => ({
        name: draft.entry.label,
        id: draft.entry.id,
        cells: [
          fileLinkText(input, draft.entry),
          (draft.entry.destructive ?? []).join(', ') || NONE,
          purpose(draft),
        ],
      })),
    },
    graphSection(input.root, drafts, input.edges),
  ];
}

function fileLinkText(input: RenderInput, entry: EntryDraft): string {
  return fileLink(input.root, input.file, entry.file).replace(/^\[.*?\]\(/, () => `[${code(entry.label)}](`);
}

/** What a line is called; two inline actions of one name in one file are told apart by their number. */
export function nameOf(entry: EntryDraft): string {
  const number = /~\d+$/.exec(entry.id)?.[0] ?? '';
  return entry.label + number;
}

function symbolOf(entry: EntryDraft): string {
  return entry.method ?? entry.label;
}

function modelSection(models: readonly Draft[]): TableSection {
  return {
    form: 'table',
    name: 'models',
    heading: '## Data Schema Summary',
    known: /^(data )?(schema|models?)( summary| overview)?$|^database( schema)?$/,
    columns: [
      { title: 'Model', aliases: ['table', 'entity', 'name'] },
      { title: 'Primary key', aliases: ['pk', 'key', 'id'] },
      {
        title: 'Key foreign keys',
        aliases: ['foreign keys', 'key fks', 'fks', 'fk', 'relations', 'key relations'],
      },
      { title: 'Owner', aliases: ['owner key', 'tenant', 'owned by'] },
      { title: 'Core purpose', aliases: ['purpose', 'description', 'notes', 'note'], isHuman: true },
    ],
    rows: models
      .toSorted((a, b) => compare(a.entry.label, b.entry.label))
      .map(({ entry }) => ({
        name: entry.label,
        id: entry.id,
        cells: [
          code(entry.label),
          names(entry.key),
          names(entry.foreignKeys),
          entry.owner === undefined ? NONE : code(entry.owner),
          prose(entry.doc ?? ''),
        ],
      })),
  };
}

function names(list: readonly string[] | undefined): string {
  return list && list.length > 0 ? codes(list) : NONE;
}

/** Who is let in, in two words: the kind of proof, and the function that asks for it where it has a name. */
export function authText({ entry, guard }: Draft): string {
  switch (entry.guard) {
    case 'guarded': {
      const by = guard ? ` by ${code(guard.entry.label)}` : '';
      return `${entry.guardKind ?? 'session'}${by}`;
    }
    case 'unguarded':
      return '**none**';
    case 'public':
      return 'public';
    case undefined:
      return '–';
    default:
      return 'unknown';
  }
}

/** What a service does, in the words of the contract. */
function patterns(entry: EntryDraft): string {
  const list = entry.list !== undefined && entry.list !== 'unknown' ? [`list ${entry.list}`] : [];
  return (
    [
      ...(entry.reads ? [`reads ${codes(entry.reads)}`] : []),
      ...(entry.writes ? [`writes ${codes(entry.writes)}`] : []),
      ...(entry.cached ? ['cached'] : []),
      ...list,
      ...(entry.transaction ? ['transaction'] : []),
    ].join(' · ') || NONE
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
