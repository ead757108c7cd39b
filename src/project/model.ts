import type { FileId } from '../base/path.ts';

/** What a file is for. Rules say which roles they look at. */
export type FileRole =
  | 'action'
  | 'route'
  | 'page'
  | 'service'
  | 'validation'
  | 'env'
  | 'auth'
  | 'db'
  | 'proxy'
  | 'client'
  | 'tooling'
  | 'generated'
  | 'migration'
  | 'schema'
  | 'config'
  | 'other';

/** One package.json of the workspace. */
export interface Package {
  dir: string;
  name: string | undefined;
  file: FileId;
}

/** One Next.js application. */
export interface App {
  /** Its folder; `''` for the workspace root. */
  root: string;
  name: string;
  /** `''` or `src`: where its code lives below the root. */
  src: string;
  /** `pages` where it has no App Router at all. */
  router: 'app' | 'pages';
  /** Reasons that made it an app, for `check --stats`. */
  why: string[];
  /** Identifies the schema it uses (`Schemas` key), if any. */
  schema: string | undefined;
  schemaWhy: string | undefined;
}

/** A Prisma schema: one file or a folder of files. */
export interface SchemaRoot {
  /** The file or folder. */
  id: string;
  files: FileId[];
  migrations: string;
  /** Folders that its generators write to; `generators` without an output write to node_modules. */
  generated: string[];
}
