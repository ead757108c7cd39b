/** Everything derived, wired together: the queries behind the view that rules and the map see. */
import { isSame } from '../base/equal.ts';
import { dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { ResolvedConfig, ResolvedConventions } from '../config/load.ts';
import type { RuleDeclaration } from '../config/parse.ts';
import type { Binding, ClassFacts, FunctionFacts, FunctionId, TsFacts } from '../facts/tsModel.ts';
import type { PendingChange } from '../prisma/pending.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { ProjectConventions, ProjectGuards } from '../project/conventions.ts';
import type { App, FileRole } from '../project/model.ts';
import { routesOf } from '../project/routes.ts';
import type { Route } from '../project/routes.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import type { Abs, FunctionKey } from './abs.ts';
import type { BrokenUse } from './breaking.ts';
import { cachingOf, joinCaching } from './caching.ts';
import type { Caching } from './caching.ts';
import { Configurations } from './configurations.ts';
import { Database } from './database.ts';
import type { Input, Query } from './database.ts';
import type { Derivation } from './derivation.ts';
import { findEntries } from './entries.ts';
import type { Entry } from './entries.ts';
import { isExposed } from './exposed.ts';
import { FRAME, partOf } from './factParts.ts';
import type { PartId } from './factParts.ts';
import { FileIndex } from './fileIndex.ts';
import type { Trait } from './fileIndex.ts';
import { queriesOf } from './fileQueries.ts';
import { Habits } from './habits.ts';
import { History } from './history.ts';
import { Interpreter } from './interpreter.ts';
import { hasComponent } from './layering.ts';
import type { Layering } from './layering.ts';
import type { ImportTarget, Links } from './links.ts';
import type { MigrationState } from './migrations.ts';
import { ModuleValues } from './moduleValues.ts';
import { Project } from './project.ts';
import { roleOf } from './roles.ts';
import { SchemaEvolution } from './schemaEvolution.ts';
import { findServerReach } from './serverReach.ts';
import type { ServerReach } from './serverReach.ts';
import { FactStore } from './store.ts';
import type { EngineHost } from './store.ts';
import { BOTTOM, parseFunctionKey } from './summary.ts';
import type { QueryFact, Summary } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export class Workspace implements Links, WorkspaceView {
  readonly db = new Database();
  readonly store: FactStore;
  readonly project: Project;
  readonly index: FileIndex;
  readonly completeInput: Input<boolean>;
  readonly history: History;
  readonly configurations: Configurations;
  private readonly modules: ModuleValues;
  private readonly summaries: Query<Summary>;
  private readonly exposed: Query<boolean>;
  private readonly entryTable: Query<readonly Entry[]>;
  private readonly queryTable: Query<readonly QueryFact[]>;
  private readonly baseRoles: Query<FileRole>;
  private readonly componentTable: Query<boolean>;
  private readonly serverReached: Query<boolean>;
  private readonly reachTable: Query<ServerReach | undefined>;
  private readonly accessorTable: Query<ReadonlySet<string> | undefined>;
  private readonly folderTable: Query<readonly FileId[]>;
  private readonly evolution: SchemaEvolution;
  private readonly habits: Habits;
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
    this.configurations = new Configurations(db, this.store, host, declarations);
    this.modules = new ModuleValues(db, this);
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
    this.componentTable = db.query('holdsComponent', (file) => hasComponent(this.tsFacts(file)), {
      eager: true,
    });
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
    this.habits = new Habits(this);
    this.cachingTable = db.query('caching', (file) => this.findCaching(file), { equal: isSame });
    this.appCaching = db.query('appCaching', (root) => this.joinCaching(root), { equal: isSame });
    this.routeTable = db.query('routes', (root) => this.findRoutes(root), { equal: isSame });
    this.evolution = new SchemaEvolution(this);
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
    return this.modules.exported(file, name);
  }

  moduleValue(file: FileId, binding: number): Abs {
    return this.modules.binding(file, binding);
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

  holdsComponent(file: FileId): boolean {
    return this.componentTable(file);
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
    return facts ? queriesOf(file, facts, (key) => this.summary(key)) : [];
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
    return this.evolution.migrationFiles(folder);
  }

  committed(file: FileId): boolean | undefined {
    return this.history.has(file);
  }

  migrationState(file: FileId): MigrationState | undefined {
    return this.evolution.migrationState(file);
  }

  pendingChange(file: FileId): PendingChange | undefined {
    return this.evolution.pendingChange(file);
  }

  brokenUses(file: FileId): readonly BrokenUse[] {
    return this.evolution.brokenUses(file);
  }

  allBrokenUses(file: FileId): readonly BrokenUse[] {
    return this.evolution.allBrokenUses(file);
  }

  /** Works out ahead what `allBrokenUses` asks for, as long as it may. @returns whether all is known */
  prepareBrokenUses(file: FileId, mayGoOn: () => boolean): boolean {
    return this.evolution.prepareBrokenUses(file, mayGoOn);
  }

  clientSchema(dir: FileId): SchemaModel | undefined {
    return this.evolution.clientSchema(dir);
  }

  // --- conventions ---

  projectConventions(file: FileId): ProjectConventions {
    return this.habits.conventions(file);
  }

  projectGuards(file: FileId): ProjectGuards {
    return this.habits.guards(file);
  }

  layering(file: FileId): Layering {
    return this.habits.layering(file);
  }

  // --- configuration ---

  /** What the nearest configuration file puts in force for a file. */
  config(file: FileId): ResolvedConfig {
    return this.configurations.of(file);
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
