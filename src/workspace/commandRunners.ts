/** Which calls of a TypeScript file run a command, told by where the called name comes from. */
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import type { WorkspaceView } from './view.ts';

/** `line`: the first argument is a command line; `words`: a program and its arguments; `template`: a tagged template. */
export type Runner = { form: 'line' | 'words' | 'template' };

/** Package → exported name → how it is called; `default` and `*` stand for the module itself. */
const packages: { [spec: string]: { [name: string]: Runner['form'] } } = {
  child_process: {
    exec: 'line',
    execSync: 'line',
    spawn: 'words',
    spawnSync: 'words',
    execFile: 'words',
    execFileSync: 'words',
  },
  execa: {
    execa: 'words',
    execaSync: 'words',
    default: 'words',
    sync: 'words',
    execaCommand: 'line',
    execaCommandSync: 'line',
    command: 'line',
    commandSync: 'line',
    $: 'template',
  },
  zx: { $: 'template' },
  bun: { $: 'template', spawn: 'words', spawnSync: 'words' },
  'cross-spawn': { default: 'words', '*': 'words', spawn: 'words', sync: 'words' },
  tinyexec: { x: 'words', exec: 'words' },
  'nano-spawn': { default: 'words' },
  shelljs: { exec: 'line' },
  '@actions/exec': { exec: 'line', getExecOutput: 'line' },
};

export class Runners {
  private readonly facts: TsFacts;
  private readonly constants: ReadonlyMap<number, Value>;
  private readonly imports = new Map<number, { spec: string; name: string }>();

  constructor(facts: TsFacts, constants: ReadonlyMap<number, Value>) {
    this.facts = facts;
    this.constants = constants;
    for (const item of facts.imports)
      if (!item.typeOnly)
        for (const named of item.names)
          this.imports.set(named.b, { spec: packageOf(item.spec), name: named.imported });
  }

  /** How a callee runs commands; undefined when it doesn't, or can't be told. */
  of(callee: Value, depth = 0): Runner | undefined {
    const origin = this.origin(callee, depth);
    if (!origin) return undefined;
    const form = packages[origin.spec]?.[origin.name];
    return form && { form };
  }

  /** The package and exported name behind a value. */
  private origin(value: Value, depth: number): { spec: string; name: string } | undefined {
    if (depth > 6) return undefined;
    switch (value.k) {
      case 'ref': {
        const imported = this.imports.get(value.b);
        if (imported) return imported;
        if (value.b < 0) return value.name === 'Bun' ? { spec: 'bun', name: '*' } : undefined;
        const given = this.constants.get(value.b);
        return given && this.origin(given, depth + 1);
      }
      case 'await':
        return this.origin(value.of, depth + 1);
      case 'import':
        return { spec: packageOf(value.spec), name: '*' };
      case 'member': {
        const of = this.origin(value.of, depth + 1);
        if (!of) return undefined;
        if (of.name === '*' || of.name === 'default') return { spec: of.spec, name: value.name };
        // `execa.sync`, `$.sync`.
        return value.name === 'sync' || value.name === 'command' || value.name === 'commandSync'
          ? { spec: of.spec, name: of.name === '$' ? '$' : value.name }
          : undefined;
      }
      case 'call': {
        // `promisify(exec)` and `$({ stdio: 'inherit' })` run what they are made of.
        if (isPromisify(value.fn)) return value.args[0] && this.origin(value.args[0], depth + 1);
        const made = this.origin(value.fn, depth + 1);
        return made?.name === '$' && value.args.length <= 1 ? made : undefined;
      }
      default:
        return undefined;
    }
  }

  /**
   * What a function of this file hands on to a runner: `const run = (cmd) => execSync(cmd)`, also inside callbacks, in front of more
   * words (`${cmd} --config x`), and through another such function of the file.
   */
  handedOn(fn: number, depth = 0): HandedOn[] {
    const params = this.facts.functions[fn]?.params;
    if (!params || depth > 3) return [];
    const out: HandedOn[] = [];
    const indexOf = (value: Value | undefined): number => (value?.k === 'ref' ? params.indexOf(value.b) : -1);
    for (const [id, inner] of this.facts.functions.entries()) {
      if (!this.isInside(id, fn)) continue;
      visitSteps(inner.body, {
        value: (value) => {
          if (value.k !== 'call') return;
          const form = this.of(value.fn)?.form;
          const program = indexOf(start(value.args[0]));
          if (form === 'line' && program >= 0) out.push({ form, index: program });
          if (form === 'words' && program >= 0)
            out.push({ form, index: program, args: indexOf(value.args[1]) });
          if (form !== undefined || value.fn.k !== 'ref') return;
          const target = this.functionOf(value.fn);
          if (target === undefined || target === fn) return;
          for (const next of this.handedOn(target, depth + 1)) {
            const index = indexOf(start(value.args[next.index]));
            if (index >= 0)
              out.push(
                next.form === 'line'
                  ? { form: 'line', index }
                  : { form: 'words', index, args: indexOf(value.args[next.args]) },
              );
          }
        },
      });
    }
    return out;
  }

  private isInside(id: number, outer: number): boolean {
    for (let at: number | undefined = id; at !== undefined && at > 0; at = this.facts.functions[at]?.parent)
      if (at === outer) return true;
    return false;
  }

  /** The function of this file that a name stands for. */
  private functionOf(callee: Extract<Value, { k: 'ref' }>): number | undefined {
    const given = this.constants.get(callee.b);
    return this.facts.bindings[callee.b]?.f ?? (given?.k === 'function' ? given.fn : undefined);
  }

  /** What a callee hands on when it is a function of this file or of another one. */
  wrapper(
    workspace: WorkspaceView,
    file: string,
    callee: Value,
    make: (facts: TsFacts) => Runners,
  ): HandedOn[] {
    if (callee.k !== 'ref' || callee.b < 0) return [];
    const own = this.functionOf(callee);
    if (own !== undefined) return this.handedOn(own);
    if (!this.imports.has(callee.b)) return [];
    const target = workspace.moduleValue(file, callee.b);
    const other = target.k === 'closure' ? workspace.tsFacts(target.file) : undefined;
    return other && target.k === 'closure' ? make(other).handedOn(target.fn) : [];
  }
}

/** Parameters of a function that a command is made of; `args` is -1 where the arguments aren't handed on as they are. */
export type HandedOn = { form: 'line'; index: number } | { form: 'words'; index: number; args: number };

/** The part of a text that comes first. */
function start(value: Value | undefined): Value | undefined {
  if (value?.k === 'template') return value.texts[0] === '' ? value.values[0] : undefined;
  return value?.k === 'binary' && value.op === '+' ? start(value.left) : value;
}

function packageOf(spec: string): string {
  return spec.replace(/^node:/, '');
}

function isPromisify(fn: Value): boolean {
  return (fn.k === 'ref' || fn.k === 'member') && fn.name === 'promisify';
}
