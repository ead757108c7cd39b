/** `backend-specialist map`: the Backend Map as data, as graphs, and as `backend-map.md`. */
import type { Engine } from '../engine.ts';
import { replaceFile, type NodeHost } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { staleText } from '../verify/staleMap.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError } from './exitCodes.ts';
import { sayOnce, type Said } from './memo.ts';
import { findWorkspace } from './root.ts';
import { coloursFor, write } from './terminal.ts';

const formats = ['markdown', 'json', 'mermaid'] as const;

const options = {
  format: { type: 'string', valueHint: formats.join('|'), description: 'How the map is printed (markdown)' },
  write: {
    type: 'boolean',
    description: 'Write doc/documentation/backend-map.md, or bring it up to date line by line',
  },
  check: { type: 'boolean', description: 'Say which lines of it are stale, and end with status 1 if any is' },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

export const mapCommand: CommandSpec<typeof options> = {
  name: 'map',
  description: 'Print the Backend Map: actions, routes, services, models, their guards and what they touch',
  options,
  async run({ format, write: isWriting, check: isChecking, 'no-cache': noCache }) {
    const chosen = format === undefined ? 'markdown' : formats.find((name) => name === format);
    if (!chosen) throw new UsageError(`unknown format "${format ?? ''}". Use ${formats.join(', ')}.`);
    if (isWriting && isChecking) throw new UsageError('--write and --check exclude each other.');
    if ((isWriting || isChecking) && format !== undefined && format !== 'markdown')
      throw new UsageError('--write and --check are about the markdown.');
    const { root } = findWorkspace(process.cwd(), []);
    const task = isWriting ? 'write' : isChecking ? 'check' : chosen;
    const { out, errors, code } = await sayOnce(root, `map-${task}`, !noCache, ({ engine, host }) => {
      if (task === 'write') return writeMaps(engine, host);
      if (task === 'check') return checkMaps(engine);
      const text = task === 'json' ? jsonText(root, engine) : markdownText(engine, task);
      return { out: text, errors: '', code: exitCodes.clean };
    });
    await write(process.stderr, errors);
    await write(process.stdout, out);
    return code;
  },
};

function jsonText(root: string, engine: Engine): string {
  const apps = engine.map().apps.map((app) => ({
    ...app,
    entries: app.entries.map(({ start: _start, end: _end, range, ...entry }) => ({
      ...entry,
      line: range.start.line + 1,
      column: range.start.character + 1,
    })),
  }));
  return `${JSON.stringify({ version: 1, root, apps }, null, 2)}\n`;
}

/** What `--write` would leave in the files; of it the graphs alone when those are asked for. */
function markdownText(engine: Engine, form: 'markdown' | 'mermaid'): string {
  const texts = engine.mapDocuments(true).map(({ next }) => next);
  const graphs = (text: string): string =>
    [...text.matchAll(/^```mermaid\r?\n([\s\S]*?)^```/gm)].map(([, graph]) => graph ?? '').join('\n');
  return texts.map(form === 'mermaid' ? graphs : (text) => text).join('\n');
}

function writeMaps(engine: Engine, host: NodeHost): Said {
  const { red } = coloursFor(process.stderr);
  const said: Said = { out: '', errors: '', code: exitCodes.clean };
  for (const { file, text, stale, next } of engine.mapDocuments(true)) {
    const stuck = stale.find((one) => one.edits.length === 0);
    said.hasWritten ||= next !== text;
    const failure =
      stuck && text !== undefined
        ? stuck.kind === 'conflict'
          ? `line ${lineOf(text, stuck.start)} begins a merge conflict that holds text of yours: resolve it first`
          : (stuck.detail ?? 'it is damaged')
        : next !== text
          ? replaceFile(host, file, text, next)
          : undefined;
    if (failure !== undefined) {
      said.errors += `${red('error:')} ${plain(file)}: ${failure}\n`;
      said.code = exitCodes.findings;
      continue;
    }
    const done =
      text === undefined ? 'written' : next === text ? 'up to date' : `updated, ${count(stale.length)}`;
    said.out += `${plain(file)}: ${done}\n`;
  }
  return said;
}

function checkMaps(engine: Engine): Said {
  const said: Said = { out: '', errors: '', code: exitCodes.clean };
  for (const { file, text, stale } of engine.mapDocuments(true)) {
    if (text !== undefined && stale.length === 0) continue;
    said.code = exitCodes.findings;
    if (text === undefined) said.out += `${plain(file)}: missing\n`;
    else
      for (const entry of stale)
        said.out += `${plain(file)}:${lineOf(text, entry.start)}: ${plain(staleText(entry))}\n`;
  }
  return said;
}
const count = (lines: number): string => `${lines} ${lines === 1 ? 'change' : 'changes'}`;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split(/\r\n|\r|\n/).length;
