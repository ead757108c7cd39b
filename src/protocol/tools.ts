/** The tools for agents, asked through an editor: the same as those of the MCP server, over texts as they are typed. */
import * as z from 'zod/mini';

/** What a tool is called in VS Code, where names are shared with all extensions. */
export const toolPrefix = 'backendSpecialist_';

/** Request, client → server: run a tool; what goes wrong is part of the answer. */
export const toolRequest = {
  method: 'backendSpecialist/tool',
  params: z.object({
    /** Without the prefix. */
    name: z.string(),
    input: z.unknown(),
  }),
  result: z.object({ text: z.string(), isError: z.boolean() }),
} as const;
export type ToolAnswer = z.infer<typeof toolRequest.result>;
