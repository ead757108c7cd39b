/** Scripts in YAML: CI workflows, compose files, hosting settings. */
import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { CommandFileKind, EnvAssignment } from './commandsModel.ts';
import { aligned, MappedBuilder, unescaped } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';
import type { ScriptSource, ScriptSources } from './scriptSources.ts';

/** Keys whose value is a script, per kind of file. */
const scriptKeys: Partial<Record<CommandFileKind, RegExp>> = {
  github: /^run$/,
  gitlab: /^(script|before_script|after_script)$/,
  circleci: /^(run|command)$/,
  compose: /^(command|entrypoint|test)$/,
  ci: /^(run|script|before_script|after_script|bash|command|commands|cmd|cmds|steps|.*Command|preBuild|build|install)$/,
};
const envKeys = /^(env|environment|variables|envVars)$/;

interface Around {
  name: string;
  env: EnvAssignment[];
  depth: number;
}

export function yamlSources(kind: CommandFileKind, text: string): ScriptSources {
  const out: ScriptSources = { scripts: [], comments: [], problems: [] };
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: new LineCounter(),
      uniqueKeys: false,
      keepSourceTokens: false,
    });
    if (!Array.isArray(documents)) return out;
    for (const document of documents) {
      for (const error of document.errors)
        out.problems.push({
          message: error.message.split('\n')[0] ?? '',
          span: {
            start: Math.min(error.pos[0], text.length),
            end: Math.min(Math.max(...error.pos), text.length),
          },
        });
      const keys = scriptKeys[kind] ?? /^run$/;
      const walker: Walker = { text, keys, kind, document, out: out.scripts };
      visit(walker, document.contents, { name: '', env: [], depth: 0 });
    }
    out.comments = yamlComments(text);
  } catch (error) {
    // The parser collects errors of a text; what it throws all the same is a defect of its own, told as a problem.
    out.problems.push({
      message: error instanceof Error ? error.message : String(error),
      span: { start: 0, end: 0 },
    });
  }
  return out;
}

interface Walker {
  text: string;
  keys: RegExp;
  kind: CommandFileKind;
  document: Document;
  out: ScriptSource[];
}

function visit(walker: Walker, node: unknown, around: Around): void {
  if (around.depth > 60 || isAlias(node)) return;
  if (isSeq(node)) {
    for (const item of node.items) visit(walker, item, { ...around, depth: around.depth + 1 });
    return;
  }
  if (!isMap(node)) return;
  const label = node.get('name', true);
  const own: Around = {
    name: isScalar(label) && typeof label.value === 'string' ? label.value : around.name,
    env: [...around.env, ...environments(walker.text, node)],
    depth: around.depth + 1,
  };
  for (const pair of node.items) {
    const key = keyOf(pair);
    const value = pair.value;
    if (key === undefined) continue;
    if (walker.keys.test(key) && addScripts(walker, value, node, own)) continue;
    // The name of a job, service or stage names the steps below it until they have one of their own.
    const isStructural = /^(jobs|steps|services|stages|runs|pipelines|spec|with|on|true)$/.test(key);
    visit(walker, value, isStructural ? own : { ...own, name: isScalar(label) ? own.name : key });
  }
}

/** The scalars of a script's list, those of lists inside it and of anchors that it names too; `undefined` for a list of maps. */
function scalarsOf(walker: Walker, items: readonly unknown[], depth = 0): Scalar[] | undefined {
  const out: Scalar[] = [];
  for (const item of items) {
    const node = isAlias(item) ? item.resolve(walker.document) : item;
    if (isScalar(node)) out.push(node);
    else if (isSeq(node) && depth < 5) {
      const inner = scalarsOf(walker, node.items, depth + 1);
      if (!inner) return undefined;
      out.push(...inner);
    } else if (isMap(node)) return undefined;
  }
  return out;
}

/** Adds a scalar or a list of scalars; a list of maps is no script. */
function addScripts(walker: Walker, value: unknown, step: YAMLMap, around: Around): boolean {
  const { text, kind, out } = walker;
  const shell = step.get('shell');
  if (typeof shell === 'string' && !/sh\b/.test(shell.replace(/^pwsh$|^powershell$/, ''))) return true;
  const add = (body: ScriptSource['body']): void => {
    out.push({ name: around.name, body, env: around.env, envFiles: [] });
  };
  if (isAlias(value)) {
    const named = value.resolve(walker.document);
    return named !== undefined && !isAlias(named) && addScripts(walker, named, step, around);
  }
  if (isScalar(value)) {
    const mapped = scalarText(text, value);
    if (mapped) add({ script: mapped });
    return mapped !== undefined;
  }
  if (!isSeq(value)) return false;
  const scalars = scalarsOf(walker, value.items);
  if (!scalars || scalars.length === 0) return false;
  const items = scalars.flatMap((item) => scalarText(text, item) ?? []);
  // A container's command in list form is the words of one command.
  if (kind === 'compose')
    add({ words: items[0]?.text === 'CMD' || items[0]?.text === 'CMD-SHELL' ? items.slice(1) : items });
  else for (const item of items) add({ script: item });
  return true;
}

function environments(text: string, map: YAMLMap): EnvAssignment[] {
  return map.items.flatMap((pair) => {
    if (!envKeys.test(keyOf(pair) ?? '')) return [];
    const value = pair.value;
    if (isMap(value)) {
      return value.items.flatMap((entry) => {
        const name = keyOf(entry);
        return name !== undefined && isScalar(entry.value)
          ? [assignment(text, name, String(entry.value.value ?? ''), entry.value)]
          : [];
      });
    }
    if (!isSeq(value)) return [];
    return value.items.flatMap((item) => {
      const split = isScalar(item) ? /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(String(item.value)) : undefined;
      return split && isScalar(item) ? [assignment(text, split[1] ?? '', split[2] ?? '', item)] : [];
    });
  });
}

function assignment(text: string, name: string, value: string, node: Scalar): EnvAssignment {
  return { name, value, span: spanOf(text, node), dynamic: value.includes('$'), from: 'file' };
}

function spanOf(text: string, node: Node): { start: number; end: number } {
  const [start = 0, end = 0] = node.range ?? [];
  return { start: Math.min(start, text.length), end: Math.min(end, text.length) };
}

function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

/** A scalar's value with the place of each unit. */
function scalarText(text: string, node: Scalar): MappedText | undefined {
  if (typeof node.value !== 'string') return undefined;
  const { start, end } = spanOf(text, node);
  if (node.type === 'QUOTE_DOUBLE') return unescaped(text, start + 1, Math.max(start + 1, end - 1));
  if (node.type === 'QUOTE_SINGLE') {
    const out = new MappedBuilder();
    for (let at = start + 1; at < end - 1; at++) {
      const doubled = text.startsWith("''", at);
      out.add(text.charAt(at), at, doubled ? at + 2 : at + 1);
      if (doubled) at++;
    }
    return out.build(Math.max(start, end - 1));
  }
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    const lineEnd = text.indexOf('\n', start);
    return aligned(node.value, text, lineEnd < 0 ? end : Math.min(lineEnd + 1, end), end);
  }
  return aligned(node.value, text, start, end);
}

/** Comments of a YAML text: the tokens that begin with `#`, which a scalar's content never gives. */
function yamlComments(text: string): { start: number; end: number }[] {
  const out: { start: number; end: number }[] = [];
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    // The lexer marks documents, flow ends and scalars by control characters that aren't in the text.
    if (token === '\u0002' || token === '\u0018' || token === '\u001f') continue;
    const found = text.startsWith(token, at) ? at : text.indexOf(token, at);
    if (found < 0) continue;
    if (token.startsWith('#')) out.push({ start: found, end: found + token.length });
    at = found + token.length;
  }
  return out;
}
