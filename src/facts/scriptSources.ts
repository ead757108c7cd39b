/** Finds the scripts inside files of other languages: each with its text mapped to the file, its name, and the environment around it. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Node as JsonNode } from 'jsonc-parser';
import { isTooDeep } from '../base/nesting.ts';
import type { CommandFileKind, CommandProblem, CommandWord, EnvAssignment } from './commandsModel.ts';
import { dockerSources } from './dockerSources.ts';
import { splitWords, unescaped, verbatim } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import { justSources, makeSources, markdownSources, procfileSources } from './lineSources.ts';
import { tomlSources } from './tomlSources.ts';
import { yamlSources } from './yamlSources.ts';

export interface ScriptSource {
  name: string;
  /** A script of the shell, or the words of one command that no shell reads. */
  body: { script: MappedText } | { words: MappedText[] };
  env: EnvAssignment[];
  envFiles: CommandWord[];
}

export interface ScriptSources {
  scripts: ScriptSource[];
  /** Comments outside the scripts, where the format has any. */
  comments: { start: number; end: number }[];
  problems: CommandProblem[];
}

/** The scripts of a file in order of appearance. Never throws. */
export function scriptSources(kind: CommandFileKind, text: string): ScriptSources {
  if (isTooDeep(text))
    return {
      scripts: [],
      comments: [],
      problems: [{ message: 'Nested too deep', span: { start: 0, end: 0 } }],
    };
  switch (kind) {
    case 'shell':
      return { scripts: [plain('', verbatim(text, 0, text.length))], comments: [], problems: [] };
    case 'package-json':
      return packageSources(text);
    case 'json-tasks':
      return taskSources(text);
    case 'dockerfile':
      return dockerSources(text);
    case 'makefile':
      return makeSources(text);
    case 'justfile':
      return justSources(text);
    case 'procfile':
      return procfileSources(text);
    case 'markdown':
      return markdownSources(text);
    case 'toml':
      return tomlSources(text);
    default:
      return yamlSources(kind, text);
  }
}

export function plain(name: string, script: MappedText): ScriptSource {
  return { name, body: { script }, env: [], envFiles: [] };
}

/** The content of a JSON string node, mapped. */
function jsonString(text: string, node: JsonNode): MappedText {
  const closed = node.length > 1 && text.charAt(node.offset + node.length - 1) === '"';
  return unescaped(text, node.offset + 1, node.offset + node.length - (closed ? 1 : 0));
}

function packageSources(text: string): ScriptSources {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const scripts = root && findNodeAtLocation(root, ['scripts']);
  const out: ScriptSource[] = [];
  for (const property of scripts?.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key && value?.type === 'string') out.push(plain(String(key.value), jsonString(text, value)));
  }
  // `prisma.seed` of older projects and lint-staged entries run commands too.
  const seed = root && findNodeAtLocation(root, ['prisma', 'seed']);
  if (seed?.type === 'string') out.push(plain('prisma.seed', jsonString(text, seed)));
  out.push(...tasksIn(text, root && findNodeAtLocation(root, ['nx', 'targets'])));
  return { scripts: out, comments: [], problems: [] };
}

const commandKey = /^(command|cmd|program|runtimeExecutable|.*Command)$/;
/** Keys with a list of commands, each a text or an object of its own. */
const listKey = /^(commands|cmds|preDeployCommand)$/;

/** Objects with a `command` (and `args`), keys that end in `Command`, and lists of commands. */
function taskSources(text: string): ScriptSources {
  const scripts = tasksIn(text, parseTree(text, [], { allowTrailingComma: true }));
  return { scripts, comments: lineComments(text), problems: [] };
}

function tasksIn(text: string, root: JsonNode | undefined): ScriptSource[] {
  const out: ScriptSource[] = [];
  const strings = (node: JsonNode | undefined): MappedText[] =>
    (node?.children ?? []).filter(({ type }) => type === 'string').map((item) => jsonString(text, item));
  const visit = (node: JsonNode | undefined, name: string, depth: number): void => {
    if (!node || depth > 60) return;
    if (node.type === 'array') for (const child of node.children ?? []) visit(child, name, depth + 1);
    if (node.type !== 'object') return;
    const get = (key: string): JsonNode | undefined => findNodeAtLocation(node, [key]);
    const label = [get('label'), get('name'), get('taskName')].find((item) => item?.type === 'string');
    const own = label ? String(label.value) : name;
    const env = jsonEnv(text, get('env') ?? findNodeAtLocation(node, ['options', 'env']));
    const add = (body: ScriptSource['body'], called = own): void => {
      out.push({ name: called, body, env, envFiles: [] });
    };
    const args = strings(get('args') ?? get('runtimeArgs'));
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (!key || !value) continue;
      const isCommand = commandKey.test(String(key.value));
      if (value.type === 'string' && isCommand) {
        const command = jsonString(text, value);
        add(args.length > 0 ? { words: [...splitWords(command), ...args] } : { script: command });
      } else if (value.type === 'array' && listKey.test(String(key.value))) {
        for (const script of strings(value)) add({ script });
        visit(value, own, depth + 1);
      } else if (value.type === 'array' && isCommand) add({ words: strings(value) });
      else if (value.type === 'object' && isCommand) addNamed(value, add, depth);
      else visit(value, label || isWrapper(key) ? own : String(key.value), depth + 1);
    }
  };
  // Commands of a development container that run side by side: `{ "db": "…", "web": ["npm", "ci"] }`.
  const addNamed = (
    node: JsonNode,
    add: (body: ScriptSource['body'], called?: string) => void,
    depth: number,
  ): void => {
    for (const { children = [] } of node.children ?? []) {
      const [key, value] = children;
      if (!key || !value) continue;
      if (value.type === 'string') add({ script: jsonString(text, value) }, String(key.value));
      else if (value.type === 'array') add({ words: strings(value) }, String(key.value));
      else visit(value, String(key.value), depth + 1);
    }
  };
  visit(root, '', 0);
  return out;
}

/** `options` of a target say nothing of what it is for. */
function isWrapper(key: JsonNode): boolean {
  return key.value === 'options';
}

function jsonEnv(text: string, node: JsonNode | undefined): EnvAssignment[] {
  return (node?.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (!key || value?.type !== 'string') return [];
    const decoded = jsonString(text, value).text;
    const span = { start: property.offset, end: property.offset + property.length };
    return [
      {
        name: String(key.value),
        value: decoded,
        span,
        dynamic: decoded.includes('$'),
        from: 'file' as const,
      },
    ];
  });
}

/** Comments of JSON with comments. */
function lineComments(text: string): { start: number; end: number }[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g)]
    .filter((match) => !match[0].startsWith('"'))
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
