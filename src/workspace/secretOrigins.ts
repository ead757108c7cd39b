/** Secrets by what is known of a value: its column, its schema, its declared type, where it comes from. */
import type { FileId } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import type { Abs } from './abs.ts';
import { isSecretCookie, isSecretHeader, isSecretVariable, secretByName } from './secretNames.ts';
import { secretColumns, secretKindIn } from './secretColumns.ts';
import type { WorkspaceView } from './view.ts';
import type { ZodShape } from './zodShape.ts';

export interface Secret {
  /** `value`: one text; `row`, `input`, `session`, `request`, `environment`: an object that holds secrets. */
  kind: 'value' | 'row' | 'input' | 'session' | 'request' | 'environment';
  /** In words, for a message: `a password`, `rows of User with …`. */
  what: string;
  /** Shown by a schema, a type, an origin or a name that has no other meaning. */
  sure: boolean;
}

/** Models whose `token` opens something. */
const ONE_TIME = /token$|invit|reset|verification|magic|session$|confirmation|api_?key$/i;

/** A column of a row: the schema alone decides. `null` when it is an ordinary one, undefined when the schema doesn't know it. */
export function judgeRow(
  view: WorkspaceView,
  file: FileId,
  row: Extract<Abs, { k: 'row' }>,
): Secret | null | undefined {
  const schema = view.schema(file);
  const [name, ...rest] = row.path;
  if (!schema || name === undefined) return undefined;
  let model = schema.modelOf(row.model);
  let column = name;
  for (const step of rest) {
    model = model && schema.relationTarget(model.name, column);
    column = step;
  }
  const field = model?.fields.find((candidate) => candidate.name === column);
  if (!model || !field) return undefined;
  const kind = secretKindIn(view, file, model, field);
  if (kind === undefined && !(column === 'token' && field.type === 'String' && ONE_TIME.test(model.name)))
    return null;
  const what =
    kind === 'password'
      ? `the secret column \`${column}\` of ${model.name}`
      : `\`${column}\` of ${model.name}`;
  return { kind: 'value', what, sure: true };
}

/** Secrets by origin: cookies, headers, the environment, the session. `null` for what surely is none. */
export function judgeOrigin(abs: Abs): Secret | null | undefined {
  switch (abs.k) {
    case 'session':
      return judgeSession(abs.path);
    case 'origin':
      if (abs.o === 'cookie') return judgeCookies(abs.path);
      return abs.o === 'header' ? judgeHeaders(abs.path) : undefined;
    case 'param': {
      const [first, ...rest] = abs.path;
      if (first === 'headers') return judgeHeaders(rest);
      return first === 'cookies' ? judgeCookies(rest) : undefined;
    }
    case 'global':
      return abs.path[0] === 'process' && abs.path[1] === 'env'
        ? judgeEnvironment(abs.path.slice(2))
        : undefined;
    case 'made':
      return abs.spec.startsWith('@t3-oss/env') ? judgeEnvironment(abs.path) : undefined;
    default:
      return undefined;
  }
}

function judgeSession(path: readonly string[]): Secret | null {
  const last = path.at(-1);
  if (last === undefined) return { kind: 'session', what: 'the whole session', sure: false };
  const name = path.length < 4 ? secretByName(last) : undefined;
  return name ? { kind: 'value', what: `${name} of the session`, sure: true } : null;
}

function judgeCookies(path: readonly string[]): Secret | null | undefined {
  if (path.length === 0 || /^(getAll|toString)$/.test(path[0] ?? ''))
    return { kind: 'request', what: 'all cookies of the caller', sure: true };
  const [get, name, value, ...rest] = path;
  if (get !== 'get' || name === undefined || rest.length > 0 || (value !== undefined && value !== 'value'))
    return null;
  return isSecretCookie(name) ? { kind: 'value', what: `the cookie \`${name}\``, sure: true } : null;
}

function judgeHeaders(path: readonly string[]): Secret | null | undefined {
  if (path.length === 0 || /^(entries|values|toJSON)$/.test(path[0] ?? ''))
    return {
      kind: 'request',
      what: 'all headers of the request, the cookies and the authorization among them',
      sure: true,
    };
  const name = path[0] === 'get' ? path[1] : path[0];
  if (name === undefined || path.length > (path[0] === 'get' ? 2 : 1)) return null;
  return isSecretHeader(name) ? { kind: 'value', what: `the header \`${name}\``, sure: true } : null;
}

function judgeEnvironment(path: readonly string[]): Secret | null {
  const [name, ...rest] = path;
  if (name === undefined) return { kind: 'environment', what: 'the whole environment', sure: true };
  return rest.length === 0 && isSecretVariable(name)
    ? { kind: 'value', what: `the variable ${name}`, sure: true }
    : null;
}

/** What came out of a schema: a part of it by its own name, a whole object by its keys. */
export function objectSecrets(
  parsed: Extract<Abs, { k: 'parsed' }>,
  name: string,
): Secret | null | undefined {
  const { shape, of } = parsed;
  const whole = judgeOrigin(of);
  if (whole) return whole.kind === 'environment' || shape.t !== 'object' ? whole : undefined;
  if (shape.t === 'object') {
    const keys = secretKeys(shape);
    return keys.length > 0 ? { kind: 'input', what: `\`${keys.join('`, `')}\``, sure: true } : null;
  }
  if (!/^(string|any|unknown|union)$/.test(shape.t)) return null;
  const sure = secretByName(name);
  return sure ? { kind: 'value', what: sure, sure: true } : undefined;
}

/** Keys of a schema whose texts are secrets. */
export function secretKeys(shape: ZodShape): string[] {
  return Object.entries(shape.props ?? {})
    .filter(([key, part]) => secretByName(key) !== undefined && /^(string|any|unknown|union)$/.test(part.t))
    .map(([key]) => key);
}

/** A variable that is declared to hold a whole row: `user: User` of the generated client. */
export function typedRow(
  view: WorkspaceView,
  file: FileId,
  facts: TsFacts,
  type: string,
): Secret | undefined {
  const name = /^(?:Prisma\.)?(\w+)(?:\[\])?(?: \| (?:null|undefined))*$/.exec(type)?.[1];
  const model = name === undefined ? undefined : view.schema(file)?.model(name);
  if (!model) return undefined;
  const comes = facts.imports.find(({ names }) => names.some(({ b }) => facts.bindings[b]?.name === name));
  if (!comes || !(/prisma|generated/i.test(comes.spec) || view.target(file, comes.spec).t === 'generated'))
    return undefined;
  const columns = secretColumns(view, file, model).map((field) => field.name);
  if (columns.length > 0)
    return { kind: 'row', what: `rows of ${model.name} with \`${columns.join('`, `')}\``, sure: true };
  return model === view.schema(file)?.userModel
    ? { kind: 'row', what: `whole rows of ${model.name}, mail addresses and all,`, sure: false }
    : undefined;
}
