/**
 * Secrets in the values of one file: by the column they come from, by what a schema or a type says they are, by their origin (cookies,
 * headers, environment, session), and last by their name.
 */
import type { FileId } from '../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import { awaited, UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { calleeName } from './calleeResolver.ts';
import type { CalleeResolver } from './calleeResolver.ts';
import { initialValue } from './initialValue.ts';
import { meaningOf } from './knowledge.ts';
import { refusedAnswers } from './refusedAnswers.ts';
import { judgeOrigin, judgeRow, objectSecrets, secretKeys, typedRow } from './secretOrigins.ts';
import type { Secret } from './secretOrigins.ts';
import { mayBeSecret, secretByName } from './secretNames.ts';
import { leaksIn, peopleIn } from './secretRows.ts';
import { functionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

/** A secret that a value holds or is put together from. */
export interface FoundSecret extends Secret {
  /** Place of the name. */
  at: number;
  /** As it is written: `user.password`. */
  text: string;
  /** The value is one text, not an object. */
  isWhole: boolean;
  /** Stands inside of a text that is put together. */
  inText: boolean;
}

type Named = Extract<Value, { k: 'ref' | 'member' | 'index' }>;
interface Around {
  fn: FunctionId;
  depth: number;
  /** The key that the value is put under, or what the text before it says it is. */
  hint: string | undefined;
  inText: boolean;
}

const MAX_DEPTH = 7;
/** Calls that give what they are given in another form. */
const SAME =
  /^(JSON\.stringify|String|(util\.)?inspect|structuredClone|(en|de)codeURI(Component)?|Object\.(entries|values|fromEntries|assign)|superjson\.(stringify|serialize)|Array\.from)$/;
const SAME_METHODS = /^(toString|trim|toJSON|entries|values|getAll|toLowerCase|toUpperCase|json|valueOf)$/;

/** Methods that give a part of a text. */
const CUTS = /^(split|slice|substring|substr|replace|replaceAll|at|pop|trim)$/;

export class SecretValues {
  private readonly resolver: CalleeResolver;
  private readonly view: WorkspaceView;
  private readonly file: FileId;
  private readonly facts: TsFacts;
  private reads: Map<BindingId, Set<string>> | undefined;
  private refused: ReadonlySet<number> | undefined;

  constructor(resolver: CalleeResolver, file: FileId, facts: TsFacts) {
    this.resolver = resolver;
    this.view = resolver.workspace;
    this.file = file;
    this.facts = facts;
  }

  /** The secrets in a value, through objects, texts, and calls that only change its form. What goes through any other call is somebody else's. */
  in(value: Value, fn: FunctionId): FoundSecret[] {
    return this.look(value, { fn, depth: 0, hint: undefined, inText: false });
  }

  private look(value: Value, around: Around): FoundSecret[] {
    if (around.depth > MAX_DEPTH) return [];
    const inner = (part: Value, change: Partial<Around> = {}): FoundSecret[] =>
      this.look(part, { ...around, depth: around.depth + 1, ...change });
    switch (value.k) {
      case 'template':
        return value.values.flatMap((part, i) =>
          inner(part, { inText: true, hint: hintOf(value.texts[i] ?? '') }),
        );
      case 'binary':
        return value.op === '+'
          ? [
              ...inner(value.left, { inText: true }),
              ...inner(value.right, {
                inText: true,
                hint: value.left.k === 'lit' ? hintOf(String(value.left.v)) : undefined,
              }),
            ]
          : [];
      case 'object':
        return value.props.flatMap((prop) =>
          inner(prop.value, { hint: prop.p === 'prop' && !prop.short ? prop.name : undefined }),
        );
      case 'array':
        return value.items.flatMap((item) => inner(item));
      case 'spread':
      case 'await':
        return inner(value.of);
      case 'cond':
        return [...inner(value.then), ...inner(value.else)];
      case 'logic':
        return value.op === '&&' ? inner(value.right) : [...inner(value.left), ...inner(value.right)];
      case 'call':
        return this.called(value, around, inner);
      case 'ref':
      case 'member':
      case 'index':
        return this.named(value, around);
      default:
        return [];
    }
  }

  private called(
    call: Extract<Value, { k: 'call' }>,
    around: Around,
    inner: (part: Value) => FoundSecret[],
  ): FoundSecret[] {
    const { fn } = call;
    const [first, second] = call.args;
    if (SAME.test(textOf(fn))) {
      // A replacer picks or masks.
      const isPicked =
        textOf(fn) === 'JSON.stringify' &&
        (second?.k === 'array' || second?.k === 'function' || second?.k === 'ref');
      return first && !isPicked ? inner(first) : [];
    }
    if (fn.k === 'member' && SAME_METHODS.test(fn.name) && call.args.length === 0) return inner(fn.of);
    const at = fn.k === 'member' || fn.k === 'ref' ? fn.at : call.at;
    const secret = this.ofCall(call, around.fn);
    return secret
      ? [{ ...secret, at, text: `${textOf(fn)}()`, isWhole: secret.kind !== 'value', inText: around.inText }]
      : [];
  }

  /** What a call gives, where that can be said: cookies, headers, the session, rows. */
  private ofCall(call: Extract<Value, { k: 'call' }>, fn: FunctionId): Secret | null | undefined {
    if (call.fn.k === 'member' && call.fn.name === 'get' && call.args[0]?.k === 'lit') {
      const key = String(call.args[0].v);
      const from = awaited(this.resolve(call.fn.of, fn));
      const byOrigin = judgeOrigin(withPath(from, ['get', key]));
      if (byOrigin !== undefined || from.k !== 'param') return byOrigin;
      // `formData.get('password')`, `searchParams.get('token')`
      const what = secretByName(key) ?? (from.path.includes('searchParams') ? mayBeSecret(key) : undefined);
      return what ? { kind: 'value', what, sure: true } : undefined;
    }
    const callee = this.resolve(call.fn, fn);
    const meaning = meaningOf(callee);
    if (meaning?.m === 'origin') return judgeOrigin({ k: 'origin', o: meaning.origin, path: [] });
    if (meaning?.m === 'session') return judgeOrigin({ k: 'session', path: [] });
    const { fn: name } = call;
    const query =
      name.k === 'member' ? this.view.queries(this.file).find(({ at }) => at === name.at) : undefined;
    if (query)
      return this.rowIn({
        k: 'row',
        model: query.model,
        many: false,
        path: [],
        query: { file: this.file, at: query.at },
      });
    const found = this.resolver.functionOf(callee);
    if (!found) return undefined;
    for (const { value } of this.view.summary(functionKey(found.file, found.fn)).outcomes) {
      const row = this.rowIn(value);
      if (row) return row;
    }
    return undefined;
  }

  private named(value: Named, around: Around): FoundSecret[] {
    const name = value.k === 'index' ? (value.key.k === 'lit' ? String(value.key.v) : '') : value.name;
    const { fn, inText } = around;
    const found = (secret: Secret | undefined, isWhole = secret?.kind !== 'value'): FoundSecret[] =>
      secret ? [{ ...secret, at: value.at, text: textOf(value), isWhole, inText }] : [];
    const binding = value.k === 'ref' && value.b >= 0 ? this.facts.bindings[value.b] : undefined;
    if (binding && (binding.kind === 'catch' || binding.f !== undefined || binding.c !== undefined))
      return [];
    const init = value.k === 'ref' && binding && !binding.mutable ? this.initOf(value.b) : undefined;
    if (init && BUILT.has(init.k))
      return this.look(init, { ...around, depth: around.depth + 1, hint: undefined }).map((inside) => ({
        ...inside,
        at: value.at,
        text: textOf(value),
        isWhole: init.k === 'object' || init.k === 'array',
      }));
    if (init?.k === 'rest') return found(this.ofRest(init, fn));
    const cut = mayBeSecret(name) ?? secretByName(name);
    const whole = cut === undefined || !init ? undefined : this.cutFrom(init);
    if (whole) {
      // `authorization.split(' ')[1]` is as good as the whole header.
      const secret = this.look(whole, { ...around, depth: around.depth + 1, hint: undefined }).find(
        ({ kind }) => kind === 'value',
      );
      if (secret) return found({ kind: 'value', what: secret.what, sure: secret.sure });
    }
    const abs = awaited(this.resolve(value, fn));
    const known = this.judge(abs, name);
    if (known !== undefined) return found(known ?? undefined);
    if (value.k === 'ref' && binding) {
      if (/^(boolean|number|bigint|Date|null|undefined|void)\b/.test(binding.type ?? '')) return [];
      if (isSessionType(this.facts, binding.type))
        return found(judgeOrigin({ k: 'session', path: [] }) ?? undefined);
      const row =
        binding.type === undefined ? undefined : typedRow(this.view, this.file, this.facts, binding.type);
      if (row) return found(row);
      this.refused ??= refusedAnswers(this.facts);
      const inside = this.refused.has(value.at) ? undefined : this.readFrom(value.b, name);
      if (inside) return found(inside);
    }
    return found(this.byName(value, name, around.hint, abs, init));
  }

  /** By what the value is: a secret, `null` for what surely is none, undefined where only the name is left. */
  private judge(abs: Abs, name: string): Secret | null | undefined {
    if (abs.k === 'variants') {
      for (const variant of abs.list) {
        const secret = this.judge(variant.value, name);
        if (secret) return secret;
      }
      return abs.list.some(({ value }) => value.k === 'row' || value.k === 'session') ? null : undefined;
    }
    if (abs.k === 'row')
      return abs.path.length > 0 ? judgeRow(this.view, this.file, abs) : (this.rowIn(abs) ?? null);
    if (abs.k === 'parsed') return objectSecrets(abs, name);
    if (abs.k === 'unknown' && abs.from) return this.rowIn(abs);
    if (abs.k === 'undef' || (abs.k === 'lit' && typeof abs.v !== 'string')) return null;
    if (abs.k === 'closure' || abs.k === 'class' || abs.k === 'instance' || abs.k === 'schema') return null;
    return judgeOrigin(abs);
  }

  /** A whole row with secret columns, or of a whole person. */
  private rowIn(value: Abs): Secret | undefined {
    const [leak] = leaksIn(this.view, this.file, value);
    if (leak)
      return {
        kind: 'row',
        what: `rows of ${leak.model} with \`${leak.columns.join('`, `')}\``,
        sure: true,
      };
    const people = peopleIn(this.view, this.file, value);
    return people === undefined
      ? undefined
      : { kind: 'row', what: `whole rows of ${people}, mail addresses and all,`, sure: false };
  }

  private ofRest(rest: Extract<Value, { k: 'rest' }>, fn: FunctionId): Secret | undefined {
    const of = awaited(this.resolve(rest.of, fn));
    const rows = of.k === 'variants' ? of.list.map((variant) => variant.value) : [of];
    for (const row of rows) {
      const [leak] = row.k === 'row' ? leaksIn(this.view, this.file, row) : [];
      const left = leak?.columns.filter((column) => !rest.omit.includes(column)) ?? [];
      if (leak && left.length > 0)
        return { kind: 'row', what: `rows of ${leak.model} with \`${left.join('`, `')}\``, sure: true };
      if (row.k !== 'parsed') continue;
      const keys = secretKeys(row.shape).filter((key) => !rest.omit.includes(key));
      if (keys.length > 0) return { kind: 'input', what: `\`${keys.join('`, `')}\``, sure: true };
    }
    return undefined;
  }

  private byName(
    value: Named,
    name: string,
    hint: string | undefined,
    abs: Abs,
    init: Value | undefined,
  ): Secret | undefined {
    const from = value.k === 'ref' ? init : value;
    const made = init?.k === 'await' ? init.of : init;
    if (
      made?.k === 'call' &&
      /^(is|has|can|check|compare|verify|validate|count|use)[A-Z_]|compare$/.test(calleeName(made.fn))
    )
      return undefined;
    const hinted = hint !== undefined && !MEASURES.test(name) ? secretByName(hint) : undefined;
    const sure = secretByName(name) ?? hinted;
    if (sure) return { kind: 'value', what: sure, sure: true };
    // A link that opens something for whoever has it.
    if (/^[?&](token|password|secret|jwt|api_?key)=$/i.test(hint ?? ''))
      return { kind: 'value', what: 'a token', sure: true };
    const likely = mayBeSecret(name);
    if (!likely) return undefined;
    const sent = abs.k === 'parsed' ? abs.of : abs;
    if (
      sent.k === 'param' &&
      sent.path.some((step) => step === 'get' || step === 'searchParams' || step === 'params')
    )
      return { kind: 'value', what: likely, sure: true };
    if (abs.k === 'made' && /jsonwebtoken|jose|crypto|nanoid|uuid|cuid/.test(abs.spec))
      return { kind: 'value', what: likely, sure: true };
    const isOwn = abs.k === 'made' && made?.k === 'call' && made.fn.k === 'ref';
    if (sent.k !== 'param' && sent.k !== 'origin' && abs.k !== 'unknown' && !isOwn) return undefined;
    // `coupon.token`: whose it is tells what it is.
    if (from?.k === 'member' && !isAboutAccess(textOf(from.of))) return undefined;
    return isAboutAccess(this.file) ||
      from?.k === 'member' ||
      isAboutAccess(made?.k === 'call' ? textOf(made.fn) : '')
      ? { kind: 'value', what: likely, sure: false }
      : undefined;
  }

  /** An object from which the file reads a secret, or that it parses as one with secrets. */
  private readFrom(b: BindingId, name: string): Secret | undefined {
    if (/error|issue|message|schema|field|label|rule|mock/i.test(name)) return undefined;
    this.reads ??= this.readsOfFile();
    const names = this.reads.get(b);
    return names && names.size > 0
      ? { kind: 'input', what: `\`${[...names].join('`, `')}\``, sure: true }
      : undefined;
  }

  private readsOfFile(): Map<BindingId, Set<string>> {
    const out = new Map<BindingId, Set<string>>();
    const cleared = new Set<string>();
    const note = (of: Value, name: string): void => {
      if (of.k !== 'ref' || of.b < 0 || this.facts.bindings[of.b]?.kind === 'import' || !secretByName(name))
        return;
      const names = out.get(of.b) ?? new Set();
      out.set(of.b, names.add(name));
    };
    visitFile(this.facts, (value) => {
      if (value.k === 'member') note(value.of, value.name);
      else if (value.k === 'assign' || (value.k === 'unary' && value.op === 'delete')) {
        const target = value.k === 'assign' ? value.target : value.of;
        if (target.k === 'member' && target.of.k === 'ref') cleared.add(`${target.of.b} ${target.name}`);
      } else if (value.k === 'call' && value.fn.k === 'member') {
        const [first] = value.args;
        if (value.fn.name === 'get' && first?.k === 'lit') note(value.fn.of, String(first.v));
        if (/^(safeP|p)arse(Async)?$/.test(value.fn.name) && first?.k === 'ref') {
          const schema = this.resolve(value.fn.of, 0);
          if (schema.k === 'schema') for (const key of secretKeys(schema.shape)) note(first, key);
        }
      }
    });
    for (const [b, names] of out)
      for (const name of names) if (cleared.has(`${b} ${name}`)) names.delete(name);
    return out;
  }

  /** The text that a part is cut from. */
  private cutFrom(value: Value, depth = 0): Value | undefined {
    if (depth > 4) return undefined;
    if (value.k === 'index') return this.cutFrom(value.of, depth + 1);
    if (value.k === 'ref' && this.facts.bindings[value.b]?.kind === 'temp') {
      const init = this.initOf(value.b);
      return init && this.cutFrom(init, depth + 1);
    }
    return value.k === 'call' && value.fn.k === 'member' && CUTS.test(value.fn.name)
      ? (this.cutFrom(value.fn.of, depth + 1) ?? value.fn.of)
      : undefined;
  }

  private initOf(b: BindingId): Value | undefined {
    const binding = this.facts.bindings[b];
    const owner = binding && binding.kind !== 'param' ? this.facts.functions[binding.fn] : undefined;
    return owner && initialValue(owner.body, b);
  }

  private resolve(value: Value, fn: FunctionId): Abs {
    if (value.k === 'await') return awaited(this.resolve(value.of, fn));
    if (value.k !== 'call') return this.resolver.resolve(this.file, this.facts, fn, value);
    const meaning = meaningOf(this.resolve(value.fn, fn));
    return meaning?.m === 'origin' ? { k: 'origin', o: meaning.origin, path: [] } : UNKNOWN;
  }
}

/** `{ resetTokens: deleted.count }`: about secrets, and none. */
const MEASURES = /^(count|length|size|total|exists|expires\w*|createdAt|updatedAt|status)$/;

/** `Session` and `JWT` of Auth.js. */
function isSessionType(facts: TsFacts, type: string | undefined): boolean {
  const name = /^(Session|JWT)( \| (null|undefined))*$/.exec(type ?? '')?.[1];
  return (
    name !== undefined &&
    facts.imports.some(
      ({ spec, names }) => spec.startsWith('next-auth') && names.some(({ imported }) => imported === name),
    )
  );
}

/** Values that a constant is put together from where it is declared: what they are made of decides. */
const BUILT: ReadonlySet<Value['k']> = new Set([
  'template',
  'binary',
  'object',
  'array',
  'cond',
  'logic',
  'lit',
  'unary',
  'new',
  'function',
]);

/** `?token=` and `password=` say what comes next. */
function hintOf(text: string): string | undefined {
  return /[?&]\w+=$/.exec(text)?.[0] ?? /\b(password|secret)\s*[:=]\s*$/i.exec(text)?.[1];
}

function isAboutAccess(text: string): boolean {
  return /auth|token|verif|reset|session|account|login|log-in|sign-?(in|up)|credential|jwt|invit|password|magic|mail/i.test(
    text,
  );
}

function withPath(abs: Abs, path: readonly string[]): Abs {
  return abs.k === 'origin' || abs.k === 'param' ? { ...abs, path: [...abs.path, ...path] } : UNKNOWN;
}

/** An expression as it is written, as far as it is made of names. */
function textOf(value: Value): string {
  switch (value.k) {
    case 'ref':
      return value.name;
    case 'this':
      return 'this';
    case 'member': {
      const of = textOf(value.of);
      return of === '' ? value.name : `${of}.${value.name}`;
    }
    case 'index':
      return textOf(value.of);
    case 'await':
      return textOf(value.of);
    case 'call':
      return `${textOf(value.fn)}()`;
    default:
      return '';
  }
}
