/** Which calls of a TypeScript file run a command, told by where the called name comes from. */
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

/** `line`: the first argument is a command line; `words`: a program and its arguments; `template`: a tagged template. */
export type Runner = { form: 'line' | 'words' | 'template' };

/** Package → exported name → how it is called; `default` and `*` stand for the module itself. */
const packages: { [spec: string]: { [name: string]: Runner['form'] } } = {
  child_process: { exec: 'line', execSync: 'line', spawn: 'words', spawnSync: 'words', execFile: 'words', execFileSync: 'words' },
  execa: {
    execa: 'words', execaSync: 'words', default: 'words', sync: 'words', execaCommand: 'line', execaCommandSync: 'line', command: 'line', commandSync: 'line', $: 'template',
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
      if (!item.typeOnly) for (const named of item.names) this.imports.set(named.b, { spec: packageOf(item.spec), name: named.imported });
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
        return value.name === 'sync' || value.name === 'command' || value.name === 'commandSync' ? { spec: of.spec, name: of.name === '$' ? '$' : value.name } : undefined;
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
   * Indexes of the parameters that a function of this file hands on as a command line: `const run = (cmd) => execSync(cmd)`.
   */
  handedOn(fn: number): number[] {
    const facts = this.facts.functions[fn];
    if (!facts) return [];
    const out = new Set<number>();
    visitSteps(facts.body, {
      value: (value) => {
        const [command] = value.k === 'call' ? value.args : [];
        if (value.k !== 'call' || command?.k !== 'ref' || this.of(value.fn)?.form !== 'line') return;
        const index = facts.params.indexOf(command.b);
        if (index >= 0) out.add(index);
      },
    });
    return [...out];
  }

  /** Argument indexes that hold a command line when a callee is a function that hands them on, in this file or another. */
  wrapper(workspace: WorkspaceView, file: string, callee: Value, make: (facts: TsFacts) => Runners): number[] {
    if (callee.k !== 'ref' || callee.b < 0) return [];
    const binding = this.facts.bindings[callee.b];
    const given = this.constants.get(callee.b);
    const own = binding?.f ?? (given?.k === 'function' ? given.fn : undefined);
    if (own !== undefined) return this.handedOn(own);
    if (!this.imports.has(callee.b)) return [];
    const target = workspace.moduleValue(file, callee.b);
    if (target.k !== 'closure') return [];
    const other = workspace.tsFacts(target.file);
    return other ? make(other).handedOn(target.fn) : [];
  }
}

function packageOf(spec: string): string {
  return spec.replace(/^node:/, '');
}

function isPromisify(fn: Value): boolean {
  return (fn.k === 'ref' || fn.k === 'member') && fn.name === 'promisify';
}
