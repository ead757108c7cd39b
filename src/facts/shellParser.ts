/** The grammar of the shell: loads it, and reads the simple commands of a script. */
import { createRequire } from 'node:module';
import type { Node, Parser } from 'web-tree-sitter';
import { given } from '../base/given.ts';
import type { CommandWord, EnvAssignment } from './commandsModel.ts';
import { MappedBuilder, sliceMapped, sourceSpan, unescaped } from './mappedText.ts';
import type { MappedText } from './mappedText.ts';

let parser: Parser | undefined;

/**
 * Loads the grammar (WebAssembly) once; every later call returns at once. `web-tree-sitter.wasm` and `tree-sitter-bash.wasm` lie beside
 * the file that runs when it is a bundle, else in their packages.
 */
export async function loadShellParser(): Promise<void> {
  if (parser) return;
  const { Language, Parser: TreeSitter } = await import('web-tree-sitter');
  await TreeSitter.init();
  const loaded = new TreeSitter();
  loaded.setLanguage(await Language.load(grammarFile()));
  parser = loaded;
}

function grammarFile(): string {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve('./tree-sitter-bash.wasm');
  } catch {
    // Not bundled: the file is in its package.
    return require.resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter-bash.wasm');
  }
}

/** A simple command as the shell sees it, before wrappers are taken off. */
export interface SimpleCommand {
  words: ShellWord[];
  env: EnvAssignment[];
  operator: 'first' | '&&' | '||' | '|' | ';';
  /** Range in the decoded text. */
  start: number;
  end: number;
  stdin?: ShellWord;
  inputFile?: ShellWord;
}

/** A word with its decoded content mapped to the file, for words that are scripts themselves (`bash -c '…'`). */
export interface ShellWord extends CommandWord {
  mapped: MappedText;
}

export interface ShellScript {
  commands: SimpleCommand[];
  comments: { start: number; end: number }[];
}

/**
 * The simple commands of a script in order, those in substitutions, conditions and functions included.
 * @throws Error when `loadShellParser` has not finished: a mistake of the caller
 */
export function parseShell(script: MappedText): ShellScript {
  if (!parser) throw new Error('loadShellParser() must finish before commands are read');
  const tree = parser.parse(masked(script.text));
  const out: ShellScript = { commands: [], comments: [] };
  if (!tree) return out;
  try {
    const exported: EnvAssignment[] = [];
    let previous: { start: number; end: number } | undefined;
    for (const node of tree.rootNode.descendantsOfType([
      'command',
      'declaration_command',
      'variable_assignment',
      'comment',
    ])) {
      if (node.type === 'comment') out.comments.push({ start: node.startIndex, end: node.endIndex });
      else if (node.type === 'variable_assignment') {
        const parent = node.parent?.type;
        // `export A=b` and a plain `A=b` hold for what follows; `A=b cmd` belongs to that command alone.
        if (parent !== 'command' || !node.parent?.childForFieldName('name'))
          exported.push(assignment(script, node, 'export'));
      } else if (node.type === 'command') {
        const command = simpleCommand(script, node, exported, previous);
        if (!command) continue;
        out.commands.push(command);
        previous = { start: command.start, end: command.end };
      }
    }
  } finally {
    tree.delete();
  }
  return out;
}

/** Template expressions of CI files and task runners are no shell; words of the same length stand in for them. */
function masked(text: string): string {
  return text
    .replaceAll(
      /\$\{\{[^}\n]*\}\}|\{\{[^}\n]*\}\}|<<\s*(?:parameters|pipeline|matrix)\.[\w.]+\s*>>/g,
      (expression) => '_'.repeat(expression.length),
    )
    .replaceAll('\0', ' ');
}

function simpleCommand(
  script: MappedText,
  node: Node,
  exported: readonly EnvAssignment[],
  previous: { start: number; end: number } | undefined,
): SimpleCommand | undefined {
  const words: ShellWord[] = [];
  const env: EnvAssignment[] = [...exported];
  let stdin: ShellWord | undefined;
  let end = node.startIndex;
  for (const child of node.namedChildren) {
    if (child.type === 'variable_assignment') env.push(assignment(script, child, 'prefix'));
    else if (child.type === 'herestring_redirect') {
      const value = child.namedChildren.at(-1);
      if (value) stdin = word(script, value);
    } else if (child.type === 'heredoc_redirect' || child.type === 'file_redirect') continue;
    else {
      words.push(word(script, child.type === 'command_name' ? (child.namedChildren[0] ?? child) : child));
      end = child.endIndex;
    }
  }
  if (words.length === 0) return undefined;
  let inputFile: ShellWord | undefined;
  const holder = node.parent?.type === 'redirected_statement' ? node.parent : undefined;
  for (const redirect of holder?.namedChildren ?? []) {
    if (redirect.type === 'heredoc_redirect') {
      const body = redirect.namedChildren.find((child) => child.type === 'heredoc_body');
      if (body) {
        const mapped = sliceMapped(script, body.startIndex, body.endIndex);
        stdin = {
          value: mapped.text,
          span: sourceSpan(script, body.startIndex, body.endIndex),
          dynamic: mapped.text.includes('$'),
          mapped,
        };
      }
    } else if (redirect.type === 'file_redirect' && redirect.text.startsWith('<')) {
      const target = redirect.childForFieldName('destination');
      if (target) inputFile = word(script, target);
    }
  }
  const between = previous ? script.text.slice(Math.min(previous.end, node.startIndex), node.startIndex) : '';
  // Inside another command: a substitution, which begins a chain of its own.
  const isInside = previous !== undefined && node.startIndex < previous.end;
  return {
    words,
    env,
    operator: previous === undefined || isInside ? 'first' : operatorIn(between),
    start: node.startIndex,
    end,
    ...given({ stdin, inputFile }),
  };
}

function operatorIn(between: string): SimpleCommand['operator'] {
  const plain = between.replaceAll(/#[^\n]*/g, '');
  if (plain.includes('&&')) return '&&';
  if (plain.includes('||')) return '||';
  return plain.includes('|') ? '|' : ';';
}

function assignment(script: MappedText, node: Node, from: EnvAssignment['from']): EnvAssignment {
  const name = node.childForFieldName('name')?.text ?? '';
  const value = node.childForFieldName('value');
  const decoded = value ? word(script, value) : undefined;
  return {
    name,
    value: decoded?.value ?? '',
    span: sourceSpan(script, node.startIndex, node.endIndex),
    dynamic: decoded?.dynamic ?? false,
    from,
  };
}

function word(script: MappedText, node: Node): ShellWord {
  const { startIndex: start, endIndex: end } = node;
  const mapped = unquoted(sliceMapped(script, start, end));
  const isLiteral = node.type === 'raw_string';
  return {
    value: mapped.text,
    span: sourceSpan(script, start, end),
    dynamic: !isLiteral && /\$[\w{(]|`|\{\{/.test(mapped.text),
    mapped,
  };
}

/** Takes the quotes and escapes off a word, as the shell does; expansions stay as they are. */
export function unquoted(raw: MappedText): MappedText {
  const { text } = raw;
  const out = new MappedBuilder();
  const add = (from: number, to: number): void => {
    for (let i = from; i < to; i++)
      out.add(text.charAt(i), raw.offsets[i] ?? raw.end, raw.ends[i] ?? raw.end);
  };
  let quote: '"' | undefined;
  for (let at = 0; at < text.length;) {
    const unit = text.charAt(at);
    const next = text.charAt(at + 1);
    if (unit === '$' && next === '(') {
      const end = closing(text, at + 1);
      add(at, end);
      at = end;
    } else if (unit === '\\' && at + 1 < text.length) {
      const escapes = quote === undefined || '"\\$`\n'.includes(next);
      if (!escapes) add(at, at + 1);
      if (next !== '\n') add(at + 1, at + 2);
      at += 2;
    } else if (unit === '"') {
      quote = quote === undefined ? '"' : undefined;
      at++;
    } else if (unit === '$' && next === "'" && quote === undefined) {
      const end = ansiEnd(text, at + 2);
      const inner = unescaped(text, at + 2, end);
      for (let i = 0; i < inner.text.length; i++) {
        const from = raw.offsets[inner.offsets[i] ?? at] ?? raw.end;
        out.add(inner.text.charAt(i), from, raw.ends[(inner.ends[i] ?? at + 1) - 1] ?? raw.end);
      }
      at = end + 1;
    } else if (unit === "'" && quote === undefined) {
      const close = text.indexOf("'", at + 1);
      const end = close < 0 ? text.length : close;
      add(at + 1, end);
      at = end + 1;
    } else {
      add(at, at + 1);
      at++;
    }
  }
  return out.build(raw.end);
}

function ansiEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === "'") return at;
  }
  return text.length;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text.charAt(at) === '(') depth++;
    else if (text.charAt(at) === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}
