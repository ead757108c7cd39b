/**
 * Whether a handler that touches no data answers everybody who calls it. Told from all the code that it may run, whatever the path: code
 * that never looks at who calls, never speaks of refusing and calls nothing that is not known can't keep anybody out.
 */
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile, visitSteps, visitValue } from '../facts/visit.ts';
import { UNKNOWN } from './abs.ts';
import type { Abs, FunctionKey } from './abs.ts';
import { CalleeResolver } from './calleeResolver.ts';
import { isLogCall, isReporterPackage } from './logging.ts';
import { functionKey, parseFunctionKey } from './summary.ts';
import type { WorkspaceView } from './view.ts';

export interface Reception {
  /** Nothing that it may run keeps anybody out. */
  open: boolean;
  /** Nothing of the project does, but it calls these packages, which nobody looked into. */
  through: string[];
}

const MAX_FUNCTIONS = 120;
const MAX_DEPTH = 3;

/** What the code behind an exported value does with those who call it. */
export function receptionOf(
  workspace: WorkspaceView,
  value: Abs,
  handler: FunctionKey | undefined,
): Reception {
  const scan = new Scan(workspace, value.k === 'closure' ? (value.bind ?? {}) : {});
  scan.take(value, 0);
  if (handler !== undefined) scan.enter(handler);
  return scan.run();
}

/** Nothing of the platform knows who calls but these. */
const CLOSED_GLOBALS = /^(globalThis|global|require|eval|Function)$|^crypto\.subtle/;

/** Packages that make something of what they are given, or fetch it, and never turn anybody away. */
const PLAIN_PACKAGES =
  /^(next\/(server|og|cache|navigation|dynamic|image|link|font)|react|react-dom|zod|valibot|yup|date-fns|dayjs|luxon|ms|lodash|lodash-es|remeda|uuid|nanoid|@paralleldrive\/cuid2|clsx|superjson|qs|slugify|ts-pattern|@vercel\/og|satori|marked|cheerio|sharp|@react-email\/[\w-]+|@t3-oss\/[\w-]+|jsx-email|html-to-text|axios|got|ky|node-fetch|ofetch|undici|(node:)?(path|url|util|os|fs|buffer|stream|querystring|zlib|timers))(\/|$|-)/;

const ASSET = /\.(png|jpe?g|gif|webp|svg|ico|css|woff2?|ttf|otf|md|json)$/;

/** Words of those who refuse: statuses, errors, messages, addresses of a sign-in. */
const REFUSAL =
  /unauthori[sz]ed|unauthenticated|forbidden|(access|permission) denied|(?<!method )not (allowed|permitted|authori[sz]ed)|permission|captcha|turnstile|csrf|(invalid|missing|wrong|expired) (token|signature|code|key|secret|session|credential)\b|\b(sign|log)[-_ ]?(in|out)\b/i;
const REFUSING_STATUS: ReadonlySet<unknown> = new Set([401, 403, 407]);

/** What says who calls. */
const CREDENTIAL = /^(authorization|authToken|session|cookies?|signature|headers|rawHeaders)$/i;
const SECRET = /secret|token|passw|passcode|api_?key|signature|credential|\botp\b/i;
/** Headers that say nothing about the right to be here. */
const PLAIN_HEADER =
  /^(content-|accept|user-agent$|origin$|referer$|host$|range$|if-|cache-control$|etag$|last-modified$|location$|retry-after$|x-forwarded-|x-real-ip$|x-vercel-|cf-|x-ratelimit)/i;

class Scan {
  private readonly resolver: CalleeResolver;
  private readonly workspace: WorkspaceView;
  private readonly bind: { [fn: FunctionKey]: Abs[] };
  private readonly seen = new Set<string>();
  private readonly todo: FunctionKey[] = [];
  private readonly through = new Set<string>();
  private isClosed = false;

  constructor(workspace: WorkspaceView, bind: { [fn: FunctionKey]: Abs[] }) {
    this.workspace = workspace;
    this.resolver = new CalleeResolver(workspace);
    this.bind = bind;
  }

  run(): Reception {
    for (let key = this.todo.shift(); key !== undefined && !this.isClosed; key = this.todo.shift()) {
      const { file, fn } = parseFunctionKey(key);
      const facts = this.workspace.tsFacts(file);
      const own = facts?.functions[fn];
      if (!facts || !own || this.seen.size > MAX_FUNCTIONS) {
        this.isClosed = true;
        break;
      }
      if (own.parent !== 0) this.enter(functionKey(file, own.parent));
      const skip = new Set<Value>();
      visitSteps(own.body, { value: (value) => this.look(file, facts, fn, value, skip) });
    }
    return {
      open: !this.isClosed && this.through.size === 0,
      through: this.isClosed ? [] : [...this.through].toSorted(),
    };
  }

  enter(key: FunctionKey): void {
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.todo.push(key);
  }

  /** Takes in what a name stands for. */
  take(value: Abs, depth: number): void {
    switch (value.k) {
      case 'closure':
        this.enter(functionKey(value.file, value.fn));
        break;
      case 'class':
      case 'instance':
        for (const { fn } of this.workspace.tsFacts(value.file)?.classes[value.c]?.methods ?? [])
          this.enter(functionKey(value.file, fn));
        break;
      case 'object':
        if (depth < MAX_DEPTH) for (const part of Object.values(value.props)) this.take(part, depth + 1);
        break;
      case 'array':
        if (depth < MAX_DEPTH) for (const part of value.items) this.take(part, depth + 1);
        break;
      case 'promise':
        this.take(value.of, depth);
        break;
      case 'variants':
        for (const variant of value.list) this.take(variant.value, depth);
        break;
      case 'package':
      case 'made':
        if (ASSET.test(value.spec)) break;
        if (/^(missing:|next\/headers$)/.test(value.spec)) this.isClosed = true;
        else if (!PLAIN_PACKAGES.test(value.spec) && !isReporterPackage(value)) this.through.add(value.spec);
        break;
      case 'global':
        if (CLOSED_GLOBALS.test(value.path.join('.'))) this.isClosed = true;
        break;
      case 'param':
        for (const bound of this.bind[value.fn]?.slice(value.i, value.i + 1) ?? []) this.take(bound, depth);
        break;
      case 'chain':
      case 'procedure':
      case 'authWrapped':
      case 'session':
        this.isClosed = true;
        break;
      default:
    }
  }

  /** @returns false where there is nothing more to see inside */
  private look(file: FileId, facts: TsFacts, fn: number, value: Value, skip: Set<Value>): boolean {
    if (this.isClosed) return false;
    switch (value.k) {
      case 'function':
        this.enter(functionKey(file, value.fn));
        return false;
      case 'class':
        this.take({ k: 'class', file, c: value.c }, 0);
        return false;
      case 'lit':
        if (REFUSING_STATUS.has(value.v) || (typeof value.v === 'string' && REFUSAL.test(value.v)))
          this.isClosed = true;
        return false;
      case 'template':
      case 'tagged':
        if (REFUSAL.test(value.texts.join(' '))) this.isClosed = true;
        return true;
      case 'binary':
        if (/^[!=]==?$/.test(value.op) && [value.left, value.right].some(isSecretRead)) this.isClosed = true;
        return true;
      case 'call':
        // Whatever a logger leaves out of its lines, it keeps nobody out.
        if (isLogCall(value, UNKNOWN)) skip.add(value.fn);
        else if (this.isCookieJar(file, facts, fn, value)) skip.add(value.fn);
        else if (value.fn.k === 'member') {
          if (isPlainHeaderUse(value.fn, value.args)) skip.add(value.fn.of);
          if (MEMBERSHIP.test(value.fn.name) && [value.fn.of, ...value.args].some(isSecretRead))
            this.isClosed = true;
        }
        return true;
      case 'member':
        if (skip.has(value)) return false;
        if (CREDENTIAL.test(value.name) || REFUSAL.test(value.name)) this.isClosed = true;
        return this.name(file, facts, fn, value);
      case 'ref':
        if (skip.has(value)) return false;
        if (REFUSAL.test(value.name)) this.isClosed = true;
        return this.name(file, facts, fn, value);
      case 'import': {
        const target = this.workspace.target(file, value.spec);
        if (target.t === 'file') this.isClosed = true;
        else this.take({ k: 'package', spec: value.spec, path: [] }, 0);
        return false;
      }
      default:
        return true;
    }
  }

  /** `cookies()` in a function that reads none of them. */
  private isCookieJar(
    file: FileId,
    facts: TsFacts,
    fn: number,
    call: Extract<Value, { k: 'call' }>,
  ): boolean {
    const callee = call.fn.k === 'ref' ? this.resolver.resolve(file, facts, fn, call.fn) : UNKNOWN;
    if (callee.k !== 'package' || callee.spec !== 'next/headers' || callee.path.join('.') !== 'cookies')
      return false;
    let reads = false;
    visitSteps(facts.functions[fn]?.body ?? [], {
      step: (step) => {
        if (step.s === 'return' && step.value)
          visitValue(step.value, (part) => void (reads ||= part === call));
      },
      value: (part) => {
        if (part.k === 'member' && /^(get|getAll|has|size|toString)$/.test(part.name)) reads = true;
      },
    });
    return !reads;
  }

  private name(
    file: FileId,
    facts: TsFacts,
    fn: number,
    value: Extract<Value, { k: 'ref' | 'member' }>,
  ): boolean {
    let root: Value = value;
    while (root.k === 'member') root = root.of;
    if (root.k === 'this') {
      const method = this.resolver.resolve(file, facts, fn, value);
      this.take(method, 0);
      return false;
    }
    if (root.k !== 'ref') return true;
    const binding = facts.bindings[root.b];
    // What a function makes for itself or is handed was taken in where it was made.
    if (binding && binding.fn !== 0 && binding.kind !== 'import') {
      if (binding.kind === 'param') this.take(this.resolver.resolve(file, facts, fn, root), 0);
      return true;
    }
    const found = this.resolver.resolve(file, facts, fn, value);
    if (found.k === 'unknown' || found.k === 'undef') {
      if (value.k === 'member') return true;
      if (root.b >= 0) this.module(file, facts, root.b, 0);
      return false;
    }
    if (found.k === 'module') this.isClosed = true;
    else this.take(found, 0);
    return false;
  }

  /** What the module gives a name when it is loaded; behind an import, the module that it comes from. */
  private module(file: FileId, facts: TsFacts, b: number, depth: number): void {
    const key = `${file}:${b}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    let isFound = false;
    visitSteps(facts.functions[0]?.body ?? [], {
      step: (step) => {
        if (step.s !== 'let' || step.b !== b) return;
        isFound = true;
        const skip = new Set<Value>();
        visitValue(step.value, (part) => this.look(file, facts, 0, part, skip));
      },
    });
    // `let client; … client ??= new Client()`: what functions of the module put there.
    if (facts.bindings[b]?.mutable)
      visitFile(facts, (part) => {
        if (part.k !== 'assign' || part.target.k !== 'ref' || part.target.b !== b) return;
        isFound = true;
        const skip = new Set<Value>();
        visitValue(part.value, (inner) => this.look(file, facts, 0, inner, skip));
      });
    const from = facts.imports.find(({ names }) => names.some((named) => named.b === b));
    const name = from?.names.find((named) => named.b === b)?.imported;
    if (isFound || (from && name !== undefined && this.exported(file, from.spec, name, depth))) return;
    this.isClosed = true;
  }

  /** Looks at what another module exports under a name. Returns whether it was found. */
  private exported(file: FileId, spec: string, name: string, depth: number): boolean {
    const target = this.workspace.target(file, spec);
    const facts = target.t === 'file' ? this.workspace.tsFacts(target.file) : undefined;
    if (target.t !== 'file' || !facts || depth > MAX_DEPTH) return false;
    for (const item of facts.exports) {
      if (item.e === 'star' || item.name !== name) continue;
      if (item.e === 'from') return this.exported(target.file, item.spec, item.imported, depth + 1);
      if (item.e === 'local') this.module(target.file, facts, item.b, depth + 1);
      else {
        const skip = new Set<Value>();
        visitValue(item.value, (part) => this.look(target.file, facts, 0, part, skip));
      }
      return true;
    }
    return facts.exports.some(
      (item) => item.e === 'star' && this.exported(target.file, item.spec, name, depth + 1),
    );
  }
}

const MEMBERSHIP = /^(includes|has|get|startsWith|endsWith|test|some|indexOf|find)$/;

/** `headers.get('user-agent')`, `response.headers.set(…)`. */
function isPlainHeaderUse(fn: Extract<Value, { k: 'member' }>, args: readonly Value[]): boolean {
  if (fn.of.k !== 'member' || fn.of.name !== 'headers') return false;
  if (/^(set|append|delete)$/.test(fn.name)) return true;
  const [name] = args;
  return (
    /^(get|has)$/.test(fn.name) &&
    name?.k === 'lit' &&
    typeof name.v === 'string' &&
    PLAIN_HEADER.test(name.v)
  );
}

/** Whether an expression reads something that only some know; what type it is of is no secret. */
function isSecretRead(value: Value): boolean {
  let isSecret = false;
  visitValue(value, (part) => {
    if (part.k === 'unary' && part.op === 'typeof') return false;
    if ((part.k === 'ref' || part.k === 'member') && SECRET.test(part.name)) isSecret = true;
    if (part.k === 'lit' && typeof part.v === 'string' && SECRET.test(part.v)) isSecret = true;
    return true;
  });
  return isSecret;
}
