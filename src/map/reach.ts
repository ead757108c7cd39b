/** What an entry's own code calls: services, schemas that parse its input, paths it revalidates. Looked up, not run. */
import type { FileId } from '../base/path.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesIn, valuesOf } from '../facts/valueIndex.ts';
import { visitSteps, visitValue } from '../facts/visit.ts';
import { selfOf } from '../workspace/selfValue.ts';
import { functionKey, parseFunctionKey } from '../workspace/summary.ts';
import { initialValue } from '../workspace/initialValue.ts';
import { choicesOf } from '../workspace/abs.ts';
import type { Abs, FunctionKey } from '../workspace/abs.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { libraryWriteOf } from './libraryWrites.ts';
import type { LibraryWrite } from './libraryWrites.ts';
import { declarationSite, resolve, withInner } from './symbols.ts';
import { isForeign } from './foreign.ts';
import type { Surroundings } from './foreign.ts';
import type { TsFileFacts } from './symbols.ts';

/** A schema by the place that exports it; without a file when it is written in place. */
export interface SchemaUse {
  name: string;
  /** `undefined`: could not be followed. */
  file: FileId | undefined;
}

export interface Reach {
  /** Functions called, in order, that `stop` named. */
  stops: Set<FunctionKey>;
  /** All functions that were looked into. */
  seen: Set<FunctionKey>;
  schemas: SchemaUse[];
  revalidates: Set<string>;
  libraryWrites: LibraryWrite[];
}

const MAX_FUNCTIONS = 150;

const PARSES = /^(safe)?parse(Async)?$/i;

/**
 * @param start functions to begin with
 * @param values expressions to look through as well (a wrapper around a handler)
 * @param stop functions that are noted instead of being looked into
 */
export function reachFrom(
  workspace: Workspace,
  start: readonly FunctionKey[],
  values: readonly { file: FileId; value: Value }[],
  stop: (key: FunctionKey) => boolean,
): Reach {
  const reach: Reach = {
    stops: new Set(),
    seen: new Set(),
    schemas: [],
    revalidates: new Set(),
    libraryWrites: [],
  };
  const todo: Step[] = start.map((key) => ({ key, by: undefined }));
  const first = new Set(start);
  const enter: Enter = (key, by) => {
    if (first.has(key) || !stop(key)) {
      todo.push({ key, by });
      return;
    }
    reach.stops.add(key);
    // `return createPost(request)`: what came in is handed on as it is, and parsed there.
    if (by && by.args.some((arg) => isParameter(by.from, arg, first)))
      todo.push({ key, by, isHandedOn: true });
  };
  /** Inside of what a service does, services are no steps of the entry. */
  const enterWithin: Enter = (key, by) => {
    if (!stop(key)) todo.push({ key, by, isHandedOn: true });
  };
  for (const { file, value } of values) {
    const facts = factsOf(workspace, file);
    if (facts)
      visitValue(value, (part) => {
        note(workspace, { file, facts }, part, reach, enter);
      });
  }
  /** Functions that parse what one caller hands over that is no input: another may hand over what is. */
  const again = new Map<FunctionKey, number>();
  for (let step = todo.shift(); step && reach.seen.size < MAX_FUNCTIONS; step = todo.shift()) {
    const { key, by } = step;
    const visits = again.get(key);
    if (reach.seen.has(key) && (visits === undefined || visits >= MAX_VISITS)) continue;
    reach.seen.add(key);
    again.delete(key);
    const { file, fn } = parseFunctionKey(key);
    const facts = factsOf(workspace, file);
    if (!facts?.functions[fn]) continue;
    const onward = step.isHandedOn ? enterWithin : enter;
    const self = selfOf(file, facts, fn, (of, b) => workspace.moduleValue(of, b));
    const at: Surroundings = { file, facts, ...(by ? { call: { fn, ...by } } : {}) };
    let hasPassed = false;
    /** Calls that parse no input. */
    const passed = new Set<Value>();
    for (const id of called(facts, fn))
      visitSteps(facts.functions[id]?.body ?? [], {
        step: (inner) => {
          // `isEmail(text)`: a helper that only tells whether a value would do.
          if (by && inner.s === 'return' && inner.value?.k === 'member' && inner.value.name === 'success')
            passed.add(inner.value.of);
        },
        value: (part) => {
          if (passed.has(part)) return;
          // `Response.json(postSchema.parse(post))`: what goes out is parsed, not what came in.
          if (part.k === 'call' && part.fn.k === 'member' && /^(json|send)$/.test(part.fn.name))
            for (const arg of part.args)
              if (arg.k === 'call' && arg.fn.k === 'member' && PARSES.test(arg.fn.name)) passed.add(arg);
          hasPassed = note(workspace, at, part, reach, onward, self) || hasPassed;
        },
      });
    if (hasPassed) again.set(key, (visits ?? 0) + 1);
  }
  return reach;
}

type By = Omit<NonNullable<Surroundings['call']>, 'fn'>;
type Enter = (key: FunctionKey, by?: By) => void;

/** A function to look into, and the call that leads there. */
interface Step {
  key: FunctionKey;
  by: By | undefined;
  /** A service that is handed what came in, or something that it calls. */
  isHandedOn?: true;
}

/** Whether a value is a parameter of one of some functions, as it is. */
function isParameter({ file, facts }: Surroundings, value: Value, of: ReadonlySet<FunctionKey>): boolean {
  const binding = value.k === 'ref' ? facts.bindings[value.b] : undefined;
  return (
    value.k === 'ref' &&
    binding !== undefined &&
    of.has(functionKey(file, binding.fn)) &&
    facts.functions[binding.fn]?.params.includes(value.b) === true
  );
}

/** How often a function is looked into for the sake of what it is given. */
const MAX_VISITS = 3;

/** Options of a sign-in library whose functions it calls at a sign-in, not who asks it for the session. */
const LATER = new Set(['callbacks', 'events', 'providers', 'adapter', 'logger']);

/** A function and those written inside it, but for what it hands to a sign-in library to be called another time. */
function called(facts: TsFileFacts, fn: number): number[] {
  const inner = withInner(facts, fn);
  if (!facts.imports.some(({ spec }) => /^(next-auth|@auth)(\/|$)/.test(spec))) return inner;
  const later = new Set<number>();
  for (const object of valuesOf(facts, 'object'))
    for (const property of object.props)
      if (property.p === 'prop' && LATER.has(property.name))
        visitValue(property.value, (part) => {
          if (part.k === 'function') for (const id of withInner(facts, part.fn)) later.add(id);
        });
  return inner.filter((id) => !later.has(id));
}

function factsOf(workspace: Workspace, file: FileId): TsFileFacts | undefined {
  const facts = workspace.facts(file);
  return facts?.kind === 'ts' ? facts : undefined;
}

/** @returns whether a schema was passed over, since what it parses is no input as far as this call goes */
function note(
  workspace: Workspace,
  at: Surroundings,
  value: Value,
  reach: Reach,
  enter: Enter,
  self?: Abs,
): boolean {
  const { file, facts } = at;
  if (value.k === 'jsx' && value.tagRef) {
    const component = resolve(workspace, file, facts, value.tagRef);
    if (component?.k === 'closure' && workspace.role(component.file) !== 'client')
      enter(functionKey(component.file, component.fn));
    return false;
  }
  if (value.k !== 'call') return false;
  const { fn } = value;
  const [parsed] = value.args;
  let hasPassed = false;
  if (fn.k === 'member' && PARSES.test(fn.name)) {
    hasPassed = parsed !== undefined && isForeign(workspace, at, parsed);
    if (!hasPassed) noteSchema(workspace, file, facts, fn.of, reach);
  }
  if (fn.k === 'member' && /^(input|inputSchema|schema|bindArgsSchemas|stateAction)$/.test(fn.name)) {
    const [schema] = value.args;
    if (schema) noteSchema(workspace, file, facts, schema, reach);
  }
  // `procedure.use(async ({ next }) => …)`: what a middleware does is done for everything built on it.
  if (fn.k === 'member' && fn.name === 'use')
    for (const arg of value.args)
      for (const key of middlewareOf(resolve(workspace, file, facts, arg))) enter(key);
  const written = libraryWriteOf(workspace, file, facts, fn);
  if (written) reach.libraryWrites.push(written);
  const callee = resolve(workspace, file, facts, fn, self) ?? oneOfTable(workspace, file, facts, fn);
  // An action that a route or another action calls.
  if (callee?.k === 'procedure') for (const key of middlewareOf(callee)) enter(key);
  for (const choice of (callee && choicesOf(callee, 'closure')) ?? [])
    if (choice.k === 'closure') enter(functionKey(choice.file, choice.fn), { args: value.args, from: at });
  if (callee?.k === 'closure') {
    for (const schema of handedSchemas(workspace, callee, value.args))
      noteSchema(workspace, file, facts, schema, reach);
    enter(functionKey(callee.file, callee.fn), { args: value.args, from: at });
  } else if (callee?.k === 'package' && callee.spec === 'next/cache')
    noteRevalidation(workspace, file, facts, callee.path.at(-1) ?? '', value.args[0], reach);
  else if (
    callee?.k === 'package' &&
    callee.spec === '@hono/zod-openapi' &&
    callee.path.at(-1) === 'createRoute'
  )
    for (const schema of requestSchemas(parsed)) noteSchema(workspace, file, facts, schema, reach);
  else if (callee?.k === 'package' && /validator$/i.test(callee.path.at(-1) ?? '') && value.args[1])
    noteSchema(workspace, file, facts, value.args[1], reach);
  return hasPassed;
}

/** One of the functions in a table: `handlers[key]`, at once or as a constant. */
function oneOfTable(workspace: Workspace, file: FileId, facts: TsFileFacts, value: Value): Abs | undefined {
  const binding = value.k === 'ref' ? facts.bindings[value.b] : undefined;
  const owner = binding && binding.fn !== 0 && !binding.mutable ? facts.functions[binding.fn] : undefined;
  const read = value.k === 'ref' && owner ? initialValue(owner.body, value.b) : value;
  const table = read?.k === 'index' ? resolve(workspace, file, facts, read.of) : undefined;
  return table?.k === 'object' ? { k: 'unknown', from: Object.values(table.props) } : undefined;
}

/** The functions of a middleware: itself, or those that `middleware(async (…) => …)` was made of. */
function middlewareOf(value: Abs | undefined): FunctionKey[] {
  if (value?.k === 'closure') return [functionKey(value.file, value.fn)];
  return value?.k === 'procedure' ? [...value.uses, value.handler].flatMap(middlewareOf) : [];
}

const SCHEMA_LIBRARY = /^(zod|valibot|yup|arktype|joi|superstruct|@sinclair\/typebox|zod-form-data)(\/|$)/;

/** Whether a value was made by a library of schemas. */
export function isSchemaLibrary(spec: string): boolean {
  return SCHEMA_LIBRARY.test(spec);
}

/** `import { z } from '@hono/zod-openapi'`: zod, with a method more. */
function isZodOfHono(spec: string, imported: string): boolean {
  return spec === '@hono/zod-openapi' && imported === 'z';
}

/** Whether a value is a schema of input. */
export function isSchema(value: Abs): boolean {
  return (
    value.k === 'schema' || (value.k === 'made' && isSchemaLibrary(value.spec) && value.name !== 'parse')
  );
}

function noteSchema(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  value: Value,
  reach: Reach,
): void {
  if (isWrittenHere(facts, value)) {
    if (!reach.schemas.some((schema) => schema.name === INLINE))
      reach.schemas.push({ name: INLINE, file: undefined });
    return;
  }
  // `noteSchema.partial()` is made of a schema that has a name.
  if (value.k === 'call' && value.fn.k === 'member') {
    noteSchema(workspace, file, facts, value.fn.of, reach);
    return;
  }
  // `listOf(noteSchema)`: a function of the project makes a schema of another.
  if (value.k === 'call') {
    for (const arg of value.args) {
      const given = resolve(workspace, file, facts, arg);
      if (isWrittenHere(facts, arg) || (given && isSchema(given)))
        noteSchema(workspace, file, facts, arg, reach);
    }
    return;
  }
  // What a parameter is, the caller says.
  if (handedBy(facts, value)) return;
  const name = value.k === 'ref' || value.k === 'member' ? value.name : undefined;
  if (name === undefined || name === 'JSON' || name === 'Date') return;
  const resolved = resolve(workspace, file, facts, value);
  if (resolved && !isSchema(resolved)) return;
  if (!resolved && !/schema|input|validat/i.test(name)) return;
  const origin = originOf(workspace, file, facts, value);
  if (!reach.schemas.some((schema) => schema.name === name && schema.file === origin))
    reach.schemas.push({ name, file: origin });
}

/** What a schema is called that has no name: `z.object({ … }).parse(input)`. */
const INLINE = 'inline';

/** Whether an expression makes a schema: a chain of calls that begins with an import of a library of schemas. */
function isWrittenHere(facts: TsFileFacts, value: Value): boolean {
  if (value.k !== 'call') return false;
  let root: Value = value;
  while (root.k === 'call' || root.k === 'member') root = root.k === 'call' ? root.fn : root.of;
  const b = root.k === 'ref' ? root.b : -1;
  return facts.imports.some(({ spec, names }) =>
    names.some((named) => named.b === b && (isSchemaLibrary(spec) || isZodOfHono(spec, named.imported))),
  );
}

/** A value that a caller hands over: the number of the parameter, and the property where that is an object. */
interface Handed {
  fn: number;
  parameter: number;
  property: string | undefined;
}

function handedBy(facts: TsFileFacts, value: Value): Handed | undefined {
  if (value.k === 'member') {
    const of = handedBy(facts, value.of);
    return of && of.property === undefined ? { ...of, property: value.name } : undefined;
  }
  const binding = value.k === 'ref' ? facts.bindings[value.b] : undefined;
  if (value.k !== 'ref' || !binding || binding.fn === 0) return undefined;
  const parameter = facts.functions[binding.fn]?.params.indexOf(value.b) ?? -1;
  if (parameter >= 0) return { fn: binding.fn, parameter, property: undefined };
  // `({ schema, handler })` is read into names of their own.
  let from: Value | undefined;
  visitSteps(facts.functions[binding.fn]?.body ?? [], {
    step: (step) => {
      if (step.s === 'let' && step.b === value.b) from ??= step.value;
    },
  });
  return from?.k === 'member' ? handedBy(facts, from) : undefined;
}

/** The arguments of a call that its callee, or a function made in it, parses with: `validate(postSchema, body)`. */
function handedSchemas(
  workspace: Workspace,
  callee: { file: FileId; fn: number },
  args: readonly Value[],
): Value[] {
  const facts = factsOf(workspace, callee.file);
  if (!facts || args.length === 0) return [];
  const out: Value[] = [];
  for (const id of withInner(facts, callee.fn))
    for (const call of callsIn(facts, id)) {
      if (call.fn.k !== 'member' || !PARSES.test(call.fn.name)) continue;
      const handed = handedBy(facts, call.fn.of);
      const arg = handed?.fn === callee.fn ? args[handed.parameter] : undefined;
      const value = handed?.property === undefined ? arg : propertyOf(arg, handed.property);
      if (value) out.push(value);
    }
  return out;
}

/** What `createRoute({ request: { params, query, body } })` parses a request with, before the handler gets it. */
function requestSchemas(options: Value | undefined): Value[] {
  const request = propertyOf(options, 'request');
  const content = propertyOf(propertyOf(request, 'body'), 'content');
  const bodies =
    content?.k === 'object'
      ? content.props.map((property) =>
          property.p === 'prop' ? propertyOf(property.value, 'schema') : undefined,
        )
      : [];
  return [
    ...['params', 'query', 'headers', 'cookies'].map((name) => propertyOf(request, name)),
    ...bodies,
  ].filter((schema) => schema !== undefined);
}

function callsIn(facts: TsFileFacts, id: number): readonly Extract<Value, { k: 'call' }>[] {
  const fn = facts.functions[id];
  return fn ? valuesIn(fn, 'call') : [];
}

function propertyOf(value: Value | undefined, name: string): Value | undefined {
  const found =
    value?.k === 'object'
      ? value.props.find((property) => property.p === 'prop' && property.name === name)
      : undefined;
  return found?.value;
}

/** The file that declares what a name or a namespace member leads to. */
function originOf(workspace: Workspace, file: FileId, facts: TsFileFacts, value: Value): FileId | undefined {
  if (value.k === 'member')
    return value.of.k === 'ref' ? originOf(workspace, file, facts, value.of) : undefined;
  return value.k === 'ref' ? declarationSite(workspace, file, facts, value.b)?.file : undefined;
}

function noteRevalidation(
  workspace: Workspace,
  file: FileId,
  facts: TsFileFacts,
  name: string,
  arg: Value | undefined,
  reach: Reach,
): void {
  const isTag = /^(revalidateTag|updateTag|expireTag|unstable_expireTag)$/.test(name);
  if (!isTag && !/^(revalidatePath|unstable_expirePath|expirePath)$/.test(name)) return;
  const known = arg && resolve(workspace, file, facts, arg);
  const text =
    arg?.k === 'lit'
      ? String(arg.v)
      : arg?.k === 'template'
        ? arg.texts.join('[…]')
        : known?.k === 'lit'
          ? String(known.v)
          : '…';
  reach.revalidates.add(isTag ? `tag:${text}` : text);
}
