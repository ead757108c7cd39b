/** The tools for agents, for editors whose chat asks us: the MCP server's own, over what is typed and not only what is saved. */
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { toolRequest, type ToolAnswer } from '../../src/protocol/tools.ts';
import type { ServerContext } from '../context.ts';

export function registerTools(context: ServerContext): void {
  const { connection, folders } = context;

  connection.onRequest(toolRequest.method, async (params: unknown, token): Promise<ToolAnswer> => {
    const { name, input } = toolRequest.params.parse(params);
    const all = folders.all();
    // Loaded when the first agent asks: most windows never need it.
    const [{ answer }] = await Promise.all([
      import('../../src/mcp/tools.ts'),
      ...all.map((folder) => folder.ready),
    ]);
    // An answer from half an index would be wrong: nobody could tell "no such service" from "not read yet".
    await new Promise<void>((resolve) => {
      token.onCancellationRequested(() => resolve());
      context.onSettled(resolve);
      context.wake();
    });
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    const answers = all.flatMap((folder) =>
      folder.engine ? [{ folder: folder.name, ...answer(name, folder.engine, input) }] : [],
    );
    const [only] = answers;
    if (!only) return { text: 'No folder with a backend is open.', isError: true };
    if (answers.length === 1) return { text: only.text, isError: only.isError };
    return {
      text: answers.map(({ folder, text }) => `# ${folder}\n${text}`).join('\n\n'),
      isError: answers.every(({ isError }) => isError),
    };
  });
}
