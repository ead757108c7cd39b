/** The Backend Map as data: what the tree view, the markdown and the command line draw. */
import type { Location } from '../run/finding.ts';
import type { Proof } from '../workspace/abs.ts';
import type { GuardState } from '../workspace/guardState.ts';
import type { ListVerdict } from '../workspace/listVerdict.ts';

export type EntryKind =
  | 'action'
  | 'route'
  | 'page'
  | 'service'
  | 'guard'
  | 'validation'
  | 'model'
  | 'env'
  | 'migration'
  | 'proxy';

/**
 * One line of the map. `start` and `end` hold the whole declaration, `range` only its name. Lists are sorted; parts that
 * don't apply or are empty are left out.
 */
export interface MapEntry extends Location {
  /** `kind:path#symbol`: stable while the entry keeps its file and its name; unique within its app. */
  id: string;
  kind: EntryKind;
  /** A name, `GET /api/orders/[id]` for a route, `/orders/[id]` for a page. */
  label: string;
  /** What else is worth a line, in words. */
  detail?: string;
  /** First sentence of its JSDoc or its schema comment. */
  doc?: string;
  guard?: GuardState;
  /** Why `guard` is what it is, in words. */
  guardDetail?: string;
  roles?: string[];
  /** What proves the caller, where it is guarded. */
  guardKind?: Proof['kind'];
  /** Action, route, page: what it does with the rows of models, by model: `read`, `create`, `update`, `delete`, `write` where it can't be told. */
  operations?: { [model: string]: string[] };
  /** Models by name, read or written here or further down. */
  reads?: string[];
  writes?: string[];
  /** Action: defined inside another function. */
  inline?: true;
  method?: string;
  path?: string;
  /** Names of the schemas that its input is parsed with. */
  validation?: string[];
  /** Paths and tags (`tag:x`) that it revalidates. */
  revalidates?: string[];
  /** Writes inside a `$transaction`. */
  transaction?: true;
  /** Ids of the services that it calls. */
  calls?: string[];
  /** Action, route: what it answers, such as `{ success, data?, error? }`. */
  result?: string;
  /** Service: wrapped by React's or Next.js' cache. */
  cached?: true;
  /** Service: how long the longest list can get that it reads itself. */
  list?: ListVerdict;
  /** Service: how many entries of the app call it. */
  callers?: number;
  /** Model. */
  key?: string[];
  owner?: string;
  relations?: string[];
  /** Model: columns with their types (`email: String?`), but for timestamps; validation: keys of an object. */
  fields?: string[];
  /** Model: columns that hold a relation's key, and where it leads: `userId → User`. */
  foreignKeys?: string[];
  /** Model: `(userId, createdAt)`, `unique (email)`. */
  indexes?: string[];
  softDelete?: string;
  /** Variable of the environment. */
  scope?: 'server' | 'client';
  optional?: true;
  /** Migration: not on the base branch yet. */
  isNew?: true;
  destructive?: string[];
  /** Proxy: paths it runs for; absent when it runs for all of them. */
  matchers?: string[];
}

export type EdgeKind = 'calls' | 'reads' | 'writes' | 'guards' | 'validates' | 'revalidates';

/** `from` does it to `to`, but `guards`: `from` (a guard) protects `to`. Both are ids of entries of the app. */
export interface MapEdge {
  kind: EdgeKind;
  from: string;
  to: string;
}

/** What holds for a whole application. Lists are sorted; what is not known is left out. */
export interface MapOverview {
  /** `16`: the major version of Next.js that package.json asks for. */
  next?: string;
  router: 'app' | 'pages';
  /** Provider of the data source: `postgresql`. */
  database?: string;
  /** The file or folder of the schema. */
  schema?: string;
  auth?: MapAuth;
  /** Folders and modules where things live. */
  actions?: string;
  services?: string;
  validations?: string;
  env?: string[];
  client?: string[];
  /** What most actions answer. */
  result?: string;
  /** The function that gives the session, as `name of file`. */
  session?: string;
  /** Fields that say to whom a row belongs, most used first. */
  ownerKeys?: string[];
  /** Models whose members own rows together. */
  tenants?: string[];
  /** Model of the people who sign in. */
  userModel?: string;
}

export interface MapAuth {
  /** `Auth.js v5`. */
  engine: string;
  /** Modules that configure it. */
  files: string[];
  strategy?: 'jwt' | 'database';
  /** Paths that sessions carry: `user.id`, `user.role`. */
  session?: string[];
  /** Values of the enum of a user's role. */
  roles?: string[];
}

export interface MapApp {
  id: string;
  name: string;
  /** Folder; `''` for the workspace root. */
  root: string;
  overview: MapOverview;
  entries: MapEntry[];
  edges: MapEdge[];
}

export interface BackendMap {
  apps: MapApp[];
}
