/** The sections about an application as a whole: the summary for agents, the other maps, sign-in. */
import { dirname } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import type { RenderInput } from './render.ts';
import type { ListSection } from './sections.ts';
import { code, codeInText, codes, encodePath, pathFrom, prose } from './text.ts';

const DATABASES: { readonly [provider: string]: string } = {
  postgresql: 'PostgreSQL',
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  sqlite: 'SQLite',
  sqlserver: 'SQL Server',
  mongodb: 'MongoDB',
  cockroachdb: 'CockroachDB',
};

export function overviewSections(input: RenderInput): { head: ListSection[]; auth: ListSection } {
  const { overview, root, others } = input;
  const path = (file: FileId): string => code(pathFrom(root, file));
  const { auth } = overview;
  const stack = [
    `Next.js${overview.next === undefined ? '' : ` ${overview.next}`} (${overview.router === 'app' ? 'App Router' : 'Pages Router'})`,
    ...(overview.schema === undefined
      ? []
      : [
          `Prisma${overview.database === undefined ? '' : ` on ${DATABASES[overview.database] ?? code(overview.database)}`} (${path(overview.schema)})`,
        ]),
    ...(auth ? [engineText(input)] : []),
  ];
  const places = [
    place('actions', overview.actions),
    place('services', overview.services),
    place('schemas of input', overview.validations),
    place('environment', overview.env?.[0]),
    place('client', overview.client?.[0]),
  ].flat();

  function place(label: string, at: string | undefined): string[] {
    return at === undefined ? [] : [`${label} in ${path(at)}`];
  }

  const head: ListSection[] = [
    {
      form: 'list',
      name: 'tldr',
      heading: '',
      known: /^tl;?dr$/,
      items: [
        { label: 'Stack', text: stack.join(', ') },
        { label: 'Places', text: places.length > 0 ? places.join(', ') : 'no folder holds most of a kind' },
        {
          label: 'Use',
          text: 'look a symbol up here before reading code; `backend-specialist map --write` renews what stands between markers; Purpose, Responsibility, columns of your own and all other text are yours',
        },
      ],
    },
  ];
  if (others.length > 0)
    head.push({
      form: 'list',
      name: 'apps',
      heading: '## Other maps',
      known: /^other (maps|apps)$/,
      items: others.map(({ name, file }) => ({
        label: prose(name),
        text: `[${code(pathFrom(root, file))}](${encodePath(pathFrom(dirname(input.file), file))})`,
      })),
    });
  return { head, auth: authSection(input) };
}

function engineText({ overview, root }: RenderInput): string {
  const { auth } = overview;
  const [file] = auth?.files ?? [];
  return `${prose(auth?.engine ?? '')}${file === undefined ? '' : ` (${code(pathFrom(root, file))})`}`;
}

function authSection(input: RenderInput): ListSection {
  const { overview, drafts, root } = input;
  const { auth } = overview;
  const guards = drafts
    .filter(({ entry }) => entry.kind === 'guard')
    .map(({ entry }) => `${code(entry.label)} (${code(pathFrom(root, entry.file))})`)
    .toSorted();
  const proxies = drafts.filter(({ entry }) => entry.kind === 'proxy').map(({ entry }) => entry);
  const [name, file] = (overview.session ?? '').split(' of ');
  const item = (label: string, text: string | undefined): ListSection['items'] =>
    text === undefined || text === '' ? [] : [{ label, text }];
  return {
    form: 'list',
    name: 'auth',
    heading: '## Auth & Security',
    known: /^auth(entication)?( ?(&|and) ?(security|authorization))?$|^security$/,
    items: [
      ...item('Engine', auth ? engineText(input) : 'none found'),
      ...item('Session strategy', auth?.strategy && code(auth.strategy)),
      ...item('Session shape', auth?.session && codes(auth.session)),
      ...item('Session helper', name && file ? `${code(name)} of ${code(pathFrom(root, file))}` : undefined),
      ...item('Roles', auth?.roles && codes(auth.roles)),
      ...item('Owner keys', overview.ownerKeys && codes(overview.ownerKeys)),
      ...item('Tenants', overview.tenants && codes(overview.tenants)),
      ...item('Guards', guards.join(', ')),
      ...item(
        'Proxy',
        proxies
          .map(
            (proxy) =>
              `${code(pathFrom(root, proxy.file))} for ${proxy.matchers ? proxy.matchers.map(codeInText).join(', ') : 'all paths'}`,
          )
          .join(', '),
      ),
    ],
  };
}
