/** The commands that a file runs: package scripts, shell, CI, containers, make targets, tasks, instructions for agents. */
import type { Span } from '../base/span.ts';

export type CommandFileKind =
  | 'package-json'
  | 'shell'
  | 'github'
  | 'gitlab'
  | 'circleci'
  /** Another YAML file of a CI or hosting service. */
  | 'ci'
  | 'compose'
  | 'dockerfile'
  | 'makefile'
  | 'justfile'
  /** `name: command`, a line each. */
  | 'procfile'
  /** VS Code tasks and launch configurations, MCP servers, targets of Nx, hosting settings: JSON with commands under known keys. */
  | 'json-tasks'
  /** Hosting settings, tasks and MCP servers in TOML. */
  | 'toml'
  | 'markdown';

export interface CommandWord {
  /** Quotes and escapes resolved; expansions (`$X`, `${{ x }}`, `$(…)`) as written. */
  value: string;
  span: Span;
  /** It holds an expansion, so its value isn't known. */
  dynamic: boolean;
}

export interface EnvAssignment {
  name: string;
  value: string;
  span: Span;
  dynamic: boolean;
  /** `A=b cmd`, `cross-env A=b cmd`, `export A=b` earlier in the script, an `env:` block around it. */
  from: 'prefix' | 'wrapper' | 'export' | 'file';
}

export interface ScriptReference {
  name: string;
  span: Span;
}

export interface Command {
  /** Read by a shell, or an argument list (`CMD ["npx", "prisma"]`, `spawn('npx', ['prisma'])`). */
  form: 'shell' | 'words';
  /** As written, without the environment before it. */
  argv: CommandWord[];
  /** What really runs: wrappers (`npx`, `dotenv -e x --`, `cross-env A=b`, `sudo`, …) taken off. */
  effective: CommandWord[];
  /** Names of the wrappers taken off, outermost first; `bash -c` and the like included. */
  wrappers: string[];
  env: EnvAssignment[];
  /** Files whose variables are loaded for it: `dotenv -e .env.test`, `--env-file`. */
  envFiles: CommandWord[];
  /** Package scripts that it runs, when they exist: `npm run x`, `pnpm x`, `run-s a b`. */
  scripts: ScriptReference[];
  /** Key of the package script, name of the step, target, recipe or instruction; `''` for a plain shell file. */
  script: string;
  /** Order in its script, and what stands between it and the command before. */
  chain: { index: number; operator: 'first' | '&&' | '||' | '|' | ';' };
  /** From the first word (or assignment) to the last. */
  span: Span;
  /** What it reads: a here-document, a here-string or the text that `echo`/`printf` pipes into it. */
  stdin?: CommandWord;
  /** File redirected into it: `psql < dump.sql`. */
  inputFile?: CommandWord;
}

export interface CommandProblem {
  message: string;
  span: Span;
}

export interface CommandComment {
  /** Text without the comment signs, trimmed. */
  text: string;
  span: Span;
  ownLine: boolean;
}

export interface CommandFacts {
  kind: 'commands';
  file: CommandFileKind;
  commands: Command[];
  /** For suppressions; JSON files have none but those of JSON with comments. */
  comments: CommandComment[];
  problems: CommandProblem[];
}
