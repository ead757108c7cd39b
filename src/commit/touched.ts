/** From the texts of a commit to what of the backend it touches. */
import { basename, type FileId } from '../base/path.ts';
import { declarationsOf, type Declaration } from '../facts/declarations.ts';
import { extractFacts } from '../facts/extract.ts';
import { loadSqlParser } from '../facts/sql.ts';
import { routePath } from '../project/routePath.ts';
import { commentChanges } from './commentChanges.ts';
import { migrationChanges, migrationsFolder } from './migrationChanges.ts';
import type { ChangedFile, ChangeSet, Part, Touched } from './model.ts';
import { isNamedByMethod, kindOf, routerRoot } from './places.ts';
import { packageChanges } from './packageChanges.ts';
import { schemaChanges } from './schemaChanges.ts';
import { withoutForm } from './signals.ts';

/** Reads a commit. The SQL grammar (WebAssembly) is loaded once per process. */
export async function touchedBy(changes: ChangeSet): Promise<Touched> {
  await loadSqlParser();
  const schemas = changes.files.filter(({ file, from }) => isSchema(file) || (from && isSchema(from)));
  const texts = (side: 'before' | 'after') => schemas.flatMap((change) => change[side] ?? []);
  const schema = schemaChanges(texts('before'), texts('after'));
  const migrations = migrationChanges(changes);
  const lost = [...migrations.lost];
  // Without a migration that says it, the next one, or `db push`, will do what the schema says.
  if (migrations.added.length === 0 || migrations.isForeign) lost.push(...lostBySchema(schema));
  const moved = changes.files.flatMap(({ file, from, before, after, status }) =>
    status === 'moved' && from !== undefined && before === after ? [{ from, to: file }] : [],
  );
  const parts = changes.files
    .filter(
      ({ file, before, after, status }) =>
        !(
          isSchema(file) ||
          migrationsFolder(file) !== undefined ||
          basename(file) === 'migration_lock.toml'
        ) && !(status === 'moved' && before === after),
    )
    .flatMap(partsOf);
  const imports = changes.files.flatMap((change): Touched['imports'] => {
    const isLess = isSameCode(change) ? hasFewerImports(change) : undefined;
    if (isLess === undefined) return [];
    const kind = kindOf(change.file, extractFacts(change.file, change.after ?? '').facts);
    return [{ file: change.file, kind, isLess }];
  });
  const telling = new Set([
    ...parts.map(({ file }) => file),
    ...moved.map(({ to }) => to),
    ...imports.map(({ file }) => file),
  ]);
  const unchanged = changes.files.filter(({ file }) => !telling.has(file));
  return {
    unchanged: unchanged.map(({ file }) => file),
    comments: unchanged.flatMap(commentChanges),
    parts: withoutMoves(parts),
    schema,
    migrations: migrations.added,
    edited: migrations.edited,
    removed: migrations.removed,
    lost: [...new Set(lost)],
    imports,
    packages: changes.files.filter(({ file }) => basename(file) === 'package.json').flatMap(packageChanges),
    moved,
  };
}

const isSchema = (file: FileId): boolean => file.endsWith('.prisma');

function lostBySchema(schema: Touched['schema']): string[] {
  const models = new Set(
    schema.flatMap(({ kind, change, name, stored }) =>
      kind === 'model' && change === 'removed' && stored ? [name] : [],
    ),
  );
  return [
    ...[...models].map((name) => `the table of \`${name}\` and all its rows`),
    ...schema.flatMap(({ kind, change, name, stored }) => {
      if (change !== 'removed' || !stored) return [];
      const [owner = '', field = ''] = name.split('.');
      if (kind === 'field' && !models.has(owner)) return [`all values of \`${field}\` of \`${owner}\``];
      return kind === 'value' ? [`the value \`${field}\` of the enum \`${owner}\``] : [];
    }),
  ];
}

/** The parts of one file. */
function partsOf(change: ChangedFile): Part[] {
  const { file, status } = change;
  const text = change.after ?? change.before;
  const facts = text === undefined ? undefined : extractFacts(file, text).facts;
  const kind = kindOf(file, facts);
  const whole: Part = {
    kind,
    name: wholeName(file),
    file,
    change: status === 'added' || status === 'removed' ? status : 'changed',
    isValue: true,
    before: change.before ?? '',
    after: change.after ?? '',
  };
  if (facts?.kind !== 'ts' || !isNamedByParts(kind)) return [whole];
  const before = change.before === undefined ? [] : declared(change.from ?? file, change.before);
  const after = change.after === undefined ? [] : declared(file, change.after);
  if (!before || !after) return [whole];
  const parts = compareDeclared(file, kind, whole.change, before, after);
  if (parts.length > 0) return parts;
  // Comments, layout, types, imports: nothing that has a name of its own.
  return isSameCode(change) ? [] : [whole];
}

const isNamedByParts = (kind: Part['kind']): boolean =>
  /^(action|route|service|validation|env|auth|db)$/.test(kind);

function declared(file: FileId, text: string): Declaration[] | undefined {
  const found = declarationsOf(file, text);
  if (!found) return undefined;
  const rest = found.statements === '' ? [] : [found.statements];
  return [
    ...found.declared.filter(({ kind }) => kind !== 'type'),
    ...rest.map((code): Declaration => ({ name: '', kind: 'value', exported: false, code })),
  ];
}

/** A schema of Zod, wherever it is declared. */
const isZod = ({ kind, code }: Declaration): boolean =>
  kind === 'value' && /\bz\.(object|enum|string|union|array|discriminatedUnion)\(/.test(code);

/** Whether two versions differ in comments, layout and imports alone. */
function isSameCode({ file, before, after }: ChangedFile): boolean {
  if (before === undefined || after === undefined) return false;
  const [old, now] = [declarationsOf(file, before), declarationsOf(file, after)];
  const code = (of: typeof old) =>
    of && JSON.stringify([of.declared.map((one) => [one.name, codeOf(one)]), of.statements]);
  return old !== undefined && code(old) === code(now);
}

/** Whether a declaration is exported says nothing of what it does. */
const codeOf = ({ code }: Declaration): string => code.replace(/^export (default )?/, '');

/** Whether imports only go; `undefined` when they are the same. */
function hasFewerImports({ file, before, after }: ChangedFile): boolean | undefined {
  const [old, now] = [before, after].map((text) =>
    text === undefined ? undefined : declarationsOf(file, text)?.imports,
  );
  if (old === undefined || now === undefined || old === now) return undefined;
  const words = (text: string) => text.match(/[\w@/.$-]+/g) ?? [];
  const known = new Set(words(old));
  return now.length < old.length && words(now).every((word) => known.has(word));
}

function compareDeclared(
  file: FileId,
  kind: Part['kind'],
  ofFile: Part['change'],
  before: readonly Declaration[],
  after: readonly Declaration[],
): Part[] {
  const old = new Map(before.map((one) => [one.name, one]));
  const now = new Map(after.map((one) => [one.name, one]));
  const names = [...new Set([...now.keys(), ...old.keys()])];
  const parts = names.flatMap((name): { part: Part; declaration: Declaration }[] => {
    const [a, b] = [old.get(name), now.get(name)];
    const declaration = b ?? a;
    if (!declaration || (a && b && codeOf(a) === codeOf(b))) return [];
    return [
      {
        declaration,
        part: {
          kind: declaration.kind === 'procedure' ? 'route' : isZod(declaration) ? 'validation' : kind,
          name: partName(file, kind, declaration),
          file,
          isValue: declaration.kind === 'value',
          change: a === undefined ? 'added' : b === undefined ? 'removed' : 'changed',
          before: a?.code ?? '',
          after: b?.code ?? '',
        },
      },
    ];
  });
  // What others can call speaks for the file; helpers and constants only where nothing of that kind changes.
  const isPublic = ({ declaration }: { declaration: Declaration }) =>
    declaration.kind === 'procedure' ||
    (declaration.exported && (declaration.kind === 'function' || isNamedByMethod(declaration.name)));
  const settings = kind === 'route' ? segmentSettings(before, after) : undefined;
  // What is only laid out anew hides nothing that is different.
  const isLaidOut = ({ part }: { part: Part }) =>
    part.change === 'changed' && withoutForm(part.before) === withoutForm(part.after);
  const all = parts.filter(isPublic);
  const open = all.every(isLaidOut) && !parts.every(isLaidOut) ? [] : all;
  const exported = parts.filter(({ declaration }) => declaration.exported);
  const chosen = open.length > 0 ? open : exported.length > 0 ? exported : parts;
  if (open.length > 0)
    return chosen.map(({ part }, index) =>
      settings && index === 0
        ? {
            ...part,
            before: part.before && `${part.before} ${settings.before}`,
            after: part.after && `${part.after} ${settings.after}`,
          }
        : part,
    );
  if (kind !== 'route') return ownersOf(chosen, after) ?? chosen.map(({ part }) => part);
  const [first] = chosen;
  if (!first) return [];
  // Helpers of a route have no name that anybody outside knows.
  return [
    {
      kind,
      name: wholeName(file),
      file,
      change: ofFile,
      isValue: false,
      before: [...chosen.map(({ part }) => part.before), ...(settings ? [settings.before] : [])].join('; '),
      after: [...chosen.map(({ part }) => part.after), ...(settings ? [settings.after] : [])].join('; '),
    },
  ];
}

/** How Next.js runs a route, as properties: `dynamic: 'force-static'`; `undefined` when none of it changes. */
function segmentSettings(
  before: readonly Declaration[],
  after: readonly Declaration[],
): { before: string; after: string } | undefined {
  const of = (all: readonly Declaration[]) =>
    new Map(
      all.flatMap(({ name, code }) =>
        /^(dynamic|dynamicParams|revalidate|fetchCache|runtime|preferredRegion|maxDuration)$/.test(name)
          ? [[name, code] as const]
          : [],
      ),
    );
  const [old, now] = [of(before), of(after)];
  // What has another value is told as what is there anew.
  const was = [...old].flatMap(([name, code]) =>
    now.get(name) === code ? [] : [`${name}${now.has(name) ? ' =' : ':'} ${code}`],
  );
  const is = [...now].flatMap(([name, code]) => (old.get(name) === code ? [] : [`${name}: ${code}`]));
  return was.length + is.length === 0 ? undefined : { before: was.join('; '), after: is.join('; ') };
}

/** Helpers that only their file knows, told as a change of the exported functions that call them; few enough to be named. */
function ownersOf(
  helpers: readonly { part: Part; declaration: Declaration }[],
  after: readonly Declaration[],
): Part[] | undefined {
  if (helpers.some(({ declaration }) => declaration.exported || declaration.kind !== 'function'))
    return undefined;
  const owners = after.filter(
    ({ exported, kind, code }) =>
      exported && kind === 'function' && helpers.some(({ part }) => code.includes(`${part.name}(`)),
  );
  if (owners.length === 0 || owners.length > 3) return undefined;
  const join = (side: 'before' | 'after') => helpers.map(({ part }) => part[side]).join(' ');
  return owners.flatMap(({ name }, index) =>
    helpers.slice(0, 1).map(({ part }): Part => ({
      ...part,
      name,
      change: 'changed',
      before: index === 0 ? join('before') : part.before,
      after: index === 0 ? join('after') : part.after,
    })),
  );
}

function urlOf(file: FileId): string | undefined {
  const root = routerRoot(file);
  if (root === undefined) return undefined;
  return routePath(
    { root, name: '', src: '', router: 'app', why: [], schema: undefined, schemaWhy: undefined },
    file,
  );
}

function wholeName(file: FileId): string {
  const url = urlOf(file);
  if (url !== undefined && /(^|\/)(page|route)\.[cm]?[jt]sx?$|(^|\/)pages\//.test(file)) return url;
  return file;
}

function partName(file: FileId, kind: Part['kind'], { name, kind: what }: Declaration): string {
  if (what === 'procedure' || kind !== 'route') return name === '' || name === 'default' ? file : name;
  const url = urlOf(file) ?? file;
  return isNamedByMethod(name) ? `${name} ${url}` : url;
}

/** What goes from one file and comes in another as it was has only moved and says nothing; when it is different there, it changes. */
function withoutMoves(parts: readonly Part[]): Part[] {
  const named = (change: Part['change']) =>
    new Map(parts.filter((part) => part.change === change).map((part) => [part.name, part]));
  const gone = named('removed');
  const come = named('added');
  return parts.flatMap((part): Part[] => {
    const old = gone.get(part.name);
    if (part.change === 'changed' || !old || !come.has(part.name)) return [part];
    if (part.change === 'removed') return [];
    return old.before === part.after ? [] : [{ ...part, change: 'changed', before: old.before }];
  });
}
