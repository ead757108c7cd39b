/**
 * What one TypeScript/JavaScript file says: a small JSON-safe tree of the statements and expressions that matter for
 * reasoning about behaviour. Types are dropped, casts and parentheses are transparent, destructuring is lowered to
 * member reads. Facts say what the code says, not what a rule wants.
 *
 * Places are numbers: `at` is an index into the file's span table (`FileFacts.spans`), so that a moved line changes the
 * table and nothing else.
 */

/** Index into `TsFacts.bindings`; -1 is a name that the file doesn't declare (a global). */
export type BindingId = number;
/** Index into `TsFacts.functions`. Function 0 is the module body. */
export type FunctionId = number;

export type Value =
  | { k: 'lit'; v: string | number | boolean | null; at: number }
  | { k: 'ref'; name: string; b: BindingId; at: number }
  | { k: 'this'; at: number }
  /** `of.name`; `at` is the name's place, `all` the whole expression's; `opt` for `?.`. */
  | { k: 'member'; of: Value; name: string; at: number; all: number; opt?: true }
  | { k: 'index'; of: Value; key: Value; at: number; opt?: true }
  /** `at` is the whole call's place. */
  | { k: 'call'; fn: Value; args: Value[]; at: number; opt?: true }
  | { k: 'new'; fn: Value; args: Value[]; at: number }
  | { k: 'await'; of: Value; at: number }
  | { k: 'template'; texts: string[]; values: Value[]; at: number }
  | { k: 'tagged'; tag: Value; texts: string[]; values: Value[]; at: number }
  | { k: 'object'; props: Property[]; at: number }
  | { k: 'array'; items: Value[]; at: number }
  | { k: 'spread'; of: Value; at: number }
  | { k: 'function'; fn: FunctionId; at: number }
  | { k: 'class'; c: number; at: number }
  | { k: 'cond'; test: Value; then: Value; else: Value; at: number }
  | { k: 'logic'; op: '&&' | '||' | '??'; left: Value; right: Value; at: number }
  | { k: 'binary'; op: string; left: Value; right: Value; at: number }
  | { k: 'unary'; op: string; of: Value; at: number }
  | { k: 'assign'; op: string; target: Value; value: Value; at: number }
  /** The rest of a destructured object: `of` without the named keys. */
  | { k: 'rest'; of: Value; omit: string[]; at: number }
  /** `import('x')` or `require('x')`. */
  | { k: 'import'; spec: string; at: number }
  | { k: 'jsx'; tag: string; tagRef?: Value; props: Property[]; children: Value[]; at: number }
  /** An expression with no meaning of its own here; its parts are still evaluated in order. */
  | { k: 'other'; parts: Value[]; at: number };

export type Property =
  | { p: 'prop'; name: string; value: Value; at: number; short?: true }
  | { p: 'computed'; key: Value; value: Value; at: number }
  | { p: 'spread'; value: Value; at: number };

export type Step =
  | { s: 'expr'; value: Value; at: number }
  /** Gives a binding its value: a declaration with an initialiser, or a lowered piece of a destructuring pattern. */
  | { s: 'let'; b: BindingId; value: Value; at: number }
  | { s: 'if'; test: Value; then: Step[]; else: Step[] | undefined; at: number }
  | { s: 'return'; value: Value | undefined; at: number }
  | { s: 'throw'; value: Value; at: number }
  | {
      s: 'try';
      body: Step[];
      handler: CatchClause | undefined;
      finally: Step[] | undefined;
      at: number;
    }
  | {
      s: 'loop';
      kind: 'for' | 'of' | 'in' | 'while' | 'do';
      head: Step[];
      test: Value | undefined;
      body: Step[];
      at: number;
    }
  | { s: 'switch'; on: Value; cases: { test: Value | undefined; body: Step[] }[]; at: number }
  | { s: 'break' | 'continue'; at: number };

export interface CatchClause {
  /** Binding of the caught error; undefined for `catch {`. */
  b: BindingId | undefined;
  /** Further bindings when the parameter is a pattern are lowered into the body. */
  body: Step[];
  /** Place of the `catch` keyword. */
  at: number;
  /** Place of the block with its braces. */
  block: number;
  /** Text of the first comment of the block itself (not of blocks inside it). */
  comment: string | undefined;
}

export interface Binding {
  name: string;
  kind: 'import' | 'const' | 'let' | 'param' | 'function' | 'class' | 'catch' | 'enum' | 'temp';
  /** The function that declares it. */
  fn: FunctionId;
  at: number;
  /** The function or class that the name declares. */
  f?: FunctionId;
  c?: number;
  /** Declared type as written, when it is short. */
  type?: string;
  /** Assigned again after its declaration. */
  mutable?: true;
  /** A parameter with a `?`. */
  optional?: true;
}

export interface FunctionFacts {
  name: string;
  kind: 'module' | 'function' | 'arrow' | 'method' | 'constructor' | 'getter' | 'setter';
  /** Place of the name, or of the keyword/first token when it has none. */
  at: number;
  /** Place of the whole function. */
  all: number;
  parent: FunctionId;
  async: boolean;
  generator: boolean;
  /** `'use server'`, `'use cache'`… inside the body. */
  directives: string[];
  /** One binding per parameter; a rest parameter is the last one when `rest`. */
  params: BindingId[];
  rest: boolean;
  /** Index of the class it is a member of. */
  cls?: number;
  body: Step[];
  /** Place of the body (block or expression). */
  bodyAt: number;
  /** JSDoc right before it: the first sentence, and its tags' names. */
  doc?: { text: string; tags: string[] };
  /** The comment that explains a body with nothing in it but at most a constant: `.catch(() => {}) // best effort`. */
  comment?: string;
  returnType?: string;
}

export interface ClassFacts {
  name: string;
  at: number;
  extends: Value | undefined;
  /** Methods by name. */
  methods: { name: string; fn: FunctionId; static: boolean }[];
  /** Fields with an initialiser, and constructor parameter properties (as `param` reads of the constructor). */
  fields: { name: string; value: Value | undefined; static: boolean; type?: string; at: number }[];
}

export interface ImportFacts {
  spec: string;
  /** Place of the specifier's text with quotes. */
  at: number;
  typeOnly: boolean;
  names: { imported: string; b: BindingId; typeOnly: boolean; at: number }[];
}

export type ExportFacts =
  | { e: 'local'; name: string; b: BindingId; at: number }
  | { e: 'value'; name: string; value: Value; at: number }
  | { e: 'from'; name: string; imported: string; spec: string; at: number; typeOnly: boolean }
  | { e: 'star'; spec: string; as: string | undefined; at: number; typeOnly: boolean };

/** A `declare module 'x'` block. */
export interface Augmentation {
  module: string;
  /** Place of the module's name with quotes. */
  at: number;
  interfaces: AugmentedInterface[];
}

export interface AugmentedInterface {
  name: string;
  members: AugmentedMember[];
  /** Extends something that the file doesn't show. */
  open?: true;
}

export interface AugmentedMember {
  name: string;
  at: number;
  /** Names of the fields of its object type; absent when the file doesn't show them all. */
  fields?: string[];
}

export interface TsFacts {
  kind: 'ts';
  jsx: boolean;
  directives: string[];
  imports: ImportFacts[];
  exports: ExportFacts[];
  bindings: Binding[];
  functions: FunctionFacts[];
  classes: ClassFacts[];
  /** `declare module 'x'` blocks. */
  augments: Augmentation[];
  /**
   * Types that the file declares at its top and that may be of values of another one: they name something that is imported, or another
   * of these. An interface comes as what it extends and its members, `Base & { order: Order }`.
   */
  types: { name: string; text: string }[];
  /** Offset right after the last top-level import (or the directives, or 0) as a place. */
  importsEnd: number;
}
