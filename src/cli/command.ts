/** One table of options for each command: citty draws the help from it, and Node's strict parser reads by it. */
import { parseArgs } from 'node:util';
import { defineCommand, type ArgsDef, type CommandDef } from 'citty';
import { didYouMean } from '../config/distance.ts';
import { UsageError, type ExitCode } from './exitCodes.ts';

export interface OptionSpec {
  type: 'string' | 'boolean';
  /** What an option is that is given without a value. */
  bare?: string;
  description: string;
  valueHint?: string;
  multiple?: boolean;
}

type OptionSpecs = { [name: string]: OptionSpec };

/** Values by option name; an option that was not given is `undefined`. */
export type OptionValues<Specs extends OptionSpecs> = {
  [name in keyof Specs]:
    | (Specs[name]['type'] extends 'boolean'
        ? boolean
        : Specs[name]['multiple'] extends true
          ? string[]
          : string)
    | undefined;
};

export interface CommandSpec<Specs extends OptionSpecs> {
  name: string;
  description: string;
  /** What may stand behind the options, if anything. */
  positional?: { name: string; description: string; max: number };
  options: Specs;
  run(values: OptionValues<Specs>, positionals: string[]): Promise<ExitCode>;
}

/** `--baseline` alone, at the end or before another option, is `--baseline=` with the value it stands for. */
function withBareValues(specs: OptionSpecs, args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const bare = arg.startsWith('--') ? specs[arg.slice(2)]?.bare : undefined;
    const next = args[index + 1];
    return bare !== undefined && (next === undefined || next.startsWith('-')) ? `${arg}=${bare}` : arg;
  });
}

function readArguments<Specs extends OptionSpecs>(
  spec: CommandSpec<Specs>,
  args: string[],
): { values: OptionValues<Specs>; positionals: string[] } {
  const names = Object.keys(spec.options);
  const options = Object.fromEntries(
    Object.entries(spec.options).map(([name, { type, multiple }]) => [
      name,
      { type, multiple: multiple ?? false },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: withBareValues(spec.options, args),
      options,
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const message = (error as Error).message;
    const valueless = /^Option '(?:-\w, )?--([^ ']+) <value>' argument missing/.exec(message)?.[1];
    if (valueless !== undefined) {
      const hint = spec.options[valueless]?.valueHint;
      throw new UsageError(
        `--${valueless} needs a value${hint === undefined ? '' : `: --${valueless} ${hint}`}.`,
      );
    }
    const unknown = /Unknown option '--([^']+)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message);
    throw new UsageError(`unknown option "--${unknown}".${didYouMean(unknown, names)}`);
  }
  const max = spec.positional?.max ?? 0;
  if (parsed.positionals.length > max)
    throw new UsageError(`unexpected argument "${parsed.positionals[max] ?? ''}".`);
  // The parser is strict: each value has the type its option declares.
  return { values: parsed.values as OptionValues<Specs>, positionals: parsed.positionals };
}

/**
 * A command whose exit status goes to `done`.
 * @param done called once, unless the command throws
 */
export function createCommand<Specs extends OptionSpecs>(
  spec: CommandSpec<Specs>,
  done: (code: ExitCode) => void,
): CommandDef {
  const args: ArgsDef = {};
  if (spec.positional) {
    const { name, description } = spec.positional;
    args[name] = { type: 'positional', description, required: false };
  }
  for (const [name, { type, description, valueHint }] of Object.entries(spec.options))
    args[name] = { type, description, ...(valueHint === undefined ? {} : { valueHint }) };
  return defineCommand({
    meta: { name: spec.name, description: spec.description },
    args,
    async run({ rawArgs }) {
      const { values, positionals } = readArguments(spec, rawArgs);
      done(await spec.run(values, positionals));
    },
  });
}
