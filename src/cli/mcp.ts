/** `backend-specialist mcp`: the tools for agents, over standard input and output. */
import type { CommandSpec } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { findWorkspace } from './root.ts';
import { openSession } from './session.ts';

const options = {
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

export const mcpCommand: CommandSpec<typeof options> = {
  name: 'mcp',
  description:
    'Serve the Backend Map, findings and fix previews to agents (Model Context Protocol over stdio)',
  options,
  async run({ 'no-cache': noCache }) {
    const { root } = findWorkspace(process.cwd(), []);
    const [{ engine, host }, { serve }] = await Promise.all([
      openSession(root, { cache: !noCache, overrides: {} }),
      import('../mcp/main.ts'),
    ]);
    await serve(engine, host);
    return exitCodes.clean;
  },
};
