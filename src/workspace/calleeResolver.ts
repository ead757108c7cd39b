/** Finds out what a call calls, from the facts and the module values alone: no path is followed. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts, Value } from '../facts/tsModel.ts';
import { UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import { isExposed } from './exposed.ts';
import { Interpreter } from './interpreter.ts';
import { parseFunctionKey } from './summary.ts';
import { isNavigationThrow, meaningOf } from './knowledge.ts';
import type { Links } from './links.ts';
import { selfOf } from './selfValue.ts';
import { freshState } from './state.ts';
import type { WorkspaceView } from './view.ts';

export type CallValue = Extract<Value, { k: 'call' }>;

/** A function of the workspace with the file it stands in. */
export interface FoundFunction {
  file: FileId;
  facts: TsFacts;
  fn: FunctionId;
}

export class CalleeResolver {
  readonly workspace: WorkspaceView;
  private readonly links: Links;
  private readonly interpreters = new Map<string, Interpreter>();
  private readonly answers = new Map<string, boolean>();

  constructor(workspace: WorkspaceView) {
    this.workspace = workspace;
    // Rules read files as a whole.
    this.links = {
      tsFacts: (file) => workspace.tsFacts(file),
      readPart: () => {},
      isCalledByClients: (key) => {
        const called = parseFunctionKey(key);
        return isExposed(called.file, workspace.tsFacts(called.file), called.fn);
      },
      isSessionHelper: (file, name) => workspace.conventions(file).sessionHelpers.includes(name),
      functionFacts: (file, fn) => workspace.tsFacts(file)?.functions[fn],
      parameter: (file, fn, index) => {
        const facts = workspace.tsFacts(file);
        return facts?.bindings[facts.functions[fn]?.params[index] ?? -1];
      },
      classFacts: (file, c) => workspace.tsFacts(file)?.classes[c],
      target: (file, spec) => workspace.target(file, spec),
      exported: (file, name) => workspace.exported(file, name),
      moduleValue: (file, binding) => workspace.moduleValue(file, binding),
      summary: (key) => workspace.summary(key),
      accessors: () => undefined,
    };
  }

  /** The value of a callee written in a function. Names that only a caller could know are parameters or unknown. */
  resolve(file: FileId, facts: TsFacts, fn: FunctionId, value: Value): Abs {
    if (value.k === 'function') return { k: 'closure', file, fn: value.fn };
    if (value.k !== 'ref' && value.k !== 'member') return UNKNOWN;
    const key = `${file}#${fn}`;
    let interpreter = this.interpreters.get(key);
    if (!interpreter) {
      interpreter = new Interpreter(this.links, file, facts, fn);
      this.interpreters.set(key, interpreter);
    }
    if (value.k === 'member' && value.of.k === 'this') {
      const self = selfOf(file, facts, fn, this.links.moduleValue);
      return self ? interpreter.member(self, value.name) : UNKNOWN;
    }
    const found = interpreter.eval(value, freshState());
    const [only, ...others] = found.k === 'variants' ? found.list : [];
    return only && others.length === 0 ? only.value : found;
  }

  /** The answer to a question about a function, found once; `false` while it is being looked for. */
  remembered(question: string, { file, fn }: FoundFunction, find: () => boolean): boolean {
    const key = `${question} ${file}#${fn}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    this.answers.set(key, false);
    const answer = find();
    this.answers.set(key, answer);
    return answer;
  }

  /** The function behind a value, when there is just one. */
  functionOf(value: Abs): FoundFunction | undefined {
    if (value.k === 'promise') return this.functionOf(value.of);
    if (value.k !== 'closure') return undefined;
    const facts = this.workspace.tsFacts(value.file);
    return facts?.functions[value.fn] ? { file: value.file, facts, fn: value.fn } : undefined;
  }
}

/** The name a call goes by: `b` of `a.b()`. */
export function calleeName(value: Value): string {
  return value.k === 'ref' || value.k === 'member' ? value.name : '';
}

/** A callee as it is written, as far as it is made of names: `logger.error`, `this.log.warn`. */
export function calleeText(value: Value): string {
  if (value.k === 'ref') return value.name;
  if (value.k === 'this') return 'this';
  if (value.k === 'member') return `${calleeText(value.of)}.${value.name}`;
  if (value.k === 'call') return `${calleeText(value.fn)}()`;
  return value.k === 'await' ? calleeText(value.of) : '';
}

/** How a call ends a request by throwing: at once (`redirect()`), or when its promise is awaited (`signIn()`). */
export function navigationOf(callee: Abs, args: readonly Value[]): 'throws' | 'rejects' | undefined {
  if (callee.k === 'package' && isNavigationThrow(callee.spec, callee.path)) return 'throws';
  if (
    callee.k === 'package' &&
    callee.spec === 'next-intl/navigation' &&
    /^(permanentR|r)edirect$/.test(callee.path.join('.'))
  )
    return 'throws';
  // `createNavigation(routing).redirect`
  if (
    callee.k === 'made' &&
    callee.spec === 'next-intl/navigation' &&
    /^(permanentR|r)edirect$/.test(callee.path.at(-1) ?? '')
  )
    return 'throws';
  // Auth.js: success throws NEXT_REDIRECT unless `redirect: false` (https://authjs.dev/reference/nextjs#signin).
  if (callee.k === 'made' && callee.spec === 'next-auth' && meaningOf(callee)?.m === 'signIn')
    return staysOnPage(args) ? undefined : 'rejects';
  return undefined;
}

function staysOnPage(args: readonly Value[]): boolean {
  return args.some(
    (arg) =>
      arg.k === 'object' &&
      arg.props.some(
        (prop) =>
          prop.p === 'spread' ||
          (prop.p === 'prop' &&
            prop.name === 'redirect' &&
            !(prop.value.k === 'lit' && prop.value.v === true)),
      ),
  );
}
