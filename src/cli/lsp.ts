/** `backend-specialist lsp`: the language server, for any editor. */
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError } from './exitCodes.ts';

const options = {
  stdio: { type: 'boolean', description: 'Talk over standard input and output' },
} as const;

export const lspCommand: CommandSpec<typeof options> = {
  name: 'lsp',
  description: 'Run the language server',
  options,
  async run({ stdio }) {
    if (!stdio) throw new UsageError('say how to talk: --stdio.');
    // The server reads --stdio from the command line and ends the process itself.
    await import('../../server/main.ts');
    await new Promise<never>(() => undefined);
    return exitCodes.clean;
  },
};
