/** What an entry point does that is no Prisma call: what it revalidates, and what a sign-in library writes for it. */
import { isSame } from '../base/equal.ts';
import type { FunctionKey } from '../workspace/abs.ts';
import type { Derivation } from '../workspace/derivation.ts';
import { parseFunctionKey } from '../workspace/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { LibraryWrite } from './libraryWrites.ts';
import { reachFrom } from './reach.ts';
import type { Reach } from './reach.ts';

export interface Deeds {
  revalidates: string[];
  libraryWrites: LibraryWrite[];
}

/** Those of a function and of all that it calls. */
const deedsOfFunction: Derivation<Deeds> = {
  name: 'mapDeeds',
  compute: (workspace, key) => {
    const reach = reachFrom(workspace, [key], [], () => false);
    return {
      revalidates: [...reach.revalidates],
      libraryWrites: writesOf(workspace, key, reach),
    };
  },
  equal: isSame,
};

/** Those of what an entry point reaches, in the services that it calls too. */
export function deedsOf(workspace: Workspace, reach: Reach): Deeds {
  const theirs = [...reach.stops].map((key) => workspace.derived(deedsOfFunction, key));
  const [first] = reach.seen;
  return {
    revalidates: [
      ...new Set([...reach.revalidates, ...theirs.flatMap(({ revalidates }) => revalidates)]),
    ].toSorted(),
    libraryWrites: [
      ...(first === undefined ? [] : writesOf(workspace, first, reach)),
      ...theirs.flatMap(({ libraryWrites }) => libraryWrites),
    ],
  };
}

/** The writes whose model the schema has. */
function writesOf(workspace: Workspace, key: FunctionKey, reach: Reach): LibraryWrite[] {
  const schema = reach.libraryWrites.length > 0 ? workspace.schema(parseFunctionKey(key).file) : undefined;
  return reach.libraryWrites.flatMap(([accessor, operation]): LibraryWrite[] => {
    const model = schema?.modelOf(accessor)?.name;
    return model === undefined ? [] : [[model, operation]];
  });
}
