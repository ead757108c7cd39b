/** The methods that a handler of the pages router answers, which it tells apart itself. */
import type { Step, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { parseFunctionKey } from '../workspace/summary.ts';
import type { FunctionKey } from '../workspace/abs.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { resolve, withInner } from './symbols.ts';

const METHOD = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/;

/** Those it answers, `ANY` where it never asks which one it is, `undefined` where that can't be told. */
export function methodsOf(workspace: Workspace, handler: FunctionKey | undefined): string | undefined {
  if (handler === undefined) return undefined;
  const found: Found = { methods: new Set(), asks: false, refuses: false, isOpen: false };
  collect(workspace, handler, found, 0);
  if (!found.asks) return found.isOpen ? undefined : 'ANY';
  return found.refuses && found.methods.size > 0 ? [...found.methods].join(', ') : undefined;
}

interface Found {
  methods: Set<string>;
  /** Something is made of `req.method`. */
  asks: boolean;
  /** The other methods are refused (status 405, `Allow`) or get no answer. */
  refuses: boolean;
  /** It hands its request to code that is not looked into. */
  isOpen: boolean;
}

const MAX_DEPTH = 2;

function collect(workspace: Workspace, key: FunctionKey, found: Found, depth: number): void {
  const { file, fn } = parseFunctionKey(key);
  const facts = workspace.tsFacts(file);
  const own = facts?.functions[fn];
  if (!facts || !own) return;
  found.refuses ||= hasOnlyBranches(facts, own.body);
  for (const id of withInner(facts, fn))
    visitSteps(facts.functions[id]?.body ?? [], {
      step: (step) => {
        if (step.s !== 'switch' || !isMethod(facts, step.on)) return;
        found.asks = true;
        for (const { test } of step.cases) addLiterals(test, found);
      },
      value: (value) => {
        if (value.k === 'binary' && /^[!=]==?$/.test(value.op)) {
          const asked = [value.left, value.right].some((side) => isMethod(facts, side));
          if (asked) {
            found.asks = true;
            addLiterals(value.left, found);
            addLiterals(value.right, found);
          }
        } else if (value.k === 'index' && isMethod(facts, value.key)) {
          found.asks = true;
        } else if (value.k === 'lit' && (value.v === 405 || value.v === 'Allow')) {
          found.refuses = true;
        } else if (value.k === 'call') {
          const { fn: callee, args } = value;
          if (callee.k === 'member' && callee.name === 'includes' && args[0] && isMethod(facts, args[0])) {
            found.asks = true;
            if (callee.of.k === 'array') for (const item of callee.of.items) addLiterals(item, found);
          }
          if (!args.some((arg) => arg.k === 'ref' && arg.b === own.params[0])) return;
          const target = resolve(workspace, file, facts, callee);
          if (target?.k !== 'closure') found.isOpen = true;
          else if (depth < MAX_DEPTH) collect(workspace, `${target.file}#${target.fn}`, found, depth + 1);
        }
      },
    });
}

/** `if (req.method === 'GET') { … } else if (req.method === 'POST') { … }` and nothing else: others get no answer. */
function hasOnlyBranches(facts: TsFacts, body: readonly Step[]): boolean {
  const branches = body.filter((step) => step.s !== 'let');
  return (
    branches.length > 0 &&
    branches.every(
      (step) =>
        step.s === 'if' &&
        step.test.k === 'binary' &&
        /^===?$/.test(step.test.op) &&
        [step.test.left, step.test.right].some((side) => isMethod(facts, side)) &&
        (step.else === undefined || hasOnlyBranches(facts, step.else)),
    )
  );
}

/** `req.method`, or a name that was taken out of it. */
function isMethod(facts: TsFacts, value: Value): boolean {
  if (value.k === 'member' && value.name === 'toUpperCase') return false;
  if (value.k === 'call' && value.fn.k === 'member' && value.fn.name === 'toUpperCase')
    return isMethod(facts, value.fn.of);
  if (value.k === 'logic') return isMethod(facts, value.left);
  if (value.k === 'ref') return value.name === 'method' && (facts.bindings[value.b]?.fn ?? 0) !== 0;
  return value.k === 'member' && value.name === 'method' && value.of.k === 'ref' && value.of.b >= 0;
}

function addLiterals(value: Value | undefined, found: Found): void {
  if (value?.k === 'lit' && typeof value.v === 'string' && METHOD.test(value.v)) found.methods.add(value.v);
}
