/** Texts that a role of the session is compared with, and that its enum doesn't have. */
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { valuesOf } from '../../facts/valueIndex.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { SetField } from '../../workspace/authCallbacks.ts';
import type { AuthSetup } from '../../workspace/authConfig.ts';
import type { SessionTracer } from '../../workspace/sessionReads.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export interface RoleLiteral {
  at: number;
  text: string;
  enumName: string;
  values: string[];
}

interface RoleEnum {
  name: string;
  /** Names, and what they are mapped to in the database. */
  all: Set<string>;
  values: string[];
}

/** Only where the session has the column as it is: a callback that changes the text may give any. */
export function roleLiterals(
  view: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  tracer: SessionTracer,
  setups: readonly AuthSetup[],
): RoleLiteral[] {
  const enums = new Map<string, RoleEnum | undefined>();
  const enumOf = (value: Value): RoleEnum | undefined => {
    const path = tracer.trace(value);
    if (path?.[0] !== 'user' || path.length !== 2) return undefined;
    const name = path[1] ?? '';
    if (!enums.has(name)) enums.set(name, columnEnum(view, file, name, setups));
    return enums.get(name);
  };
  const out: RoleLiteral[] = [];
  const compare = (role: Value, other: Value): void => {
    const known = other.k === 'lit' && typeof other.v === 'string' ? enumOf(role) : undefined;
    if (known && other.k === 'lit' && !known.all.has(String(other.v)))
      out.push({ at: other.at, text: String(other.v), enumName: known.name, values: known.values });
  };
  for (const { op, left, right } of valuesOf(facts, 'binary')) {
    if (!/^[!=]==?$/.test(op)) continue;
    compare(left, right);
    compare(right, left);
  }
  for (const { fn, args } of valuesOf(facts, 'call')) {
    const [role] = args;
    if (fn.k !== 'member' || fn.name !== 'includes' || !role || fn.of.k !== 'array') continue;
    for (const item of fn.of.items) compare(role, item);
  }
  for (const { body } of facts.functions)
    visitSteps(body, {
      step: (step) => {
        if (step.s === 'switch') for (const { test } of step.cases) if (test) compare(step.on, test);
      },
    });
  return out;
}

function columnEnum(
  view: WorkspaceView,
  file: FileId,
  name: string,
  setups: readonly AuthSetup[],
): RoleEnum | undefined {
  const schema = view.schema(setups[0]?.file ?? file) ?? view.schema(file);
  const field = schema?.userModel && schema.field(schema.userModel.name, name);
  const found = field && !field.list ? schema?.enum(field.type) : undefined;
  if (!found || !setups.every((setup) => isUnchanged(setup, name))) return undefined;
  return {
    name: found.name,
    values: found.values.map((value) => value.name),
    all: new Set(found.values.flatMap((value) => [value.name, value.dbName ?? value.name])),
  };
}

function isUnchanged({ session, jwt, strategy }: AuthSetup, name: string): boolean {
  if (typeof session === 'string' || session.open) return false;
  const sets = session.sets.get(`user.${name}`);
  if (!sets) return strategy === 'database' && session.passes && session.takes.length === 0;
  const isColumn = (field: SetField): boolean =>
    field.read?.name === name && field.from?.[0] !== 'token' && field.from?.[0] !== 'session';
  return sets.every((field) => {
    if (isColumn(field)) return true;
    if (field.from?.join('.') !== `token.${name}` || typeof jwt === 'string' || jwt.open) return false;
    const tokens = jwt.sets.get(name);
    return tokens !== undefined && tokens.every(isColumn);
  });
}
