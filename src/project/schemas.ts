/** Which `.prisma` files make one schema, and what `prisma.config.ts` says about it. */
import { basename, dirname, isWithin, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import type { External } from '../facts/prismaModel.ts';

/**
 * Schemas by their id: the file, or the folder where several files make one.
 * @param heads the files with a `datasource`: a schema has one, the other files are its parts
 */
export function groupSchemas(files: readonly FileId[], heads: readonly FileId[]): Map<string, FileId[]> {
  const parts = new Map<FileId, FileId[]>();
  const groups = new Map<string, FileId[]>();
  for (const file of files) {
    if (heads.includes(file)) continue;
    const holders = heads.filter((head) => isWithin(territory(head), file));
    const head = holders.toSorted(
      (a, b) => territory(b).length - territory(a).length || rank(a) - rank(b) || (a < b ? -1 : 1),
    )[0];
    const id = head ?? loneId(file);
    const known = parts.get(id);
    if (known) known.push(file);
    else parts.set(id, [file]);
  }
  for (const head of heads) {
    const own = parts.get(head) ?? [];
    parts.delete(head);
    groups.set(
      own.length > 0 || /(^|\/)schema(\/|$)/.test(dirname(head)) ? territory(head) : head,
      [head, ...own].toSorted(),
    );
  }
  for (const [id, own] of parts) groups.set(id, own);
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The folder whose other files belong to a head: the one called `schema` around it, else its own. */
function territory(head: FileId): string {
  const parts = dirname(head).split('/');
  const schema = parts.lastIndexOf('schema');
  return schema >= 0 ? parts.slice(0, schema + 1).join('/') : dirname(head);
}

function rank(file: FileId): number {
  return ['schema.prisma', 'main.prisma', 'base.prisma'].indexOf(basename(file)) >>> 0;
}

/** Files of a schema whose head is not here (yet). */
function loneId(file: FileId): string {
  const dir = territory(file);
  if (basename(dir) === 'models') return dirname(dir) || dir;
  return basename(file) === 'schema.prisma' ? file : dir;
}

export interface PrismaConfig {
  file: FileId;
  /** The folder whose Prisma it configures. */
  home: string;
  /** It says where the schema is, in a form that can be read or not. */
  hasSchema: boolean;
  /** File or folder, from the workspace root. */
  schema: string | undefined;
  migrations: string | undefined;
  /** `tables.external` and `enums.external`. */
  external: External;
  /** `migrations.initShadowDb`: SQL that makes what the migrations need and nobody's migration makes. */
  initShadowDb: string | undefined;
}

/** Those of the configurations that are a schema's own. */
export function configsOf(configs: readonly PrismaConfig[], id: string): PrismaConfig[] {
  return configs.filter(({ schema, home }) =>
    schema === undefined ? isWithin(home, id) : namesSchema(schema, id),
  );
}

/** What the configurations of a schema leave to others. */
export function externalOf(configs: readonly PrismaConfig[], id: string): External {
  const own = configsOf(configs, id);
  return {
    tables: own.flatMap(({ external }) => external.tables),
    enums: own.flatMap(({ external }) => external.enums),
  };
}

/** Whether a configured path means a schema: the same file, its folder, or a folder that is the schema. */
export function namesSchema(path: string, id: string): boolean {
  return (
    path === id ||
    (id.endsWith('.prisma') && dirname(id) === path) ||
    (!id.endsWith('.prisma') && (isWithin(id, path) || isWithin(path, id)))
  );
}

const CONFIG = /(^|\/)(prisma7?\.config|\.config\/prisma7?(\.config)?)\.[cm]?[jt]s$/;

/** Whether a file is a configuration of Prisma's commands, by the names that Prisma 7 looks for. */
export function isPrismaConfig(file: FileId): boolean {
  return CONFIG.test(file);
}

/** What a `prisma.config.ts` says in literals; `path.join('prisma', 'schema')` counts as one. */
export function readPrismaConfig(file: FileId, facts: TsFacts): PrismaConfig {
  const home = dirname(file).replace(/(^|\/)\.config$/, '');
  const found: PrismaConfig = {
    file,
    home,
    hasSchema: false,
    schema: undefined,
    migrations: undefined,
    external: { tables: [], enums: [] },
    initShadowDb: undefined,
  };
  visitFile(facts, (value) => {
    if (value.k !== 'object') return;
    for (const prop of value.props) {
      if (prop.p !== 'prop') continue;
      if (prop.name === 'schema') {
        found.hasSchema = true;
        found.schema ??= pathOf(file, prop.value);
      }
      if (prop.name === 'migrations' && prop.value.k === 'object')
        for (const inner of prop.value.props)
          if (inner.p === 'prop' && inner.name === 'path') found.migrations ??= pathOf(file, inner.value);
          else if (inner.p === 'prop' && inner.name === 'initShadowDb')
            found.initShadowDb ??= textOf(inner.value);
      if ((prop.name === 'tables' || prop.name === 'enums') && prop.value.k === 'object')
        for (const inner of prop.value.props)
          if (inner.p === 'prop' && inner.name === 'external' && inner.value.k === 'array')
            found.external[prop.name].push(...inner.value.items.flatMap((item) => textOf(item) ?? []));
    }
  });
  return found;
}

function textOf(value: Value): string | undefined {
  if (value.k === 'template' && value.values.length === 0) return value.texts.join('');
  return value.k === 'lit' && typeof value.v === 'string' ? value.v : undefined;
}

function pathOf(file: FileId, value: Value): string | undefined {
  if (value.k === 'lit') return typeof value.v === 'string' ? join(dirname(file), value.v) : undefined;
  if (value.k !== 'call' || value.fn.k !== 'member' || !/^(join|resolve)$/.test(value.fn.name))
    return undefined;
  const pieces = value.args.filter(
    (arg) =>
      !(arg.k === 'ref' && arg.name === '__dirname') && !(arg.k === 'member' && arg.name === 'dirname'),
  );
  const texts = pieces.flatMap((piece) =>
    piece.k === 'lit' && typeof piece.v === 'string' ? [piece.v] : [],
  );
  return texts.length === pieces.length && texts.length > 0 ? join(dirname(file), ...texts) : undefined;
}
