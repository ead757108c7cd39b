/**
 * Reverse look-ups over the whole workspace: who imports a file, who writes a model, which file makes the client. Each file
 * contributes a few keys; only when its keys change do the look-ups change. This is the firewall that keeps a keystroke
 * from touching everything that asks a whole-workspace question.
 */
import type { FileId } from '../base/path.ts';
import { documentedKeys } from '../facts/backendMap.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import type { Database, Input, Query } from './database.ts';
import { usedVariables } from '../project/environment.ts';
import { styleOf } from '../project/style.ts';
import type { StyledFile } from '../project/conventions.ts';
import type { StyleToken } from '../project/style.ts';
import { operationKind } from './knowledge.ts';
import type { ImportTarget } from './links.ts';
import { ownPath } from './ownPaths.ts';
import type { Project } from './project.ts';
import { isToolingPath } from './roles.ts';
import { CACHE_MODULE, taggedRequests } from './caching.ts';
import { declaredSchemas } from './schemaDeclarations.ts';
import type { FactStore } from './store.ts';

const STYLE = 'style:';

/** `sessionTypes`: augments the types of Auth.js; `revalidates`: tells Next.js that data has changed; `caches`: keeps data for all requests under tags. */
export type Trait = 'client' | 'auth' | 'env' | 'seed' | 'sessionTypes' | 'revalidates' | 'caches';

type Bare = 'actions' | 'queries' | 'cached' | 'request';

interface Holders {
  files: Set<FileId>;
  sorted: readonly FileId[] | undefined;
}

export class FileIndex {
  /** Goes up whenever the files of a key change; the files themselves are in `holders`. */
  private readonly table: Input<number>;
  private readonly contributions: Query<readonly string[]>;
  private readonly last = new Map<FileId, readonly string[]>();
  private readonly holders = new Map<string, Holders>();
  /** Style tokens that some file has, sorted: they change seldom, so what reads them all wakes seldom. */
  private readonly tokens: Input<readonly string[]>;
  private readonly db: Database;
  private readonly store: FactStore;
  private readonly project: Project;

  constructor(db: Database, store: FactStore, project: Project) {
    this.db = db;
    this.store = store;
    this.project = project;
    this.table = db.input<number>('index');
    this.tokens = db.input<readonly string[]>('styleTokens');
    this.contributions = db.query('contributions', (file) => this.contribute(file), {
      equal: (a, b) => a.length === b.length && a.every((key, i) => key === b[i]),
      watched: true,
    });
  }

  /** Files that contribute a key, sorted when somebody asks: a client module has thousands. */
  private filesOf(key: string): readonly FileId[] {
    this.table(key);
    const holders = this.holders.get(key);
    if (!holders) return [];
    return (holders.sorted ??= [...holders.files].toSorted());
  }

  importers(file: FileId): readonly FileId[] {
    return this.filesOf(`imports:${file}`);
  }

  /** Files that a file imports values from. */
  imports(file: FileId): readonly FileId[] {
    return this.contributed(file, 'imports:');
  }

  /** Files that a file re-exports values of. */
  passesOn(file: FileId): readonly FileId[] {
    return this.contributed(file, 'passes:');
  }

  /** What follows a prefix in the keys of one file. */
  private contributed(file: FileId, prefix: string): string[] {
    return this.contributions(file).flatMap((key) =>
      key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
    );
  }

  /** Files that import nothing but types from a file. */
  typeImporters(file: FileId): readonly FileId[] {
    return this.filesOf(`types:${file}`);
  }

  /** Non-tooling files that write a model, by client accessor. */
  writers(accessor: string): readonly FileId[] {
    return this.filesOf(`writes:${accessor}`);
  }

  /** Files that query a model, tooling too, by client accessor; `$` for those with SQL of their own. */
  querying(accessor: string): readonly FileId[] {
    return this.filesOf(`queries:${accessor}`);
  }

  /** Files that import a name from Prisma's generated client; `*` for all of it. */
  typing(name: string): readonly FileId[] {
    return this.filesOf(`generated:${name}`);
  }

  /** Files that use a variable of the environment by its name; `*` for those that may use any. */
  usingVariable(name: string): readonly FileId[] {
    return this.filesOf(`env:${name}`);
  }

  /** Files that name a path of the application's own API, in the form of `ownPath`. */
  namingPath(path: string): readonly FileId[] {
    return this.filesOf(`path:${path}`);
  }

  /** Files that declare a schema of a shape, by its `form`. */
  declaringSchema(form: string): readonly FileId[] {
    return this.filesOf(`schema:${form}`);
  }

  /** Maps that have a part or a line, by the keys of `documentedKeys`. */
  documenting(key: string): readonly FileId[] {
    return this.filesOf(`documents:${key}`);
  }

  withTrait(trait: Trait): readonly FileId[] {
    return this.filesOf(`trait:${trait}`);
  }

  /** Files with what they show of the project's habits; tooling is left out. */
  styled(): StyledFile[] {
    const byFile = new Map<FileId, StyleToken[]>();
    for (const key of this.tokens('') ?? []) {
      const token = JSON.parse(key.slice(STYLE.length)) as StyleToken;
      for (const file of this.filesOf(key)) {
        const known = byFile.get(file);
        if (known) known.push(token);
        else byFile.set(file, [token]);
      }
    }
    return [...byFile].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([file, tokens]) => ({ file, tokens }));
  }

  /** Files with a token that says nothing but its kind, sorted. */
  withToken(t: Bare): readonly FileId[] {
    return this.filesOf(STYLE + JSON.stringify({ t }));
  }

  /** Whether a file's contributions were taken over. */
  has(file: FileId): boolean {
    return this.last.has(file);
  }

  /** How many files' contributions were taken over. */
  get size(): number {
    return this.last.size;
  }

  /** Takes over the contributions of files, and of all others that may have changed. */
  sync(files: Iterable<FileId>): void {
    for (const file of new Set([...files, ...this.db.takeStale('contributions')])) this.syncOne(file);
    if (!this.styleChanged) return;
    this.styleChanged = false;
    this.tokens.set('', [...this.styleKeys].toSorted());
  }

  private syncOne(file: FileId): void {
    const next = this.store.has(file) ? this.contributions(file) : [];
    const before = this.last.get(file) ?? [];
    if (next === before) return;
    if (this.store.has(file)) this.last.set(file, next);
    else this.last.delete(file);
    const kept = new Set(next);
    const touched = new Set<string>();
    for (const key of before)
      if (!kept.has(key)) {
        this.holders.get(key)?.files.delete(file);
        touched.add(key);
      }
    for (const key of next) {
      let holders = this.holders.get(key);
      if (!holders) {
        holders = { files: new Set(), sorted: undefined };
        this.holders.set(key, holders);
      }
      if (!holders.files.has(file)) {
        holders.files.add(file);
        touched.add(key);
      }
    }
    for (const key of touched) {
      const holders = this.holders.get(key);
      if (holders) holders.sorted = undefined;
      this.table.set(key, (this.table.peek(key) ?? 0) + 1);
      if (key.startsWith(STYLE)) this.noteToken(key, (holders?.files.size ?? 0) > 0);
    }
  }

  /** Style tokens in use; published once per `sync`. */
  private readonly styleKeys = new Set<string>();
  private styleChanged = false;

  private noteToken(key: string, isUsed: boolean): void {
    if (this.styleKeys.has(key) === isUsed) return;
    if (isUsed) this.styleKeys.add(key);
    else this.styleKeys.delete(key);
    this.styleChanged = true;
  }

  private contribute(file: FileId): readonly string[] {
    const facts = this.store.facts(file);
    if (facts?.kind === 'backend-map')
      return [...new Set(documentedKeys(facts).map((key) => `documents:${key}`))].toSorted();
    if (facts?.kind !== 'ts') return [];
    const keys = new Set<string>();
    const addImport = (spec: string, key = 'imports'): ImportTarget => {
      const target = this.project.target(file, spec);
      if (target.t === 'file') keys.add(`${key}:${target.file}`);
      return target;
    };
    for (const item of facts.imports) {
      const hasValues =
        !item.typeOnly && (item.names.length === 0 || item.names.some((name) => !name.typeOnly));
      if (addImport(item.spec, hasValues ? 'imports' : 'types').t === 'generated')
        for (const name of item.names) keys.add(`generated:${name.imported}`);
    }
    for (const item of facts.exports)
      if (item.e === 'from' || item.e === 'star') {
        addImport(item.spec, item.typeOnly ? 'types' : 'imports');
        if (!item.typeOnly) addImport(item.spec, 'passes');
      }
    for (const { spec } of valuesOf(facts, 'import')) addImport(spec);
    for (const call of valuesOf(facts, 'call')) {
      const accessor = queriedModel(call);
      if (accessor === undefined) continue;
      keys.add(`queries:${accessor}`);
      if (call.fn.k === 'member' && operationKind(call.fn.name) === 'write') keys.add(`writes:${accessor}`);
    }
    for (const { tag } of valuesOf(facts, 'tagged'))
      if (tag.k === 'member' && operationKind(tag.name)?.startsWith('raw')) keys.add('queries:$');
    for (const kind of ['member', 'index', 'object', 'call'] as const)
      for (const value of valuesOf(facts, kind))
        for (const name of usedVariables(value)) keys.add(`env:${name}`);
    for (const kind of ['lit', 'template'] as const)
      for (const value of valuesOf(facts, kind)) {
        const path = ownPath(value);
        if (path !== undefined) keys.add(`path:${path}`);
      }
    for (const trait of traitsOf(facts)) keys.add(`trait:${trait}`);
    for (const { form } of declaredSchemas(facts)) if (form !== undefined) keys.add(`schema:${form}`);
    if (!isToolingPath(file)) {
      const leadsTo = (spec: string): FileId | undefined => {
        const target = this.project.target(file, spec);
        return target.t === 'file' ? target.file : undefined;
      };
      for (const token of styleOf(facts, leadsTo)) keys.add(STYLE + JSON.stringify(token));
    }
    return [...keys].toSorted();
  }
}

function isWholeEnv(value: Value): boolean {
  return (
    value.k === 'member' &&
    value.name === 'env' &&
    value.of.k === 'ref' &&
    value.of.b < 0 &&
    value.of.name === 'process'
  );
}

/** The accessor in `prisma.order.findMany(…)`; `$` for raw queries that are called. */
function queriedModel({ fn }: Extract<Value, { k: 'call' }>): string | undefined {
  if (fn.k !== 'member') return undefined;
  const kind = operationKind(fn.name);
  if (kind === 'raw-read' || kind === 'raw-write') return '$';
  return kind !== undefined && fn.of.k === 'member' ? fn.of.name : undefined;
}

function imported(facts: TsFacts, spec: RegExp, name: string): number | undefined {
  for (const item of facts.imports)
    if (spec.test(item.spec))
      for (const named of item.names) if (named.imported === name && !named.typeOnly) return named.b;
  return undefined;
}

function traitsOf(facts: TsFacts): Trait[] {
  const out = new Set<Trait>();
  // next-auth 4 has its options in a module of their own, and the route handler makes the rest.
  if (
    facts.exports.some(
      (item) =>
        item.e === 'local' &&
        (item.name === 'authOptions' || /^(Next)?AuthOptions$/.test(facts.bindings[item.b]?.type ?? '')),
    )
  )
    out.add('auth');
  if (facts.augments.some(({ module }) => /^(next-auth|@auth\/core)(\/|$)/.test(module)))
    out.add('sessionTypes');
  for (const item of facts.imports)
    if (CACHE_MODULE.test(item.spec))
      for (const named of item.names) {
        if (/^(revalidate(Path|Tag)|updateTag|refresh|(unstable_)?expire(Path|Tag))$/.test(named.imported))
          out.add('revalidates');
        if (/^(unstable_cache|(unstable_)?cacheTag)$/.test(named.imported)) out.add('caches');
        if (named.imported === '*') out.add('revalidates').add('caches');
      }
  const client = imported(facts, /./, 'PrismaClient');
  const nextAuth = imported(facts, /^next-auth$/, 'default');
  const betterAuth = imported(facts, /^better-auth(\/minimal)?$/, 'betterAuth');
  const createEnv = imported(facts, /^@t3-oss\/env/, 'createEnv');
  if (!out.has('caches') && taggedRequests(facts).length > 0) out.add('caches');
  if (client !== undefined && valuesOf(facts, 'new').some(({ fn }) => fn.k === 'ref' && fn.b === client))
    out.add('client');
  for (const { fn, args } of valuesOf(facts, 'call')) {
    if (fn.k === 'ref' && fn.b >= 0) {
      if (fn.b === nextAuth || fn.b === betterAuth) out.add('auth');
      if (fn.b === createEnv) out.add('env');
    }
    // `schema.parse(process.env)`: the whole environment is validated here.
    if (fn.k === 'member' && /^(safe)?parse$/i.test(fn.name) && args.some(isWholeEnv)) out.add('env');
  }
  return [...out];
}
