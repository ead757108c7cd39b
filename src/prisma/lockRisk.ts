/** What a migration does to the applications that use the database meanwhile, and where rows that exist make it fail. */
import type { Span } from '../base/span.ts';

export type LockRiskKind =
  /** `ADD COLUMN … NOT NULL` that nothing fills. */
  | 'add-required'
  | 'set-not-null'
  | 'index'
  | 'foreign-key'
  | 'check'
  /** `ADD CONSTRAINT … UNIQUE`, `ADD COLUMN … UNIQUE`. */
  | 'unique'
  | 'primary-key'
  /** `EXCLUDE USING …`. */
  | 'exclude'
  /** A value that `ALTER TYPE … ADD VALUE` of the same migration has added is used. */
  | 'new-value'
  /** `ALTER COLUMN … TYPE` to a type that is stored in another way. */
  | 'rewrite-type'
  /** `ALTER COLUMN … TYPE` to a type that no cast leads to: refused with rows or without. */
  | 'no-cast'
  /** A new column whose value is computed for each row: a volatile default, an identity, a generated column. */
  | 'rewrite-column'
  /** `ATTACH PARTITION` of a table whose rows have to be looked at. */
  | 'attach-partition'
  /** A partition made or attached beside a default one, whose rows may belong in it. */
  | 'default-partition'
  /** `ALTER DOMAIN … ADD CONSTRAINT` or `SET NOT NULL`. */
  | 'domain'
  /** `CONCURRENTLY` beside other statements. */
  | 'concurrently'
  /** `VACUUM FULL`, `CLUSTER`, `REINDEX`. */
  | 'maintenance';

export interface LockRisk {
  kind: LockRiskKind;
  /** The smallest clause that says it. */
  span: Span;
  /** The command of an `ALTER TABLE`, else the statement. */
  clause: Span;
  statement: Span;
  /** Index of the statement in the facts; that of the block for what is inside a `DO`. */
  index: number;
  table: { name: string; schema?: string };
  /** The other table that is locked as well. */
  other?: { name: string; schema?: string };
  columns: string[];
  /** The constraint's or the index's name. */
  name?: string;
  unique: boolean;
  /** Rows can make it fail; without it only the lock is left. */
  fails: boolean;
  /** Types before and after a rewrite. */
  from?: string;
  to?: string;
  /**
   * `possible`: it depends on a condition or a function that isn't known. `brief`: rows are read, but there is little to do, or
   * the author has seen to the rows.
   */
  weight: 'full' | 'brief' | 'possible';
  /** Inside a procedural body, whose conditions aren't known. */
  inBlock: boolean;
}
