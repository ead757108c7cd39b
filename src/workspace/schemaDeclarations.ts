/** The Zod objects that a file gives names to, and in which form: what two of them have to agree in to be the same. */
import { isSame } from '../base/equal.ts';
import { hashText } from '../base/hash.ts';
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { Derivation } from './derivation.ts';
import type { WorkspaceView } from './view.ts';
import { isZod } from './zodCalls.ts';

export interface DeclaredSchema {
  name: string;
  b: BindingId;
  /** Place of the name. */
  at: number;
  /** The function that declares it; 0 for the module. */
  fn: FunctionId;
  keys: string[];
  /** Hash of its keys with their checks, in no order, messages left out; undefined when something in it can't be compared. */
  form: string | undefined;
}

const BUILDS_OBJECT = /^(object|strictObject|looseObject)$/;

/** Named `z.object({ … })` schemas, refined or not, in order. */
export function declaredSchemas(facts: TsFacts): DeclaredSchema[] {
  const zod = new Set<BindingId>();
  for (const item of facts.imports)
    if (isZod(item.spec) && !item.typeOnly) for (const named of item.names) zod.add(named.b);
  if (zod.size === 0) return [];
  const out: DeclaredSchema[] = [];
  facts.functions.forEach((fn, id) =>
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s !== 'let') return;
        const binding = facts.bindings[step.b];
        const keys = keysOf(step.value, zod);
        if (!binding || binding.mutable || !keys) return;
        const form = formOf(step.value, zod);
        out.push({
          name: binding.name,
          b: step.b,
          at: binding.at,
          fn: id,
          keys,
          form: form === undefined ? undefined : hashText(form),
        });
      },
    }),
  );
  return out;
}

/** The same by file, kept: others with a schema of that form need not look again while it stays as it is. */
export const schemasDeclared: Derivation<readonly DeclaredSchema[]> = {
  name: 'schemasDeclared',
  compute: (workspace, file) => {
    const facts = workspace.tsFacts(file);
    return facts ? declaredSchemas(facts) : [];
  },
  equal: isSame,
};

/** A schema and the file that declares it. */
export interface SchemaInFile {
  file: FileId;
  schema: DeclaredSchema;
}

/** @returns the key of `schemasAlike` for schemas of a form in the application of a file */
export function alikeKey(workspace: Pick<WorkspaceView, 'app'>, file: FileId, form: string): string {
  return `${form}\n${workspace.app(file)?.root ?? ''}`;
}

/** Schemas of one form in one application: those made for validation first, then those that others may import, then by path. */
export const schemasAlike: Derivation<readonly SchemaInFile[]> = {
  name: 'schemasAlike',
  compute: (workspace, key) => {
    const [form = ''] = key.split('\n', 1);
    const ranked = workspace
      .declaringSchema(form)
      .filter((file) => alikeKey(workspace, file, form) === key)
      .flatMap((file) => {
        const schema = workspace.derived(schemasDeclared, file).find((one) => one.form === form);
        return schema ? [{ file, schema, rank: rankOf(workspace, file) }] : [];
      });
    return ranked
      .toSorted((a, b) => a.rank - b.rank || (a.file < b.file ? -1 : 1))
      .map(({ file, schema }) => ({ file, schema }));
  },
  equal: isSame,
};

function rankOf(workspace: WorkspaceView, file: FileId): number {
  if (workspace.conventions(file).validations?.(file) === true) return 0;
  const role = workspace.baseRole(file);
  return role === 'validation' ? 0 : role === 'other' || role === 'service' ? 1 : 2;
}

/** Keys of the object that a chain starts with. */
function keysOf(value: Value, zod: ReadonlySet<BindingId>): string[] | undefined {
  if (value.k !== 'call' || value.fn.k !== 'member') return undefined;
  const { fn, args } = value;
  if (fn.of.k === 'ref' && zod.has(fn.of.b)) {
    const [first] = args;
    if (!BUILDS_OBJECT.test(fn.name) || first?.k !== 'object') return undefined;
    return first.props.map((prop) => (prop.p === 'prop' ? prop.name : '…'));
  }
  // What is derived from a schema by a parse is no schema.
  return /parse|decode/i.test(fn.name) ? undefined : keysOf(fn.of, zod);
}

/** Methods whose texts are messages, not values. */
const SAYS_TEXT = /^(literal|enum|nativeEnum|default|prefault|catch|startsWith|endsWith|includes)$/;

function formOf(value: Value, zod: ReadonlySet<BindingId>): string | undefined {
  switch (value.k) {
    case 'lit':
      return JSON.stringify(value.v);
    case 'ref':
      return zod.has(value.b) ? 'z' : value.name;
    case 'member': {
      const of = formOf(value.of, zod);
      return of && `${of}.${value.name}`;
    }
    case 'array': {
      const items = value.items.map((item) => formOf(item, zod));
      return items.includes(undefined) ? undefined : `[${items.join()}]`;
    }
    case 'object': {
      const props = value.props.map((prop) => {
        const own = prop.p === 'computed' ? undefined : formOf(prop.value, zod);
        return own && (prop.p === 'prop' ? `${prop.name}:${own}` : `...${own}`);
      });
      return props.includes(undefined) ? undefined : `{${props.toSorted().join()}}`;
    }
    case 'call':
      return chainForm(value, zod);
    default:
      return undefined;
  }
}

/** `z.string().max(9).min(1, 'Required')` as `z.string().max(9).min(1)`, its checks sorted. */
function chainForm(value: Extract<Value, { k: 'call' }>, zod: ReadonlySet<BindingId>): string | undefined {
  const links: string[] = [];
  let at: Value = value;
  while (at.k === 'call' && at.fn.k === 'member') {
    const { fn, args }: { fn: Extract<Value, { k: 'member' }>; args: Value[] } = { fn: at.fn, args: at.args };
    const takesSchema =
      BUILDS_OBJECT.test(fn.name) || /^(extend|safeExtend|merge|pick|omit|partial|required)$/.test(fn.name);
    const meant = args.filter(
      (arg) =>
        takesSchema ||
        !(arg.k === 'object' || (arg.k === 'lit' && typeof arg.v === 'string' && !SAYS_TEXT.test(fn.name))),
    );
    const forms = meant.map((arg) => formOf(arg, zod));
    if (forms.includes(undefined)) return undefined;
    links.push(`${fn.name}(${forms.join()})`);
    at = fn.of;
  }
  // `make()()` is no chain of a schema.
  const root = at.k === 'call' ? undefined : formOf(at, zod);
  const base = links.pop();
  return root && base && `${root}.${base}.${links.toSorted().join('.')}`;
}
