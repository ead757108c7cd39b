/** What a commit is made of, as data: the texts that change, and what of the backend they touch. */
import type { FileId } from '../base/path.ts';

/** One changed file; a text is `undefined` where the file does not exist, and where its content is none or is too large to be read. */
export interface ChangedFile {
  file: FileId;
  /** The path before, when it was moved. */
  from: FileId | undefined;
  status: 'added' | 'changed' | 'removed' | 'moved';
  before: string | undefined;
  after: string | undefined;
}

/** A commit that is being made, or one that was. */
export interface ChangeSet {
  files: readonly ChangedFile[];
  /** Migrations that were there before, for those that come: texts of all `migration.sql` of a folder in Prisma's order. */
  migrationsBefore: ReadonlyMap<FileId, readonly string[]>;
}

export type PartKind =
  | 'action'
  | 'route'
  | 'service'
  | 'validation'
  | 'env'
  | 'auth'
  | 'db'
  | 'page'
  | 'ui'
  | 'test'
  | 'seed'
  | 'docs'
  | 'ci'
  | 'deps'
  | 'tooling'
  | 'generated'
  | 'other';

/** A function, an endpoint or another named thing that a commit adds, changes or takes away. */
export interface Part {
  kind: PartKind;
  /** `createPost`, `POST /api/posts`, `post.list`. */
  name: string;
  file: FileId;
  change: 'added' | 'changed' | 'removed';
  /** A constant, a schema or a whole file rather than something that is called. */
  isValue: boolean;
  /** Code before and after, free of comments and layout; `''` where it is not there. */
  before: string;
  after: string;
}

/** Changes of a Prisma schema, in the words of a person: `model Post`, `Post.slug`. */
export interface SchemaChange {
  kind: 'model' | 'enum' | 'field' | 'value' | 'index' | 'setting';
  change: 'added' | 'changed' | 'removed';
  name: string;
  /** Holds values in the database: a relation's own side does not. */
  stored: boolean;
  /** What changes, as the predicate of a subject line: `make Post.slug optional`. */
  how?: string;
}

export interface Touched {
  parts: Part[];
  schema: SchemaChange[];
  /** Folder names of new migrations. */
  migrations: string[];
  /** Migrations that were there and are changed or removed. */
  edited: string[];
  /** What rows lose, as objects of a sentence: ``all values of the column `note` of `Order` ``. */
  lost: string[];
  /** Packages of package.json files, as predicates: `add zod`, `update next to 16.0.0`. */
  packages: string[];
  /** Those of `edited` that are gone. */
  removed: string[];
  /** Files in which nothing but comments and layout is different. */
  unchanged: FileId[];
  /** Those of them whose comments differ, and whether all that differs is code that stood in comments and goes. */
  comments: { file: FileId; isDeadCode: boolean }[];
  /** Files in which nothing but imports is different, with what they are, and whether some only go. */
  imports: { file: FileId; kind: PartKind; isLess: boolean }[];
  /** Only the places of files change: from and to. */
  moved: { from: FileId; to: FileId }[];
}
