/** What one SQL file says, statement by statement, as far as migrations need it. PostgreSQL's grammar. */
import type { Span } from '../base/span.ts';

/** Unquoted names are folded to lower case, quoted ones kept: as PostgreSQL stores them. */
export interface SqlName {
  schema?: string;
  name: string;
  span: Span;
}

export interface SqlType {
  /** PostgreSQL's internal name, without `pg_catalog`: `int4`, `varchar`, `timestamptz`; own types as declared (`Role`). */
  name: string;
  schema?: string;
  /** Type modifiers: `varchar(30)` has `[30]`. */
  args: number[];
  array: boolean;
}

/**
 * `stable` expressions (`now()`, `CURRENT_TIMESTAMP`) are evaluated once for all existing rows, `volatile` ones
 * (`gen_random_uuid()`, `nextval()`) per row; `unknown` is a function that isn't known here.
 */
export type SqlDefault = 'none' | 'null' | 'constant' | 'stable' | 'volatile' | 'unknown';

/**
 * The value of a `DEFAULT`: a constant without its casts, `now()`, the sequence of a `nextval`, the items of an array. `expression` is
 * everything else, in one spelling whatever the blanks, parentheses and casts; compare it, don't run it.
 */
export type SqlValue =
  | { v: 'text' | 'number' | 'boolean' | 'expression'; text: string }
  | { v: 'list'; items: string[] }
  | { v: 'now' }
  | { v: 'sequence'; name: string };

export type SqlReferenceAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface SqlReference {
  table: SqlName;
  columns: string[];
  onDelete: SqlReferenceAction;
  onUpdate: SqlReferenceAction;
}

/**
 * What a condition that is joined by AND demands of one column, compared with constants; values as `SqlValue` has them, without casts.
 * `in` with one value is `=`.
 */
export type SqlCondition = { column: string } & (
  | { is: 'not null' }
  | { is: '<' | '<=' | '>' | '>='; value: string }
  | { is: 'in'; values: string[] }
);

/** Which rows a partition holds. `from` and `to` have one item for each column, `undefined` for one without a limit. */
export type SqlBound =
  | { bound: 'default' | 'hash' | 'unknown' }
  | { bound: 'list'; values: string[]; null: boolean }
  | { bound: 'range'; from: (string | undefined)[]; to: (string | undefined)[] };

export interface SqlColumn {
  name: string;
  span: Span;
  type: SqlType;
  notNull: boolean;
  default: SqlDefault;
  /** What `DEFAULT` says; absent without one, and for `DEFAULT NULL`. */
  value?: SqlValue;
  primaryKey: boolean;
  unique: boolean;
  /** `serial` types and `GENERATED … AS IDENTITY`. */
  identity: boolean;
  /** `GENERATED ALWAYS AS (…) STORED`. */
  generated: boolean;
  /** What the `CHECK (…)` beside it demands, as far as that can be read. */
  checked?: SqlCondition[];
  references?: SqlReference;
}

export interface SqlConstraint {
  type: 'primary-key' | 'unique' | 'foreign-key' | 'check' | 'exclude' | 'not-null' | 'other';
  name?: string;
  columns: string[];
  references?: SqlReference;
  /** `NOT VALID`. */
  notValid: boolean;
  /** `USING INDEX …`. */
  usingIndex: boolean;
  /** What a check demands, as far as that can be read. */
  says?: SqlCondition[];
}

/** One comma-separated part of an `ALTER TABLE`; `span` is that part. */
export type SqlAlterCommand = { span: Span } & (
  | { command: 'add-column'; column: SqlColumn; ifNotExists: boolean }
  | { command: 'drop-column'; column: string; cascade: boolean; ifExists: boolean }
  /** `usingCast`: the `USING` expression casts explicitly, so that too long values are cut without an error. */
  | { command: 'alter-type'; column: string; to: SqlType; using: boolean; usingCast: boolean }
  | { command: 'set-not-null' | 'drop-not-null' | 'drop-default'; column: string }
  | { command: 'set-default'; column: string; default: SqlDefault; value?: SqlValue }
  | { command: 'add-constraint'; constraint: SqlConstraint }
  | { command: 'drop-constraint'; name: string; cascade: boolean }
  | { command: 'validate-constraint'; name: string }
  | { command: 'attach-partition'; partition: SqlName; bound: SqlBound }
  | { command: 'detach-partition'; partition: SqlName }
  | { command: 'other'; node: string }
);

/**
 * `trivial` holds for every row (`true`, `1 = 1`); `not-null` is nothing but `<column> IS NOT NULL`.
 */
export type SqlWhere = 'none' | 'trivial' | 'not-null' | 'some';

export type SqlObject =
  | 'table'
  | 'schema'
  | 'type'
  | 'domain'
  | 'view'
  | 'materialized view'
  | 'index'
  | 'sequence'
  | 'function'
  | 'procedure'
  | 'trigger'
  | 'policy'
  | 'extension'
  | 'database'
  | 'role'
  | 'owned'
  | 'other';

/** Where the rows of an `INSERT … SELECT` or `CREATE TABLE … AS` come from. */
export interface SqlSource {
  tables: SqlName[];
  /** Every row of exactly one table: no join, filter, grouping, limit. */
  whole: boolean;
  /** Columns read by the select list; `undefined` for `*`. */
  columns?: string[];
}

export type SqlAction =
  | {
      kind: 'create-table';
      table: SqlName;
      columns: SqlColumn[];
      constraints: SqlConstraint[];
      ifNotExists: boolean;
      temporary: boolean;
      source?: SqlSource;
      /** Columns by which its rows are parted; an expression is `''`. */
      partitionBy?: string[];
      partitionOf?: { parent: SqlName; bound: SqlBound };
    }
  | {
      kind: 'drop';
      object: SqlObject;
      /** Each with its own place; a trigger's or policy's name has its table as `schema`. */
      names: SqlName[];
      cascade: boolean;
      ifExists: boolean;
      concurrently: boolean;
    }
  | { kind: 'alter-table'; table: SqlName; commands: SqlAlterCommand[]; ifExists: boolean }
  | {
      kind: 'rename';
      object: 'table' | 'column' | 'constraint' | 'index' | 'type' | 'schema' | 'other';
      on: SqlName;
      from: string;
      to: string;
    }
  | { kind: 'set-schema'; object: 'table' | 'type' | 'other'; name: SqlName; schema: string }
  | {
      kind: 'create-index';
      table: SqlName;
      name?: string;
      /** Plain columns in order; an expression is `''`. */
      columns: string[];
      unique: boolean;
      concurrently: boolean;
      partial: boolean;
      /** `gin`, `hash` …; absent for the usual `btree`. */
      method?: string;
      /** Those of its columns that are kept in falling order. */
      descending?: string[];
      ifNotExists: boolean;
    }
  | { kind: 'create-enum'; type: SqlName; values: string[]; valuesSpan: Span }
  | { kind: 'add-enum-value'; type: SqlName; value: string; ifNotExists: boolean }
  | { kind: 'rename-enum-value'; type: SqlName; from: string; to: string }
  /** `constrained`: a `NOT NULL` or a `CHECK` of its own. */
  | { kind: 'create-domain'; type: SqlName; constrained: boolean }
  | {
      kind: 'alter-domain';
      type: SqlName;
      change: 'set-not-null' | 'drop-not-null' | 'add-constraint' | 'drop-constraint' | 'validate' | 'other';
      name?: string;
      notValid: boolean;
    }
  | { kind: 'create-schema'; name: string; ifNotExists: boolean }
  | { kind: 'truncate'; tables: SqlName[]; cascade: boolean }
  | { kind: 'delete'; table: SqlName; where: SqlWhere; using: boolean; clause: Span }
  | {
      kind: 'update';
      table: SqlName;
      where: SqlWhere;
      /** Columns set, and the columns that each new value reads; `keeps`: `COALESCE(c, …)` of the column itself. */
      sets: { column: string; reads: string[]; keeps: boolean }[];
      from: boolean;
      clause: Span;
    }
  | {
      kind: 'insert';
      table: SqlName;
      columns: string[];
      source?: SqlSource;
      onConflict: 'none' | 'nothing' | 'update';
    }
  /** `inner`: the statements that could be read inside the body, also those in `EXECUTE '…'`. */
  | { kind: 'do'; language: string; body: string; bodySpan: Span; inner: SqlStatement[] }
  | { kind: 'transaction'; action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'other' }
  | { kind: 'select' }
  | { kind: 'other'; node: string }
  | { kind: 'unparsed' };

/** `span`: from the first token to the last, without the semicolon and without comments around it. */
export type SqlStatement = { span: Span } & SqlAction;

export interface SqlComment {
  /** Text without the comment signs, trimmed. */
  text: string;
  span: Span;
  block: boolean;
  /** Nothing but blanks before it on its line. */
  ownLine: boolean;
}

export interface SqlProblem {
  message: string;
  span: Span;
}

export interface SqlFacts {
  kind: 'sql';
  /** In order; a data-changing `WITH` query comes as a statement of its own before the one that holds it. */
  statements: SqlStatement[];
  comments: SqlComment[];
  problems: SqlProblem[];
}
