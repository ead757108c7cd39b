/** Commands that the server runs for editors without our extension, which has commands of its own. */
import type { ServerContext } from '../context.ts';

type Handler = (args: readonly unknown[]) => Promise<unknown>;

export interface Commands {
  /** @param name as `executeCommandProvider` announces it */
  on(name: string, handler: Handler): void;
}

/** The one listener for `workspace/executeCommand`; a command that nobody took answers with null. */
export function registerCommands({ connection }: ServerContext): Commands {
  const handlers = new Map<string, Handler>();
  connection.onExecuteCommand(
    async ({ command, arguments: given }) => (await handlers.get(command)?.(given ?? [])) ?? null,
  );
  return { on: (name, handler) => void handlers.set(name, handler) };
}
