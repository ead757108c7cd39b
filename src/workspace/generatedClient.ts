/** Where Prisma's generator writes the client that a file should use. */
import { dirname, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { WorkspaceView } from './view.ts';

export interface GeneratedClient {
  /** Folder of the generated files. */
  dir: string;
  /** `prisma-client` writes TypeScript with an entry `client`, `prisma-client-js` a package with an index. */
  provider: 'prisma-client' | 'prisma-client-js';
  /** The schema file with the generator. */
  schema: FileId;
}

/**
 * The client that is generated into a folder of the project; undefined when it is generated into `@prisma/client` itself (no output,
 * or one in node_modules), or no schema is known.
 */
export function generatedClient(view: WorkspaceView, file: FileId): GeneratedClient | undefined {
  const found: GeneratedClient[] = [];
  for (const schema of view.schemaRoot(file)?.files ?? []) {
    const facts = view.facts(schema);
    if (facts?.kind !== 'prisma') continue;
    for (const { provider, output } of facts.generators) {
      if (provider !== 'prisma-client' && provider !== 'prisma-client-js') continue;
      if (output === undefined) {
        // Without an output only the old generator works, and its place is `@prisma/client`.
        if (provider === 'prisma-client-js') return undefined;
        continue;
      }
      const dir = join(dirname(schema), output);
      if (dir === undefined || /(^|\/)node_modules(\/|$)/.test(dir)) return undefined;
      found.push({ dir, provider, schema });
    }
  }
  return found.find(({ provider }) => provider === 'prisma-client') ?? found[0];
}
