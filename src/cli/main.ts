/** The command line. */
import { defineCommand, renderUsage, runCommand, type CommandDef } from 'citty';
import { didYouMean } from '../config/distance.ts';
import { ownVersion } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { checkCommand } from './check.ts';
import { createCommand } from './command.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { explainCommand, rulesCommand } from './explain.ts';
import { lspCommand } from './lsp.ts';
import { mapCommand } from './map.ts';
import { coloursFor, write } from './terminal.ts';

const programName = 'backend-specialist';

const asksForHelp = (args: readonly string[]) => args.includes('--help') || args.includes('-h');

async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.clean;
  const done = (status: ExitCode) => {
    code = status;
  };
  const commands: { [name: string]: CommandDef } = {
    check: createCommand(checkCommand, done),
    map: createCommand(mapCommand, done),
    explain: createCommand(explainCommand, done),
    rules: createCommand(rulesCommand, done),
    lsp: createCommand(lspCommand, done),
  };
  const program = defineCommand({
    meta: {
      name: programName,
      version: ownVersion(),
      description: 'One backend contract for Next.js, Prisma, Auth.js and PostgreSQL',
    },
    subCommands: commands,
  });
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') {
    await write(process.stdout, `${ownVersion()}\n`);
    return code;
  }
  const command = name === undefined ? undefined : Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command && asksForHelp(rest)) await write(process.stdout, `${await renderUsage(command, program)}\n`);
  else if (command) await runCommand(command, { rawArgs: rest });
  else if (name !== undefined && asksForHelp([name]))
    await write(process.stdout, `${await renderUsage(program)}\n`);
  else if (name === undefined) {
    await write(process.stderr, `${await renderUsage(program)}\n`);
    return exitCodes.usage;
  } else throw new UsageError(`unknown command "${name}".${didYouMean(name, Object.keys(commands))}`);
  return code;
}

/** Runs a command line and says with which status to end; every failure is told on standard error. */
async function main(args: readonly string[]): Promise<ExitCode> {
  const { red } = coloursFor(process.stderr);
  try {
    return await runProgram(args);
  } catch (error) {
    if (error instanceof UsageError) {
      await write(process.stderr, `${red('error:')} ${plain(error.message)}\n`);
      return exitCodes.usage;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await write(process.stderr, `${red('internal error:')} ${text.split('\n').map(plain).join('\n')}\n`);
    return exitCodes.internal;
  }
}

// A reader that went away, like `head`, is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
