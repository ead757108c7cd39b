/** Everything derived, wired together: the queries behind the view that rules and the map see. */
import { isSame } from '../base/equal.ts';
import { dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import { nearestConfig, resolveConfig } from '../config/load.ts';
import type { ConfigOverrides, ResolvedConfig, ResolvedConventions } from '../config/load.ts';
import type { RuleDeclaration } from '../config/parse.ts';
import { configFileName, type Settings } from '../config/settings.ts';
import type {
  Binding,
  ClassFacts,
  ExportFacts,
  FunctionFacts,
  FunctionId,
  TsFacts,
  Value,
} from '../facts/tsModel.ts';
import { extractPrisma } from '../facts/prisma.ts';
import { valuesIn } from '../facts/valueIndex.ts';
import { visitSteps } from '../facts/visit.ts';
import type { ProjectConventions, ProjectGuards, StyledFile } from '../project/conventions.ts';
import type { App, FileRole } from '../project/model.ts';
import { routesOf } from '../project/routes.ts';
import type { Route } from '../project/routes.ts';
import { joinAbs, UNKNOWN } from './abs.ts';
import type { Abs, FunctionKey } from './abs.ts';
import { cachingOf, joinCaching } from './caching.ts';
import type { Caching } from './caching.ts';
import { learnConventions, learnGuards } from './conventions.ts';
import { Database } from './database.ts';
import type { Derivation } from './derivation.ts';
import type { Input, Query } from './database.ts';
import { findEntries } from './entries.ts';
import type { Entry } from './entries.ts';
import { isExposed } from './exposed.ts';
import { FRAME, partOf } from './factParts.ts';
import type { PartId } from './factParts.ts';
import { FileIndex } from './fileIndex.ts';
import type { Trait } from './fileIndex.ts';
import { Interpreter } from './interpreter.ts';
import { countLayers } from './layering.ts';
import type { Layering } from './layering.ts';
import { importedValue } from './links.ts';
import type { ImportTarget, Links } from './links.ts';
import { History } from './history.ts';
import { Migrations } from './migrations.ts';
import type { MigrationState } from './migrations.ts';
import { Breaking } from './breaking.ts';
import type { BrokenUse } from './breaking.ts';
import { PendingChanges } from './pending.ts';
import { namedReads, removalUses } from './removalUses.ts';
import type { NamedRead } from './removalUses.ts';
import { embeddedSchema } from '../prisma/clientSchema.ts';
import type { PendingChange } from '../prisma/pending.ts';
import { mergePrisma } from '../prisma/schema.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import { Project } from './project.ts';
import { roleOf } from './roles.ts';
import { findServerReach } from './serverReach.ts';
import type { ServerReach } from './serverReach.ts';
import { freshState } from './state.ts';
import { FactStore } from './store.ts';
import type { EngineHost } from './store.ts';
import { BOTTOM, functionKey, parseFunctionKey } from './summary.ts';
import type { QueryFact, Summary } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** No application has such a folder. */
const NO_APP = '..';

export class Workspace implements Links, WorkspaceView {
  readonly db = new Database();
  readonly store: FactStore;
  readonly project: Project;
  readonly index: FileIndex;
  readonly completeInput: Input<boolean>;
  readonly history: History;
  readonly overridesInput: Input<ConfigOverrides>;
  private readonly configs: Query<ResolvedConfig>;
  private readonly configAbove: Query<FileId | undefined>;
  private readonly lastValid = new Map<FileId, Settings>();
  private readonly exportTable: Query<Abs>;
  private readonly moduleTable: Query<Abs>;
  private readonly summaries: Query<Summary>;
  private readonly exposed: Query<boolean>;
  private readonly entryTable: Query<readonly Entry[]>;
  private readonly queryTable: Query<readonly QueryFact[]>;
  private readonly baseRoles: Query<FileRole>;
  private readonly serverReached: Query<boolean>;
  private readonly reachTable: Query<ServerReach | undefined>;
  private readonly accessorTable: Query<ReadonlySet<string> | undefined>;
  private readonly folderTable: Query<readonly FileId[]>;
  private readonly migrations: Migrations;
  private readonly pending: PendingChanges;
  private readonly breaking: Breaking;
  private readonly namedReads: Query<readonly NamedRead[]>;
  private readonly clientSchemas: Query<SchemaModel | undefined>;
  private readonly learnt: Query<ProjectConventions>;
  private readonly guardsLearnt: Query<ProjectGuards>;
  private readonly layers: Query<Layering>;
  private readonly cachingTable: Query<Caching>;
  private readonly appCaching: Query<Caching>;
  private readonly routeTable: Query<readonly Route[]>;
  private readonly derivations = new Map<object, Query<unknown>>();

  constructor(host: EngineHost, declarations: readonly RuleDeclaration[]) {
    const { db } = this;
    this.store = new FactStore(db, host);
    this.project = new Project(db, this.store);
    this.index = new FileIndex(db, this.store, this.project);
    this.completeInput = db.input<boolean>('complete');
    this.history = new History(
      db,
      (file) => this.store.readText(file),
      (file) => this.exists(file),
    );
    this.overridesInput = db.input<ConfigOverrides>('overrides');
    // By folder, so by the path that a configuration beside the file would have.
    this.configAbove = db.query('configAbove', (beside) =>
      nearestConfig(beside, (candidate) => this.exists(candidate)),
    );
    this.configs = db.query('config', (file) => this.resolveConfig(file, declarations, host));
    this.exportTable = db.query('exported', (key) => this.findExport(key), {
      equal: isSame,
      bottom: () => UNKNOWN,
    });
    this.moduleTable = db.query('moduleValue', (key) => this.evaluateBinding(key), {
      equal: isSame,
      bottom: () => UNKNOWN,
    });
    this.summaries = db.query('summary', (key) => this.summarise(key), {
      equal: isSame,
      bottom: () => BOTTOM,
    });
    this.exposed = db.query('calledByClients', (key) => {
      const { file, fn } = parseFunctionKey(key);
      return isExposed(file, this.tsFacts(file), fn);
    });
    this.entryTable = db.query('entries', (file) => this.findEntries(file), { equal: isSame });
    this.queryTable = db.query('queries', (file) => this.findQueries(file), { equal: isSame });
    this.baseRoles = db.query('baseRole', (file) => this.findBaseRole(file), { eager: true });
    this.serverReached = db.query('serverReached', (file) => this.isServerReached(file), {
      bottom: () => false,
    });
    this.reachTable = db.query(
      'serverReach',
      (file) => findServerReach(this, file, (other) => this.reachTable(other)),
      { equal: isSame, bottom: () => undefined },
    );
    this.accessorTable = db.query('accessors', (id) => this.findAccessors(id), {
      equal: isSame,
    });
    this.folderTable = db.query(
      'folder',
      (folder) => this.store.tree('')?.filter((file) => dirname(file) === folder) ?? [],
      { equal: isSame },
    );
    const byContent = { equal: isSame };
    this.learnt = db.query(
      'projectConventions',
      (root) => learnConventions(this, this.styledOf(root)),
      byContent,
    );
    this.guardsLearnt = db.query(
      'projectGuards',
      (root) => learnGuards(this, this.styledOf(root)),
      byContent,
    );
    this.cachingTable = db.query('caching', (file) => this.findCaching(file), { equal: isSame });
    this.appCaching = db.query('appCaching', (root) => this.joinCaching(root), { equal: isSame });
    this.routeTable = db.query('routes', (root) => this.findRoutes(root), { equal: isSame });
    this.layers = db.query('layers', (root) => this.findLayers(root), { equal: isSame });
    this.migrations = new Migrations(db, {
      tree: () => this.store.tree('') ?? [],
      sql: (file) => {
        const facts = this.store.facts(file);
        return facts?.kind === 'sql' ? facts : undefined;
      },
      text: (file) => this.store.text(file),
      schemaRoots: () => this.project.schemaRoots(''),
      schemaRootOf: (file) => this.project.schemaRootOf(file),
      schema: (id) => this.project.schema(id),
      committed: (file) => this.committed(file),
    });
    // Kept by name: while somebody types, the same names are gone at each key.
    this.namedReads = db.query('namedReads', (key) => {
      const newline = key.indexOf('\n');
      return namedReads(this, key.slice(newline + 1), key.slice(0, newline));
    });
    this.breaking = new Breaking(db, {
      root: (id) => this.project.schemaRoots('').find((root) => root.id === id),
      schema: (id) => this.project.schema(id),
      pending: (id) => this.pending.of(id),
      sql: (file) => {
        const facts = this.store.facts(file);
        return facts?.kind === 'sql' ? facts : undefined;
      },
      migrations: this.migrations,
      history: this.history,
      querying: (accessor) => this.index.querying(accessor),
      importers: (file) => this.index.importers(file),
      typeImporters: (file) => this.index.typeImporters(file),
      typing: (name) => this.index.typing(name),
      text: (file) => this.store.text(file),
      uses: (file, gone) => removalUses(this, file, gone, (one, name) => this.namedReads(`${name}\n${one}`)),
    });
    this.clientSchemas = db.query('clientSchema', (dir) => this.findClientSchema(dir));
    this.pending = new PendingChanges(db, {
      facts: (file) => this.store.facts(file),
      schemaRoots: () => this.project.schemaRoots(''),
      schema: (id) => this.project.schema(id),
      migrations: this.migrations,
      prismaConfigs: () => this.project.prismaConfigs(''),
    });
  }

  // --- Links ---

  facts(file: FileId): ReturnType<FactStore['facts']> {
    return this.store.facts(file);
  }

  tsFacts(file: FileId): TsFacts | undefined {
    const facts = this.store.facts(file);
    return facts?.kind === 'ts' ? facts : undefined;
  }

  readPart(file: FileId, part: PartId): void {
    this.store.readPart(file, part);
  }

  /** Facts of which only the frame is noted as read. */
  private framed(file: FileId): TsFacts | undefined {
    this.store.readPart(file, FRAME);
    const facts = this.store.factsForPart(file);
    return facts?.kind === 'ts' ? facts : undefined;
  }

  functionFacts(file: FileId, fn: FunctionId): FunctionFacts | undefined {
    const facts = this.framed(file);
    if (facts) this.store.readPart(file, partOf(facts, fn));
    return facts?.functions[fn];
  }

  parameter(file: FileId, fn: FunctionId, index: number): Binding | undefined {
    const b = this.functionFacts(file, fn)?.params[index];
    return b === undefined ? undefined : this.framed(file)?.bindings[b];
  }

  classFacts(file: FileId, c: number): ClassFacts | undefined {
    return this.framed(file)?.classes[c];
  }

  isCalledByClients(key: FunctionKey): boolean {
    return this.exposed(key);
  }

  isSessionHelper(file: FileId, name: string): boolean {
    return this.conventions(file).sessionHelpers.includes(name);
  }

  target(file: FileId, spec: string): ImportTarget {
    return this.project.target(file, spec);
  }

  exported(file: FileId, name: string): Abs {
    return this.exportTable(`${file}\n${name}`);
  }

  moduleValue(file: FileId, binding: number): Abs {
    return this.moduleTable(functionKey(file, binding));
  }

  summary(key: FunctionKey): Summary {
    return this.summaries(key);
  }

  accessors(file: FileId): ReadonlySet<string> | undefined {
    const root = this.project.schemaRootOf(file);
    return root && this.accessorTable(root.id);
  }

  private findAccessors(id: string): ReadonlySet<string> | undefined {
    const schema = this.project.schema(id);
    return (
      schema &&
      new Set(
        schema.models
          .filter((model) => model.kind !== 'type')
          .map((model) => model.name.charAt(0).toLowerCase() + model.name.slice(1)),
      )
    );
  }

  private findExport(key: string): Abs {
    const newline = key.lastIndexOf('\n');
    const file = key.slice(0, newline);
    const name = key.slice(newline + 1);
    const facts = this.tsFacts(file);
    if (!facts) return UNKNOWN;
    const stars: Extract<ExportFacts, { e: 'star' }>[] = [];
    for (const item of facts.exports) {
      if (item.e === 'star') {
        if (item.as === name) return importedValue(this, file, item.spec, '*');
        if (item.as === undefined && !item.typeOnly) stars.push(item);
        continue;
      }
      if (item.name !== name) continue;
      if (item.e === 'local') return this.moduleValue(file, item.b);
      if (item.e === 'from')
        return item.typeOnly ? UNKNOWN : importedValue(this, file, item.spec, item.imported);
      return this.evaluateAtModule(file, facts, item.value);
    }
    if (name === 'default') return UNKNOWN;
    for (const star of stars) {
      const target = this.target(file, star.spec);
      if (target.t === 'file') {
        const value = this.exported(target.file, name);
        if (value.k !== 'unknown' || value.from) return value;
      } else if (target.t === 'generated') return { k: 'generated', path: [name] };
    }
    return UNKNOWN;
  }

  private evaluateBinding(key: string): Abs {
    const { file, fn: b } = parseFunctionKey(key);
    const facts = this.tsFacts(file);
    const binding = facts?.bindings[b];
    if (!facts || !binding) return UNKNOWN;
    if (binding.f !== undefined) return { k: 'closure', file, fn: binding.f };
    if (binding.c !== undefined) return { k: 'class', file, c: binding.c };
    if (binding.kind === 'import') {
      for (const item of facts.imports)
        for (const named of item.names)
          if (named.b === b)
            return item.typeOnly || named.typeOnly
              ? UNKNOWN
              : importedValue(this, file, item.spec, named.imported);
      return UNKNOWN;
    }
    let result: Abs | undefined;
    for (const value of assignedValues(facts, b)) {
      const next = this.evaluateAtModule(file, facts, value);
      result = result ? joinAbs(result, next) : next;
    }
    return result ?? UNKNOWN;
  }

  private evaluateAtModule(file: FileId, facts: TsFacts, value: Value): Abs {
    return new Interpreter(this, file, facts, 0).eval(value, freshState());
  }

  private summarise(key: FunctionKey): Summary {
    const { file, fn } = parseFunctionKey(key);
    const facts = this.framed(file);
    return facts?.functions[fn] ? new Interpreter(this, file, facts, fn).summarise() : BOTTOM;
  }

  // --- roles ---

  role(file: FileId): FileRole {
    const base = this.baseRoles(file);
    if (base !== 'other' && base !== 'service' && base !== 'validation') return base;
    return this.completeInput('') && !this.serverReached(file) ? 'client' : base;
  }

  baseRole(file: FileId): FileRole {
    return this.baseRoles(file);
  }

  private findBaseRole(file: FileId): FileRole {
    const facts = this.store.facts(file);
    if (!facts) return 'other';
    return roleOf({ file, facts, app: this.project.appOf(file), generated: this.project.isGenerated(file) });
  }

  /** Whether server code reaches a module: one that nobody imports counts as reached. */
  private isServerReached(file: FileId): boolean {
    const base = this.baseRoles(file);
    if (base === 'client') return false;
    // Entry points run on the server whoever imports them: client code only holds a reference to an action.
    if (base === 'action' || base === 'route' || base === 'page' || base === 'proxy') return true;
    const importers = this.index.importers(file);
    return importers.length === 0 || importers.some((importer) => this.serverReached(importer));
  }

  app(file: FileId): App | undefined {
    return this.project.appOf(file);
  }

  schema(file: FileId): ReturnType<Project['schemaOf']> {
    return this.project.schemaOf(file);
  }

  schemaRoot(file: FileId): ReturnType<Project['schemaRootOf']> {
    return this.project.schemaRootOf(file);
  }

  // --- what rules ask ---

  entries(file: FileId): readonly Entry[] {
    return this.entryTable(file);
  }

  private findEntries(file: FileId): readonly Entry[] {
    const facts = this.tsFacts(file);
    if (!facts) return [];
    const role = this.baseRoles(file);
    if (role === 'tooling' || role === 'generated' || role === 'client') return [];
    return findEntries(
      this,
      file,
      facts,
      role === 'action' || role === 'route' || role === 'page' ? role : 'other',
    );
  }

  queries(file: FileId): readonly QueryFact[] {
    return this.queryTable(file);
  }

  private findQueries(file: FileId): readonly QueryFact[] {
    const facts = this.tsFacts(file);
    if (!facts || !mayQuery(facts)) return [];
    const covered = new Set<number>();
    const found = new Map<number, QueryFact>();
    const order = facts.functions
      .map((_, id) => id)
      .toSorted((a, b) => depthOf(facts, a) - depthOf(facts, b));
    for (const id of order) {
      if (covered.has(id)) continue;
      const summary = this.summary(functionKey(file, id));
      for (const fn of summary.covered) covered.add(fn);
      for (const query of summary.queries) if (!found.has(query.at)) found.set(query.at, query);
    }
    return [...found.values()].toSorted((a, b) => a.at - b.at);
  }

  importers(file: FileId): readonly FileId[] {
    return this.index.importers(file);
  }

  serverReach(file: FileId): ServerReach | undefined {
    return this.reachTable(file);
  }

  typeImporters(file: FileId): readonly FileId[] {
    return this.index.typeImporters(file);
  }

  writers(accessor: string): readonly FileId[] {
    return this.index.writers(accessor).filter((file) => this.baseRoles(file) !== 'tooling');
  }

  withTrait(trait: Trait): readonly FileId[] {
    return this.index.withTrait(trait).filter((file) => this.baseRoles(file) !== 'tooling');
  }

  usingVariable(name: string): readonly FileId[] {
    return this.index.usingVariable(name);
  }

  namingPath(path: string): readonly FileId[] {
    return this.index.namingPath(path).filter((file) => this.baseRoles(file) !== 'tooling');
  }

  declaringSchema(form: string): readonly FileId[] {
    return this.index.declaringSchema(form).filter((file) => this.baseRoles(file) !== 'tooling');
  }

  documenting(key: string): readonly FileId[] {
    return this.index.documenting(key);
  }

  caching(root: FileId): Caching {
    return this.appCaching(root);
  }

  private findCaching(file: FileId): Caching {
    const facts = this.tsFacts(file);
    return facts ? cachingOf(this, file, facts) : joinCaching([]);
  }

  private joinCaching(root: FileId): Caching {
    const files = new Set([...this.withTrait('caches'), ...this.withTrait('revalidates')]);
    const own = [...files].filter((file) => (this.app(file)?.root ?? root) === root);
    return joinCaching(own.map((file) => this.cachingTable(file)));
  }

  routes(root: FileId): readonly Route[] {
    return this.routeTable(root);
  }

  private findRoutes(root: FileId): readonly Route[] {
    const app = this.project.apps('').find((one) => one.root === root);
    return app ? routesOf(app, this.store.tree('') ?? []) : [];
  }

  filesIn(folder: string): readonly FileId[] {
    return this.folderTable(folder);
  }

  exists(file: FileId): boolean {
    return this.store.exists(file) === true;
  }

  isUnsaved(file: FileId): boolean {
    return this.store.unsaved(file) === true;
  }

  prismaConfigs(): readonly PrismaConfig[] {
    return this.project.prismaConfigs('');
  }

  migrationFiles(folder: FileId): readonly FileId[] {
    return this.migrations.files(folder);
  }

  committed(file: FileId): boolean | undefined {
    return this.history.has(file);
  }

  migrationState(file: FileId): MigrationState | undefined {
    return this.migrations.state(file);
  }

  pendingChange(file: FileId): PendingChange | undefined {
    const root = this.project.schemaRootOf(file);
    return root && this.pending.of(root.id);
  }

  brokenUses(file: FileId): readonly BrokenUse[] {
    const root = this.project.schemaRootOf(file);
    return root ? this.breaking.uses(root.id, file) : [];
  }

  allBrokenUses(file: FileId): readonly BrokenUse[] {
    const folder = dirname(dirname(file));
    const roots = this.project.schemaRoots('');
    const root = roots.find(({ migrations }) => migrations === folder) ?? this.project.schemaRootOf(file);
    return root ? this.breaking.files(root.id).flatMap((other) => this.brokenUses(other)) : [];
  }

  clientSchema(dir: FileId): SchemaModel | undefined {
    return this.clientSchemas(dir);
  }

  private findClientSchema(dir: FileId): SchemaModel | undefined {
    const home = `${dir}/internal/class.ts`;
    const text = this.exists(home) ? embeddedSchema(this.store.readText(home) ?? '') : undefined;
    const facts = text === undefined ? undefined : extractPrisma(text);
    return facts && facts.problems.length === 0 ? mergePrisma([{ file: home, facts }]) : undefined;
  }

  // --- conventions ---

  projectConventions(file: FileId): ProjectConventions {
    return this.learnt(this.app(file)?.root ?? NO_APP);
  }

  projectGuards(file: FileId): ProjectGuards {
    return this.guardsLearnt(this.app(file)?.root ?? NO_APP);
  }

  /** An application is judged by its own files, and by those of packages where it has too few. */
  private styledOf(root: string): readonly StyledFile[] {
    const styled = this.index.styled();
    const own = root === NO_APP ? [] : styled.filter(({ file }) => this.app(file)?.root === root);
    const shared = styled.filter(({ file }) => this.app(file) === undefined);
    return own.length > 0 ? [...own, ...shared] : styled;
  }

  layering(file: FileId): Layering {
    return this.layers(this.app(file)?.root ?? NO_APP);
  }

  private findLayers(root: string): Layering {
    const own = (file: FileId): boolean => {
      const app = this.app(file);
      return root === NO_APP || app === undefined || app.root === root;
    };
    return countLayers(this, {
      queries: this.index.withToken('queries').filter(own),
      cached: this.index.withToken('cached'),
      request: this.index.withToken('request'),
      actions: this.index.withToken('actions').filter(own),
    });
  }

  // --- configuration ---

  /** What the nearest configuration file puts in force for a file. */
  config(file: FileId): ResolvedConfig {
    return this.configs(this.configAbove(join(dirname(file), configFileName) ?? '') ?? '');
  }

  private resolveConfig(file: FileId, rules: readonly RuleDeclaration[], host: EngineHost): ResolvedConfig {
    const resolved = resolveConfig(
      file === '' ? undefined : file,
      {
        read: (path) => {
          const facts = this.store.facts(path);
          if (facts?.kind === 'config') return facts.text;
          // A configuration that is extended, or named on the command line, may have any name.
          return path.endsWith('.json') ? host.read(path) : undefined;
        },
        rules,
        lastValid: (path) => this.lastValid.get(path),
      },
      this.overridesInput('') ?? {},
    );
    for (const { file: path, settings } of resolved.valid) this.lastValid.set(path, settings);
    return resolved;
  }

  conventions(file: FileId): ResolvedConventions {
    return this.config(file).conventions;
  }

  includeHistory(file: FileId): boolean {
    return this.config(file).includeHistory;
  }

  derived<V>(table: Derivation<V>, key: string): V {
    let query = this.derivations.get(table);
    if (!query) {
      const { equal } = table;
      query = this.db.query<V>(table.name, (at) => table.compute(this, at), equal ? { equal } : {});
      this.derivations.set(table, query);
    }
    // The table is its own key: what is kept under it was made by it.
    return query(key) as V;
  }
}

function depthOf(facts: TsFacts, id: number): number {
  let depth = 0;
  for (let fn = facts.functions[id]; fn && fn.parent >= 0; fn = facts.functions[fn.parent]) depth++;
  return depth;
}

/** Values that a module-level name is given anywhere in the module's body. */
function assignedValues(facts: TsFacts, b: number): Value[] {
  const out: Value[] = [];
  const module = facts.functions[0];
  if (!module) return out;
  visitSteps(module.body, {
    step: (step) => {
      if (step.s === 'let' && step.b === b) out.push(step.value);
      if (
        step.s === 'expr' &&
        step.value.k === 'assign' &&
        step.value.target.k === 'ref' &&
        step.value.target.b === b
      )
        out.push(step.value.value);
    },
  });
  return out;
}

/** Cheap test that spares most files: does any member name look like a database call? */
function mayQuery(facts: TsFacts): boolean {
  return facts.functions.some((fn) => valuesIn(fn, 'member').some(({ name }) => QUERY_NAMES.test(name)));
}

const QUERY_NAMES =
  /^(find(Many|First|Unique)(OrThrow)?|create(Many(AndReturn)?)?|update(Many(AndReturn)?)?|upsert|delete(Many)?|count|aggregate|groupBy|\$.*)$/;
