/** What rules may ask of the workspace. All of it is derived on demand and tracked. */
import type { FileId } from '../base/path.ts';
import type { ResolvedConventions } from '../config/load.ts';
import type { FileFacts } from '../facts/model.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import type { PendingChange } from '../prisma/pending.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { ProjectConventions, ProjectGuards } from '../project/conventions.ts';
import type { App, FileRole, SchemaRoot } from '../project/model.ts';
import type { Route } from '../project/routes.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import type { Abs, FunctionKey } from './abs.ts';
import type { BrokenUse } from './breaking.ts';
import type { Caching } from './caching.ts';
import type { Derivation } from './derivation.ts';
import type { Entry } from './entries.ts';
import type { Trait } from './fileIndex.ts';
import type { MigrationHistory } from './history.ts';
import type { Layering } from './layering.ts';
import type { ImportTarget } from './links.ts';
import type { MigrationState } from './migrations.ts';
import type { ServerReach } from './serverReach.ts';
import type { QueryFact, Summary } from './summary.ts';

export interface WorkspaceView {
  facts(file: FileId): FileFacts | undefined;
  tsFacts(file: FileId): TsFacts | undefined;
  role(file: FileId): FileRole;
  /** The role by place and content alone, whoever imports the file. */
  baseRole(file: FileId): FileRole;
  /** Whether a file has markup and a function that is named like a component. */
  holdsComponent(file: FileId): boolean;
  app(file: FileId): App | undefined;
  schema(file: FileId): SchemaModel | undefined;
  schemaRoot(file: FileId): SchemaRoot | undefined;
  target(file: FileId, spec: string): ImportTarget;
  exported(file: FileId, name: string): Abs;
  moduleValue(file: FileId, binding: number): Abs;
  summary(key: FunctionKey): Summary;
  entries(file: FileId): readonly Entry[];
  /** Prisma calls written in a file. */
  queries(file: FileId): readonly QueryFact[];
  importers(file: FileId): readonly FileId[];
  /** Files that import nothing but types from a file. */
  typeImporters(file: FileId): readonly FileId[];
  /** The way by which a module leads to one that must not reach the browser. */
  serverReach(file: FileId): ServerReach | undefined;
  /** Request-time files that write a model, by client accessor. */
  writers(accessor: string): readonly FileId[];
  withTrait(trait: Trait): readonly FileId[];
  /** Files that use a variable of the environment by its name; `*` for those that may use any. */
  usingVariable(name: string): readonly FileId[];
  /** Files that name a path of the application's own API, `*` for its variable segments. */
  namingPath(path: string): readonly FileId[];
  /** Files that declare a Zod object of a form (see `declaredSchemas`). */
  declaringSchema(form: string): readonly FileId[];
  /** Maps that have a part or a line for something (see `documentedKeys`). */
  documenting(key: string): readonly FileId[];
  /** What the application at a folder, and the code that belongs to none, keeps for all requests and tells Next.js to renew. */
  caching(root: FileId): Caching;
  /** The pages and route handlers of the application at a folder. */
  routes(root: FileId): readonly Route[];
  /** Files of one folder, sorted. */
  filesIn(folder: string): readonly FileId[];
  exists(file: FileId): boolean;
  /** Whether an editor holds changes of a file that aren't saved. */
  isUnsaved(file: FileId): boolean;
  /** Whether the base branch already has a file; `undefined` when no version control says so. */
  committed(file: FileId): boolean | undefined;
  /** The configurations of Prisma's commands, read without running them. */
  prismaConfigs(): readonly PrismaConfig[];
  /** What the base branch has of the migrations. */
  readonly history: MigrationHistory;
  /** The `migration.sql` files of a migrations folder in the order in which Prisma applies them. */
  migrationFiles(folder: FileId): readonly FileId[];
  /** What a `migration.sql` destroys in the database that the migrations before it built; undefined for other files and databases. */
  migrationState(file: FileId): MigrationState | undefined;
  /** The migration that the schema a file belongs to still needs; undefined for other databases than PostgreSQL, and without migrations. */
  pendingChange(file: FileId): PendingChange | undefined;
  /** Where a file uses what the schema or a new migration takes away from the deployed database. */
  brokenUses(file: FileId): readonly BrokenUse[];
  /** All such uses in the files that share a schema file's or a migration's database. */
  allBrokenUses(file: FileId): readonly BrokenUse[];
  /** The schema that the client in a folder was generated from; undefined where there is none in the tree, or none says so. */
  clientSchema(dir: FileId): SchemaModel | undefined;
  conventions(file: FileId): ResolvedConventions;
  /** The habits of the application a file belongs to: folders, result shape, logger. For fixes and reports, not for every keystroke. */
  projectConventions(file: FileId): ProjectConventions;
  /** The session helper and the guards of that application. For fixes. */
  projectGuards(file: FileId): ProjectGuards;
  /** How the application a file belongs to divides its queries among layers; cheap enough for every keystroke. */
  layering(file: FileId): Layering;
  /** Whether a migration's history is to be checked as well. */
  includeHistory(file: FileId): boolean;
  /** A value of a table that somebody above the workspace has declared; kept and tracked like everything else. */
  derived<V>(table: Derivation<V>, key: string): V;
}
