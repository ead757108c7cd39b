/** Wrappers that hand a command on: version managers, secret stores, remote shells, task runners, programs started by their file. */
import type { ShellWord } from './shellParser.ts';
import { skipOptions } from './unwrapStep.ts';
import type { Step, Unwrapped } from './unwrapStep.ts';

/** What stands behind `--`; without it, behind these words and as many further ones as the wrapper takes for itself. */
function behind(own: readonly string[], further = 0): Step {
  return (words) => {
    const separator = words.findIndex((word) => word.value === '--');
    if (separator > 0) return words.slice(separator + 1);
    if (own.length === 0 || !own.every((name, index) => words[index + 1]?.value === name)) return undefined;
    return words.slice(skipOptions(words, own.length + 1, []) + further);
  };
}

/** The script that an option holds: `fly ssh console -C "…"`. */
function inOption(names: readonly string[]): Step {
  return (words, out) => {
    const at = words.findIndex((word) => names.includes(word.value));
    const script = at > 0 ? words[at + 1] : undefined;
    if (script) out.nested.push(script);
    return undefined;
  };
}

/** `ssh host 'a && b'`, `ssh host a b`. */
const remote: Step = (words, out) => {
  const host = skipOptions(words, 1, ['-p', '-i', '-l', '-o', '-F', '-J', '-L', '-R', '-D']);
  return handed(words.slice(host + 1), out);
};

/** One word that is a script of its own, or the words of a command. */
export function handed(rest: readonly ShellWord[], out: Unwrapped): ShellWord[] | undefined {
  const [only] = rest;
  if (rest.length !== 1 || !only || !/\s/.test(only.value)) return [...rest];
  out.nested.push(only);
  return undefined;
}

/** What stands behind a wrapper's own options and as many further words as it takes for itself. */
function past(valued: readonly string[], further = 0): Step {
  return (words) => words.slice(skipOptions(words, 1, valued) + further);
}

/** `find . -name x -exec cmd {} \\;` */
const find: Step = (words) => {
  const from = words.findIndex((word) => /^-(exec|ok)(dir)?$/.test(word.value));
  if (from < 0) return undefined;
  const end = words.findIndex((word, index) => index > from && (word.value === ';' || word.value === '+'));
  return words.slice(from + 1, end < 0 ? undefined : end);
};

/** `parallel cmd {} ::: a b` */
const parallel: Step = (words, out) => {
  const end = words.findIndex((word) => word.value.startsWith(':::'));
  const from = skipOptions(words, 1, ['-j', '--jobs', '-a', '--arg-file', '--delay', '--retries']);
  return handed(words.slice(from, end < 0 ? undefined : end), out);
};

/** `trap 'cmd' EXIT` */
const trap: Step = (words, out) => {
  const script = words[1];
  if (script && words.length > 2) out.nested.push(script);
  return undefined;
};

/** `runuser -u postgres -- cmd`, `runuser postgres -c 'cmd'` */
const runuser: Step = (words, out) =>
  words.some((word) => word.value === '-u' || word.value === '--user')
    ? past(['-u', '--user', '-g', '--group'])(words, out)
    : inOption(['-c', '--command'])(words, out);

/** `nix develop -c cmd`, `nix run x -- cmd` */
const nix: Step = (words, out) => {
  const at = words.findIndex((word) => word.value === '-c' || word.value === '--command');
  return at > 0 ? words.slice(at + 1) : behind([])(words, out);
};

/** `start-server-and-test "a" http://x "b"`. */
const servers: Step = (words, out) => {
  for (const word of words.slice(1)) {
    if (/\s/.test(word.value)) out.nested.push(word);
    else if (/^[\w:-]+$/.test(word.value)) out.scripts.push({ name: word.value, span: word.span });
  }
  return undefined;
};

/** `node node_modules/.bin/prisma`, `node --env-file=.env node_modules/prisma/build/index.js`. */
const node: Step = (words, out) => {
  const at = skipOptions(
    words,
    1,
    ['--env-file', '-r', '--require', '--import', '--loader'],
    (name, value) => {
      if (name === '--env-file') out.envFiles.push(value);
    },
  );
  const file = words[at];
  const name = file && /(?:^|\/)node_modules\/(?:\.bin\/([\w.-]+)$|([\w.-]+)\/)/.exec(file.value);
  if (!file || !name) return undefined;
  return [{ ...file, value: name[1] ?? name[2] ?? '' }, ...words.slice(at + 1)];
};

/** `deno run -A npm:prisma@7 …`. */
const deno: Step = (words) => {
  const at = words.findIndex((word) => word.value.startsWith('npm:'));
  const program = at > 0 ? words[at] : undefined;
  return program && [{ ...program, value: program.value.slice('npm:'.length) }, ...words.slice(at + 1)];
};

/** `turbo run db:reset`, `turbo db:reset`: tasks are scripts of packages. */
const turbo: Step = (words, out) => {
  const from = words[1]?.value === 'run' ? 2 : 1;
  for (const word of words.slice(from)) {
    if (word.value === '--') break;
    if (!word.value.startsWith('-')) out.scripts.push({ name: word.value, span: word.span });
  }
  return undefined;
};

const steps = new Map<string, Step>([
  ...[
    'aws-vault',
    'chamber',
    'varlock',
    'vercel',
    'nx',
    'lerna',
    'mise',
    'teller',
    'sops',
    'berglas',
    'flox',
    'wait-for-it',
    'wait-for-it.sh',
    'wait-for',
    'wait-for.sh',
  ].map((name): [string, Step] => [name, behind([])]),
  ['sst', behind(['shell'])],
  ['volta', behind(['run'])],
  ['fnm', behind(['exec'])],
  ['asdf', behind(['exec'])],
  ['nvm', behind(['exec'], 1)],
  ['direnv', behind(['exec'], 1)],
  ['with-env', (words) => words.slice(1)],
  ['fly', inOption(['-C', '--command'])],
  ['flyctl', inOption(['-C', '--command'])],
  ['su', inOption(['-c', '--command'])],
  ['nodemon', inOption(['--exec', '-x'])],
  ['powershell', inOption(['-Command', '-c', '/c'])],
  ['pwsh', inOption(['-Command', '-c'])],
  ['cmd', (words, out) => (/^\/c$/i.test(words[1]?.value ?? '') ? handed(words.slice(2), out) : undefined)],
  ['ssh', remote],
  ['eval', (words, out) => handed(words.slice(1), out)],
  ['find', find],
  ['parallel', parallel],
  ['trap', trap],
  ['script', inOption(['-c', '--command'])],
  ['runuser', runuser],
  ['gosu', past([], 1)],
  ['su-exec', past([], 1)],
  ['tini', past(['-p', '-e'])],
  ['dumb-init', past(['-r', '--rewrite'])],
  ['strace', past(['-o', '-e', '-p', '-s'])],
  ['dockerize', past(['-wait', '-timeout', '-template', '-stdout', '-stderr', '-wait-retry-interval'])],
  ['poetry', behind(['run'])],
  ['uv', behind(['run'])],
  ['nix', nix],
  ['start-server-and-test', servers],
  ['start-test', servers],
  ['node', node],
  ['deno', deno],
  ['turbo', turbo],
]);

export function handOn(name: string): Step | undefined {
  return steps.get(name);
}
