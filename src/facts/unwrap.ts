/** What a command line really runs: takes package runners, environment setters and other wrappers off it. */
import { handed, handOn } from './handOn.ts';
import type { ShellWord } from './shellParser.ts';
import { skipOptions } from './unwrapStep.ts';
import type { Step, Unwrapped } from './unwrapStep.ts';

/** The name of a program without its folder, version and Windows ending: `./node_modules/.bin/prisma@7` → `prisma`. */
export function programName(word: string | undefined): string {
  if (word === undefined) return '';
  const base = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
  return base.replace(/(?<=.)@[\w.^~-]+$/, '').replace(/\.(cmd|exe|ps1)$/, '');
}

function takeAssignments(words: ShellWord[], from: number, out: Unwrapped): number {
  let at = from;
  for (; at < words.length; at++) {
    const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(words[at]?.value ?? '');
    const current = words[at];
    if (!match || !current) break;
    out.env.push({
      name: match[1] ?? '',
      value: match[2] ?? '',
      span: current.span,
      dynamic: current.dynamic,
      from: 'wrapper',
    });
  }
  return at;
}

const packageRunner: Step = (words, out) => {
  let script: ShellWord | undefined;
  const at = skipOptions(
    words,
    1,
    ['-p', '--package', '-c', '--call', '-w', '--workspace'],
    (name, value) => {
      if (name === '-c' || name === '--call') script = value;
    },
  );
  if (script) out.nested.push(script);
  return words.slice(at);
};

const valuedManagerOptions = [
  '--filter',
  '-F',
  '-C',
  '--dir',
  '--cwd',
  '--prefix',
  '-w',
  '--workspace',
  '--use-node-version',
  '--env-file',
];
const managerCommands = new Set([
  'install',
  'i',
  'ci',
  'add',
  'remove',
  'rm',
  'uninstall',
  'update',
  'up',
  'upgrade',
  'publish',
  'pack',
  'link',
  'init',
  'create',
  'config',
  'cache',
  'audit',
  'outdated',
  'login',
  'whoami',
  'version',
  'list',
  'ls',
  'why',
  'store',
  'deploy',
  'fetch',
  'dedupe',
  'prune',
  'rebuild',
  'set',
  'view',
  'info',
  'plugin',
  'import',
  'patch',
  'approve-builds',
  'build',
  'pm',
]);

/** npm, pnpm, yarn and bun: `exec x`, `dlx x`, `run x`, and for all but npm a bare name is a script or a binary. */
const packageManager: Step = (words, out) => {
  const manager = programName(words[0]?.value);
  let at = skipOptions(words, 1, valuedManagerOptions, (name, value) => {
    if (name === '--env-file') out.envFiles.push(value);
  });
  if (manager === 'yarn' && words[at]?.value === 'workspace') at += 2;
  if (manager === 'yarn' && words[at]?.value === 'workspaces')
    at = skipOptions(words, at + 2, ['--include', '--exclude', '--from', '-j', '--jobs']);
  at = skipOptions(words, at, valuedManagerOptions);
  const sub = words[at];
  if (!sub) return undefined;
  if (['exec', 'dlx', 'x'].includes(sub.value)) return packageRunner(words.slice(at), out);
  if (['run', 'run-script', 'rum'].includes(sub.value)) {
    const nameAt = skipOptions(words, at + 1, valuedManagerOptions);
    const name = words[nameAt];
    if (!name) return undefined;
    out.scripts.push({ name: name.value, span: name.span });
    return manager === 'npm' ? undefined : words.slice(nameAt);
  }
  if (['start', 'test', 't', 'stop', 'restart'].includes(sub.value)) {
    out.scripts.push({ name: sub.value === 't' ? 'test' : sub.value, span: sub.span });
    return undefined;
  }
  if (manager === 'npm' || managerCommands.has(sub.value)) {
    if (sub.value === 'build' || sub.value === 'deploy')
      out.scripts.push({ name: sub.value, span: sub.span });
    return undefined;
  }
  out.scripts.push({ name: sub.value, span: sub.span });
  return words.slice(at);
};

const dotenv: Step = (words, out) => {
  let from = 1;
  // dotenvx has sub-commands, dotenv-cli has none.
  if (words[1]?.value === 'run') from = 2;
  const at = skipOptions(
    words,
    from,
    ['-e', '-f', '--env-file', '-v', '-c', '-p', '--file', '--environments', '-r', '--rc-file'],
    (name, value) => {
      if (name === '-v') {
        const split = value.value.indexOf('=');
        if (split > 0)
          out.env.push({
            name: value.value.slice(0, split),
            value: value.value.slice(split + 1),
            span: value.span,
            dynamic: value.dynamic,
            from: 'wrapper',
          });
      } else if (name !== '-p')
        out.envFiles.push(name === '-c' ? { ...value, value: `.env.${value.value}` } : value);
    },
  );
  return words.slice(at);
};

const setEnv: Step = (words, out) => {
  const options = skipOptions(words, 1, ['-u', '--unset', '-C', '--chdir']);
  const at = takeAssignments(words, options, out);
  const only = words[at];
  // `cross-env-shell A=b "a && b"`.
  if (only && at === words.length - 1 && /\s/.test(only.value)) {
    out.nested.push(only);
    return undefined;
  }
  return words.slice(words[at]?.value === '--' ? at + 1 : at);
};

/** Wrappers whose own options can be skipped: name → options that take a value. */
const plainWrappers: Record<string, readonly string[]> = {
  sudo: ['-u', '-g', '-h', '-p', '--user', '--group'],
  doas: ['-u', '-C'],
  time: ['-f', '-o'],
  nice: ['-n'],
  nohup: [],
  exec: ['-a'],
  command: [],
  builtin: [],
  caffeinate: ['-t'],
  stdbuf: ['-i', '-o', '-e'],
  watch: ['-n', '--interval', '-q', '--equexit'],
  corepack: [],
  xargs: ['-I', '-n', '-P', '-d', '-a', '-L', '-s', '-E'],
};

/** Whether a program reads a script from its input: a shell without one of its own, or a remote one. */
export function readsScript({ words, nested }: Unwrapped): boolean {
  const name = programName(words[0]?.value);
  if (nested.length > 0) return false;
  return name === 'ssh' || (shells.has(name) && words.slice(1).every(({ value }) => value.startsWith('-')));
}

const shells = new Set(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash']);

/** `bash -c '…'`, also with options in one word (`-lc`). */
const shell: Step = (words, out) => {
  const flag = words.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word.value));
  const script = flag > 0 ? words[flag + 1] : undefined;
  if (script) {
    out.nested.push(script);
    out.wrappers.push(programName(words[0]?.value));
  }
  return undefined;
};

/** `docker exec`, `docker compose exec|run`, `docker run`, `kubectl exec -- cmd`: what runs inside the container. */
const container: Step = (words) => {
  const valued = [
    '-e',
    '--env',
    '-u',
    '--user',
    '-w',
    '--workdir',
    '-v',
    '--volume',
    '-p',
    '--publish',
    '--name',
    '--network',
    '--entrypoint',
    '--env-file',
    '-f',
    '--file',
    '--profile',
    '--project-name',
    '-n',
    '--namespace',
    '-c',
    '--container',
    '--index',
    '--mount',
    '--platform',
  ];
  let at = skipOptions(words, 1, valued);
  if (words[at]?.value === 'compose') at = skipOptions(words, at + 1, valued);
  const sub = words[at]?.value;
  if (sub !== 'exec' && sub !== 'run') return undefined;
  const separator = words.findIndex((word, index) => index > at && word.value === '--');
  if (separator > 0) return words.slice(separator + 1);
  const target = skipOptions(words, at + 1, valued);
  return words.slice(target + 1);
};

/** `doppler run -- cmd`, `railway run cmd`, `heroku run cmd`. */
const secretsRunner: Step = (words, out) => {
  if (words[1]?.value !== 'run') return undefined;
  const separator = words.findIndex((word) => word.value === '--');
  if (separator > 0) return words.slice(separator + 1);
  const at = skipOptions(words, 2, [
    '-s',
    '--service',
    '-e',
    '--environment',
    '-a',
    '--app',
    '-p',
    '--project',
    '-c',
    '--config',
    '--env',
  ]);
  return handed(words.slice(at), out);
};

const timeout: Step = (words) =>
  words.slice(skipOptions(words, 1, ['-s', '--signal', '-k', '--kill-after']) + 1);

const nestedStrings: Step = (words, out) => {
  const at = skipOptions(words, 1, [
    '-n',
    '--names',
    '-c',
    '--prefix-colors',
    '-p',
    '--prefix',
    '--restart-tries',
    '-s',
    '--success',
  ]);
  for (const word of words.slice(at)) {
    const script = /^(?:npm|pnpm|yarn|bun):(.+)$/.exec(word.value);
    if (script) out.scripts.push({ name: script[1] ?? '', span: word.span });
    else out.nested.push(word);
  }
  return undefined;
};

const runScripts: Step = (words, out) => {
  for (const word of words.slice(1))
    if (!word.value.startsWith('-')) out.scripts.push({ name: word.value, span: word.span });
  return undefined;
};

function stepFor(name: string): Step | undefined {
  if (['npx', 'bunx', 'pnpx'].includes(name)) return packageRunner;
  if (['npm', 'pnpm', 'yarn', 'bun', 'ni', 'nr'].includes(name)) return packageManager;
  if (['dotenv', 'dotenv-cli', 'dotenvx', 'dotenv-flow', 'env-cmd', 'dotenv-run-script'].includes(name))
    return dotenv;
  if (['cross-env', 'cross-env-shell', 'env'].includes(name)) return setEnv;
  if (shells.has(name)) return shell;
  if (['docker', 'docker-compose', 'podman', 'kubectl'].includes(name)) return container;
  if (['doppler', 'infisical', 'op', 'railway', 'heroku', 'infisical-cli'].includes(name))
    return secretsRunner;
  if (name === 'timeout') return timeout;
  if (name === 'concurrently') return nestedStrings;
  if (['run-s', 'run-p', 'npm-run-all', 'npm-run-all2'].includes(name)) return runScripts;
  const step = handOn(name);
  if (step) return step;
  const options = Object.hasOwn(plainWrappers, name) ? plainWrappers[name] : undefined;
  return options && ((words) => words.slice(skipOptions(words, 1, options)));
}

/** Takes wrappers off until a program remains; a wrapper around nothing stays as it is. */
export function unwrap(words: readonly ShellWord[]): Unwrapped {
  const out: Unwrapped = { words: [...words], wrappers: [], env: [], envFiles: [], scripts: [], nested: [] };
  for (let round = 0; round < 12; round++) {
    const at = takeAssignments(out.words, 0, out);
    if (at > 0 && at < out.words.length) out.words = out.words.slice(at);
    const name = programName(out.words[0]?.value);
    const rest = stepFor(name)?.(out.words, out);
    if (!rest || rest.length === 0) return out;
    out.wrappers.push(name);
    out.words = rest;
  }
  return out;
}
