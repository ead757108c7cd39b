/** The command line as a function: what `main.ts` runs with the process's own arguments. */
import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand, type CommandDef } from 'citty';
import { didYouMean } from '../config/distance.ts';
import { ownVersion } from '../host/node.ts';
import { plain } from '../report/model.ts';
import { checkCommand } from './check.ts';
import { createCommand } from './command.ts';
import { commitMessageCommand } from './commitMessage.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { explainCommand, rulesCommand } from './explain.ts';
import { initCommand } from './init.ts';
import { lspCommand } from './lsp.ts';
import { mapCommand } from './map.ts';
import { mcpCommand } from './mcp.ts';
import { migrationsCommand } from './migrations.ts';
import { coloursFor, isColourful, OutputError, write } from './terminal.ts';
import { verifyCommand } from './verify.ts';

const programName = 'backend-specialist';

/** Help as citty draws it, which always has colours. */
async function help(stream: NodeJS.WriteStream, command: CommandDef, parent?: CommandDef): Promise<void> {
  const text = await renderUsage(command, parent);
  await write(stream, `${isColourful(stream) ? text : stripVTControlCharacters(text)}\n`);
}

const asksForHelp = (args: readonly string[]) => args.includes('--help') || args.includes('-h');

async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.clean;
  const done = (status: ExitCode) => {
    code = status;
  };
  const commands: { [name: string]: CommandDef } = {
    check: createCommand(checkCommand, done),
    map: createCommand(mapCommand, done),
    'commit-msg': createCommand(commitMessageCommand, done),
    verify: createCommand(verifyCommand, done),
    migrations: createCommand(migrationsCommand, done),
    explain: createCommand(explainCommand, done),
    rules: createCommand(rulesCommand, done),
    init: createCommand(initCommand, done),
    lsp: createCommand(lspCommand, done),
    mcp: createCommand(mcpCommand, done),
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
  if (command && asksForHelp(rest)) await help(process.stdout, command, program);
  else if (command) await runCommand(command, { rawArgs: rest });
  else if (name !== undefined && asksForHelp([name])) await help(process.stdout, program);
  else if (name === undefined) {
    await help(process.stderr, program);
    return exitCodes.usage;
  } else throw new UsageError(`unknown command "${name}".${didYouMean(name, Object.keys(commands))}`);
  return code;
}

/** A message repeats what it was given, which may be anything. */
const longestMessage = 2000;

/** Whether there is a current folder: another program may have removed it. */
function hasFolder(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}

/** Runs a command line and says with which status to end; every failure is told on standard error. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const { red } = coloursFor(process.stderr);
  const say = (label: string, message: string) =>
    write(process.stderr, `${red(label)} ${plain(message.slice(0, longestMessage))}\n`);
  try {
    if (!hasFolder()) throw new UsageError('the current folder does not exist any more.');
    return await runProgram(args);
  } catch (error) {
    if (error instanceof UsageError) {
      await say('error:', error.message);
      return exitCodes.usage;
    }
    if (error instanceof OutputError) {
      await say('error:', `the output cannot be written: ${error.message}.`);
      return exitCodes.internal;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await write(process.stderr, `${red('internal error:')} ${text.split('\n').map(plain).join('\n')}\n`);
    return exitCodes.internal;
  }
}
