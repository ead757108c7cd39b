/** The MCP server over standard input and output: the tools of this folder for agents. It reads; it writes nothing. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Engine } from '../engine.ts';
import { ownVersion, type NodeHost } from '../host/node.ts';
import { answer, tools } from './tools.ts';
import { Freshness } from './workspace.ts';

/** Serves until standard input ends. */
export async function serve(engine: Engine, host: NodeHost): Promise<void> {
  const freshness = new Freshness(engine, host);
  const server = new McpServer({ name: 'backend-specialist', version: ownVersion() });
  for (const { name, title, description, inputSchema } of tools)
    server.registerTool(
      name,
      { title, description, inputSchema, annotations: { readOnlyHint: true, openWorldHint: false } },
      async (input: unknown) => {
        await freshness.refresh();
        const { text, isError } = answer(name, engine, input);
        return { content: [{ type: 'text' as const, text }], ...(isError ? { isError } : {}) };
      },
    );

  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', () => {
      resolve();
    });
  });
  await server.connect(transport);
  await closed;
  await server.close();
}
