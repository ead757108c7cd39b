/** What one `.prisma` file says. Types stay as written: whether `Post` is a model is known only when all files of a schema are joined. */
import type { Span } from '../base/span.ts';

export interface PrismaComment {
  /** Text after the slashes, trimmed. */
  text: string;
  span: Span;
  /** `///`: documentation of the thing it stands before or behind. */
  doc: boolean;
  /** Nothing but blanks before it on its line. */
  ownLine: boolean;
}

export interface PrismaProblem {
  message: string;
  span: Span;
}

export interface PrismaAttribute {
  /** Without the `@`: `id`, `db.VarChar`. */
  name: string;
  /** Text between the parentheses, trimmed; `''` when there are none. */
  args: string;
  span: Span;
}

export interface PrismaDefault {
  /**
   * `sequence` is made by the database (`autoincrement()`, `sequence()`), `database` too (`now()`, `dbgenerated(…)`),
   * `client` by Prisma Client (`uuid()`, `cuid()`, `nanoid()`, `ulid()`), which existing rows never get.
   */
  kind: 'literal' | 'enum' | 'list' | 'sequence' | 'database' | 'client' | 'function';
  /** The expression as written. */
  raw: string;
  span: Span;
}

export interface PrismaRelation {
  name?: string;
  /** Scalar fields on this side; empty on the side that doesn't hold the key. */
  fields: string[];
  references: string[];
  onDelete?: string;
  onUpdate?: string;
  map?: string;
  span: Span;
}

export interface PrismaNativeType {
  /** Without `db.`: `VarChar`. */
  name: string;
  args: string[];
  span: Span;
}

export interface PrismaField {
  name: string;
  nameSpan: Span;
  /** The whole field without a trailing comment. */
  span: Span;
  /** As written, without `[]` and `?`; `Unsupported` for `Unsupported("…")`. */
  type: string;
  /** The database's type in `Unsupported("…")`. */
  unsupported?: string;
  typeSpan: Span;
  list: boolean;
  optional: boolean;
  id: boolean;
  unique: boolean;
  updatedAt: boolean;
  ignored: boolean;
  /** `@map`. */
  dbName?: string;
  default?: PrismaDefault;
  relation?: PrismaRelation;
  native?: PrismaNativeType;
  attributes: PrismaAttribute[];
  doc?: string;
}

/** `@@id`, `@@unique`, `@@index`, `@@fulltext`. */
export interface PrismaKey {
  fields: string[];
  /** `name:`, the selector's name in the client. */
  name?: string;
  /** `map:`, the name in the database. */
  map?: string;
  /** Index method (`type: Gin`). */
  type?: string;
  /** Holds for some rows only (`where:`). */
  partial: boolean;
  /** Fields that are kept in falling order: `createdAt(sort: Desc)`. */
  descending?: string[];
  /** Fields with an operator class of their own: `{ payload: 'JsonbPathOps' }`. */
  ops?: Record<string, string>;
  span: Span;
}

export interface PrismaModel {
  kind: 'model' | 'view' | 'type';
  name: string;
  nameSpan: Span;
  span: Span;
  /** Offset of the closing brace, or of the end of the block where it is missing: a place for new members. */
  bodyEnd: number;
  fields: PrismaField[];
  /** `@@map`. */
  dbName?: string;
  /** `@@schema`. */
  schema?: string;
  id?: PrismaKey;
  uniques: PrismaKey[];
  indexes: PrismaKey[];
  ignored: boolean;
  doc?: string;
  /** Some lines of it could not be understood and are missing here. */
  broken: boolean;
}

export interface PrismaEnumValue {
  name: string;
  span: Span;
  dbName?: string;
  doc?: string;
}

export interface PrismaEnum {
  name: string;
  nameSpan: Span;
  span: Span;
  values: PrismaEnumValue[];
  dbName?: string;
  schema?: string;
  doc?: string;
}

export interface PrismaSetting {
  name: string;
  nameSpan: Span;
  /** Value of a string literal; `undefined` for everything else (`env("X")`, lists). */
  value?: string;
  /** The expression as written. */
  raw: string;
  valueSpan: Span;
  /** `name = value` without a trailing comment. */
  span: Span;
}

export interface PrismaConfigBlock {
  name: string;
  nameSpan: Span;
  span: Span;
  bodyEnd: number;
  settings: PrismaSetting[];
  provider?: string;
}

export interface PrismaGenerator extends PrismaConfigBlock {
  /** As written: relative to the folder of the schema file. */
  output?: string;
  previewFeatures: string[];
}

export interface PrismaDatasource extends PrismaConfigBlock {
  relationMode?: string;
  schemas: string[];
}

export interface PrismaFacts {
  kind: 'prisma';
  models: PrismaModel[];
  enums: PrismaEnum[];
  generators: PrismaGenerator[];
  datasources: PrismaDatasource[];
  comments: PrismaComment[];
  problems: PrismaProblem[];
}

/** What somebody else takes care of, as `prisma.config.ts` says it: `public.users`. */
export interface External {
  tables: string[];
  enums: string[];
}
