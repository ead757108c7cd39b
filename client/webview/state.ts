/** What the person has set, kept by the editor while the page is put away and over a restart. */
import * as z from 'zod/mini';
import { graphNodeSchema } from '../../src/protocol/graph.ts';
import { colourings } from './view.ts';

const kindSchema = graphNodeSchema.shape.kind;

const stateSchema = z.object({
  app: z.optional(z.string()),
  colouring: z.enum(colourings),
  search: z.string(),
  hidden: z.array(kindSchema),
  /** Id of the selected node. */
  selected: z.optional(z.string()),
  /** Id of the node whose neighbourhood is shown. */
  focus: z.optional(z.string()),
  depth: z.int().check(z.minimum(1), z.maximum(9)),
  viewport: z.optional(z.object({ zoom: z.number(), pan: z.object({ x: z.number(), y: z.number() }) })),
});
export type State = z.infer<typeof stateSchema>;

export const firstState: State = { colouring: 'guard', search: '', hidden: [], depth: 2 };

/** What was kept; the beginning where that is of another version or nothing. */
export function readState(kept: unknown): State {
  const parsed = stateSchema.safeParse(kept);
  return parsed.success ? parsed.data : firstState;
}
