/** The commands that a TypeScript file runs. */
import type { Span } from '../base/span.ts';
import { commandOfWords, parseCommandLine } from '../facts/commands.ts';
import type { Command, CommandWord, EnvAssignment } from '../facts/commandsModel.ts';
import { spanOf } from '../facts/model.ts';
import type { Value } from '../facts/tsModel.ts';
import { valuesOf } from '../facts/valueIndex.ts';
import { visitFile } from '../facts/visit.ts';
import type { WorkspaceView } from './view.ts';
import { Runners } from './commandRunners.ts';
import { constantsOf, nameOf, resolve, template, textOf } from './commandTexts.ts';
import type { Code, PlacedText } from './commandTexts.ts';

/** Cheap test that spares nearly every call: the words of which one is in every command that a rule tells of. */
const TOLD =
  /reset|data-loss|drop|truncate|delete|update|alter|volume|prune|destroy|-v\b|CONSENT|push|execute|psql/i;

type Call = Extract<Value, { k: 'call' | 'tagged' }>;

/** The commands that calls of `child_process`, execa, zx and the like run, with their places in the file. */
export function commandsOfCalls(facts: Code, file: string, workspace: WorkspaceView): Command[] {
  const { calls, constants } = candidatesOf(facts);
  if (calls.length === 0) return [];
  const runners = new Runners(facts, constants);
  const seen: Seen = { facts, file, workspace, constants, runners, ambient: undefined };
  return calls.flatMap((call) => commandsOf(seen, call));
}

interface Candidates {
  calls: readonly Call[];
  constants: ReadonlyMap<number, Value>;
}

/** Several rules ask for the same file in turn; this part follows from its facts alone. */
const candidates = new WeakMap<Code, Candidates>();

function candidatesOf(facts: Code): Candidates {
  const before = candidates.get(facts);
  if (before) return before;
  const all: Call[] = [
    ...valuesOf(facts, 'call').filter(({ args }) => args.length > 0),
    ...valuesOf(facts, 'tagged'),
  ];
  const constants = all.length > 0 ? constantsOf(facts) : new Map<number, Value>();
  const calls = all.filter((call) =>
    call.k === 'tagged'
      ? call.texts.some((text) => TOLD.test(text))
      : call.args.some((arg) => mentions(facts, constants, arg)),
  );
  const found = { calls, constants };
  candidates.set(facts, found);
  return found;
}

interface Seen {
  facts: Code;
  file: string;
  workspace: WorkspaceView;
  constants: ReadonlyMap<number, Value>;
  runners: Runners;
  /** What the file sets in its own environment before it runs commands; computed when first needed. */
  ambient: Around | undefined;
}

interface Around {
  env: EnvAssignment[];
  envFiles: CommandWord[];
}

function commandsOf(seen: Seen, call: Call): Command[] {
  const { facts, constants, runners } = seen;
  if (call.k === 'tagged') {
    if (runners.of(call.tag)?.form !== 'template') return [];
    const span = spanOf(facts, call.at);
    const last = call.texts.at(-1) ?? '';
    const inner = call.values.reduce((sum, value) => {
      const place = spanOf(facts, 'all' in value ? value.all : value.at);
      return sum + place.end - place.start + 3;
    }, 0);
    // The template ends where the whole expression ends; it begins as far before as its texts and values are wide.
    const width = call.texts.reduce((sum, text) => sum + text.length, 0) + inner + 2;
    const start = Math.max(span.start, span.end - width);
    const options = call.tag.k === 'call' ? call.tag.args : [];
    return last === '' && width > span.end - span.start
      ? []
      : lineCommands(
          seen,
          template(facts, call.texts, call.values, { start, end: span.end }, constants),
          options,
        );
  }
  const [first, second] = call.args;
  if (!first) return [];
  const runner = runners.of(call.fn);
  if (runner?.form === 'line') {
    const line = textOf(facts, first, constants);
    return line ? lineCommands(seen, line, call.args.slice(1)) : [];
  }
  if (runner?.form === 'words') return wordCommands(seen, first, second, call.args.slice(1));
  const handedOn = runners.wrapper(
    seen.workspace,
    seen.file,
    call.fn,
    (other) => new Runners(other, constantsOf(other)),
  );
  return handedOn.flatMap((handed) => {
    const command = call.args[handed.index];
    if (command && handed.form === 'words') return wordCommands(seen, command, call.args[handed.args], []);
    const line = command && textOf(facts, command, constants);
    return line ? lineCommands(seen, line, []) : [];
  });
}

function mentions(facts: Code, constants: ReadonlyMap<number, Value>, arg: Value): boolean {
  const whole = resolve(arg, constants);
  const items = whole.k === 'array' ? whole.items : [whole];
  return items.some((item) => {
    const inner = resolve(item.k === 'spread' ? item.of : item, constants);
    const parts = inner.k === 'array' ? inner.items : [inner];
    return parts.some((part) => TOLD.test(textOf(facts, part, constants)?.text ?? ''));
  });
}

/** A command line in a string, its places moved into the file. */
function lineCommands(seen: Seen, line: PlacedText, options: readonly Value[]): Command[] {
  const around = environment(seen, options);
  return parseCommandLine(line.text).map((command) => withEnvironment(moved(command, line), around));
}

/** `spawn('npx', ['prisma', …])`; with a shell, or without arguments, the program may be a whole line. */
function wordCommands(
  seen: Seen,
  program: Value,
  args: Value | undefined,
  options: readonly Value[],
): Command[] {
  const { facts, constants } = seen;
  const first = textOf(facts, program, constants);
  const list = args && resolve(args, constants);
  const isBunList = resolve(program, constants).k === 'array';
  if (!first && !isBunList) return [];
  if (first && list?.k !== 'array') return /\s/.test(first.text) ? lineCommands(seen, first, options) : [];
  const values = isBunList ? itemsOf(seen, program) : [program, ...itemsOf(seen, args)];
  const words = values.map((value): CommandWord => {
    const text = textOf(facts, value, constants);
    const span = text?.spans[0] && text.spans.length > 0 ? covering(text.spans) : spanOf(facts, value.at);
    return { value: text?.text ?? '', span, dynamic: text?.dynamic ?? true };
  });
  const around = environment(seen, options);
  return commandOfWords(words).map((command) => withEnvironment(command, around));
}

function itemsOf({ constants }: Seen, value: Value | undefined): Value[] {
  const known = value && resolve(value, constants);
  if (known?.k !== 'array') return [];
  return known.items.flatMap((item) => {
    if (item.k !== 'spread') return [item];
    const inner = resolve(item.of, constants);
    return inner.k === 'array' ? inner.items : [item];
  });
}

function covering(spans: readonly Span[]): Span {
  return {
    start: Math.min(...spans.map(({ start }) => start)),
    end: Math.max(...spans.map(({ end }) => end)),
  };
}

function moved(command: Command, line: PlacedText): Command {
  const move = (span: Span): Span => {
    const first = line.spans[span.start];
    const last = line.spans[Math.max(span.start, span.end - 1)] ?? line.spans.at(-1);
    return first && last ? { start: first.start, end: Math.max(first.end, last.end) } : span;
  };
  const word = <T extends { span: Span }>(item: T): T => ({ ...item, span: move(item.span) });
  return {
    ...command,
    argv: command.argv.map(word),
    effective: command.effective.map(word),
    env: command.env.map(word),
    envFiles: command.envFiles.map(word),
    scripts: command.scripts.map(word),
    span: move(command.span),
    ...(command.stdin ? { stdin: word(command.stdin) } : {}),
    ...(command.inputFile ? { inputFile: word(command.inputFile) } : {}),
  };
}

function withEnvironment(command: Command, around: Around): Command {
  return {
    ...command,
    env: [...around.env, ...command.env],
    envFiles: [...around.envFiles, ...command.envFiles],
  };
}

/** What the `env` option sets, on top of what the file sets for itself. */
function environment(seen: Seen, options: readonly Value[]): Around {
  const { facts, constants } = seen;
  seen.ambient ??= ambientOf(seen);
  const env = [...seen.ambient.env];
  for (const option of options) {
    const object = resolve(option, constants);
    if (object.k !== 'object') continue;
    for (const property of object.props)
      if (property.p === 'prop' && property.name === 'env')
        env.push(...assignments(facts, property.value, constants));
  }
  return { env, envFiles: seen.ambient.envFiles };
}

function assignments(
  facts: Code,
  value: Value,
  constants: ReadonlyMap<number, Value>,
  depth = 0,
): EnvAssignment[] {
  const object = resolve(value, constants);
  const span = spanOf(facts, value.at);
  // A whole environment by a name: `env: testEnv`, `{ ...e2eEnv }`.
  if (object.k !== 'object') {
    const name = nameOf(value);
    return name === '' || name === 'process.env'
      ? []
      : [{ name: 'APP_ENV', value: name, span, dynamic: true, from: 'prefix' }];
  }
  return object.props.flatMap((property): EnvAssignment[] => {
    if (property.p === 'spread')
      return depth > 3 ? [] : assignments(facts, property.value, constants, depth + 1);
    if (property.p !== 'prop') return [];
    return [assignment(facts, property.name, property.value, constants)];
  });
}

function assignment(
  facts: Code,
  name: string,
  value: Value,
  constants: ReadonlyMap<number, Value>,
): EnvAssignment {
  const text = textOf(facts, value, constants);
  const isKnown = text !== undefined && !text.dynamic;
  return {
    name,
    value: isKnown ? text.text : text && /:\/\//.test(text.text) ? text.text : nameOf(value),
    span: spanOf(facts, value.at),
    dynamic: !isKnown,
    from: 'prefix',
  };
}

/** `process.env.DATABASE_URL = …` and `dotenv.config({ path: '.env.test' })` anywhere in the file. */
function ambientOf({ facts, constants }: Seen): Around {
  const out: Around = { env: [], envFiles: [] };
  visitFile(facts, (value) => {
    if (value.k === 'assign' && value.target.k === 'member' && nameOf(value.target.of) === 'process.env')
      out.env.push(assignment(facts, value.target.name, value.value, constants));
    if (value.k !== 'call' || !/(^|\.)(config|loadEnvFile|loadEnv)$|^dotenv$/.test(nameOf(value.fn))) return;
    for (const arg of value.args) {
      const known = resolve(arg, constants);
      const paths =
        known.k === 'object'
          ? known.props.flatMap((property) =>
              property.p === 'prop' && property.name === 'path' ? [property.value] : [],
            )
          : [known];
      for (const path of paths) {
        const text = lastText(facts, path, constants);
        if (text !== undefined)
          out.envFiles.push({ value: text, span: spanOf(facts, path.at), dynamic: false });
      }
    }
  });
  return out;
}

/** A text, or the last one of `path.join(…, '.env.test')`. */
function lastText(facts: Code, value: Value, constants: ReadonlyMap<number, Value>): string | undefined {
  const known = resolve(value, constants);
  const inner = known.k === 'call' ? known.args.at(-1) : known;
  const text = inner && textOf(facts, inner, constants);
  return text && !text.dynamic ? text.text : undefined;
}
