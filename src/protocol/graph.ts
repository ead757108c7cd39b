/**
 * The graph view: what the server answers of it, and what the page that draws it and the extension tell each other. The page is the third
 * end of the conversation; like the others it parses what it receives.
 */
import * as z from 'zod/mini';
import { count, findingCountsSchema, guardStateSchema } from './requests.ts';

export const graphNodeSchema = z.object({
  /** That of its row in the tree. */
  id: z.string(),
  kind: z.enum(['page', 'route', 'action', 'service', 'model']),
  label: z.string(),
  /** From the workspace folder, for people. */
  file: z.string(),
  /** Nodes of one area belong together. */
  area: z.string(),
  /** Left out where a guard makes no sense, as for a model. */
  guard: z.optional(guardStateSchema),
  /** Why the guard is what it is. */
  guardDetail: z.optional(z.string()),
  roles: z.array(z.string()),
  findings: findingCountsSchema,
});
export type GraphNodeData = z.infer<typeof graphNodeSchema>;

export const graphSchema = z.object({
  /** Grows with every change of the map. */
  revision: count,
  /** False while the first index runs: nodes may still be missing. */
  complete: z.boolean(),
  /** All applications that have a backend. */
  apps: z.array(z.object({ id: z.string(), label: z.string() })),
  /** The one that is drawn; null when there is none. */
  app: z.nullable(z.string()),
  nodes: z.array(graphNodeSchema),
  /** `from` and `to` are places in `nodes`. */
  edges: z.array(z.object({ kind: z.enum(['calls', 'reads', 'writes']), from: count, to: count })),
});
export type GraphData = z.infer<typeof graphSchema>;

/** Request, client → server: the graph of one application; of the first where none is named, or where it is gone. */
export const mapGraphRequest = {
  method: 'backendSpecialist/mapGraph',
  params: z.object({ app: z.optional(z.string()) }),
  result: graphSchema,
} as const;

/** Extension → page. */
export const toPageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('graph'), graph: graphSchema }),
  /** There is nothing to draw, and why. */
  z.object({
    type: z.literal('welcome'),
    text: z.string(),
    actions: z.array(z.object({ title: z.string(), command: z.string() })),
  }),
  /** Select a node and look at its neighbourhood. */
  z.object({ type: z.literal('focus'), id: z.string() }),
]);
export type ToPage = z.infer<typeof toPageSchema>;

/** No picture is larger; what a page sends is not trusted. */
const maxExport = 64 * 1024 * 1024;

/** Page → extension. */
export const fromPageSchema = z.discriminatedUnion('type', [
  /** The page listens; `app` is the application that it showed before it was put away. */
  z.object({ type: z.literal('ready'), app: z.optional(z.string()) }),
  z.object({ type: z.literal('app'), id: z.string() }),
  z.object({ type: z.literal('open'), id: z.string(), keepFocus: z.boolean() }),
  /** A button of the welcome text. */
  z.object({ type: z.literal('run'), command: z.string() }),
  /** SVG as text, PNG as base64. */
  z.object({
    type: z.literal('export'),
    format: z.enum(['svg', 'png']),
    data: z.string().check(z.maxLength(maxExport)),
  }),
  /** What is on the screen, and how long placing and drawing it took. */
  z.object({
    type: z.literal('drawn'),
    nodes: count,
    edges: count,
    matches: count,
    layoutMs: z.number(),
    drawMs: z.number(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type FromPage = z.infer<typeof fromPageSchema>;
export type Drawn = Extract<FromPage, { type: 'drawn' }>;
