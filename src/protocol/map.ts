/**
 * The part of the conversation that is about the Backend Map: its tree is asked for level by level, since a large workspace has thousands
 * of entries and a screen has fifty rows. Both ends parse what they receive, as everywhere in this folder.
 */
import * as z from 'zod/mini';
import {
  count,
  findingCountsSchema,
  guardStateSchema,
  noParams,
  positionSchema,
  rangeSchema,
} from './requests.ts';

export const groupKindSchema = z.enum([
  'actions',
  'routes',
  'services',
  'models',
  'pages',
  'validation',
  'env',
  'migrations',
  'problems',
]);
export type GroupKind = z.infer<typeof groupKindSchema>;

/** A `file:` URI and the name of something in that file. */
export const mapPlaceSchema = z.object({ uri: z.string(), range: rangeSchema });
export type MapPlace = z.infer<typeof mapPlaceSchema>;

/** One row of the tree. */
export const mapNodeSchema = z.object({
  /** Stable while what it stands for keeps its file and its name; unique in the whole tree. */
  id: z.string(),
  /** `missing`: there is no `backend-map.md`; `more`: what a list leaves out. */
  kind: z.enum(['app', 'group', 'folder', 'entry', 'rule', 'finding', 'missing', 'more']),
  /** What it is in the engine's words: the group, the kind of entry, the severity. */
  of: z.string(),
  label: z.string(),
  description: z.optional(z.string()),
  hasChildren: z.boolean(),
  /** Whether its children are shown at first. */
  open: z.boolean(),
  /** Entries below it; left out for entries. */
  count: z.optional(count),
  /** Findings inside or below it. */
  findings: findingCountsSchema,
  /** A `file:` URI, of what stands in one. */
  file: z.optional(z.string()),
  /** Left out where a guard makes no sense, as for a model. */
  guard: z.optional(guardStateSchema),
  /** Lines of plain text that say more. */
  details: z.array(z.string()),
  /** `lib/services/post.ts#listPosts`: how people and agents name it. */
  reference: z.optional(z.string()),
  /** Whether it can be asked who calls or uses it. */
  callers: z.boolean(),
  /** Whether something inside of it has a safe fix. */
  fixable: z.boolean(),
});
export type MapNodeData = z.infer<typeof mapNodeSchema>;

/** Request, client → server: the rows below a node, the first level without one. */
export const mapNodesRequest = {
  method: 'backendSpecialist/mapNodes',
  params: z.object({
    parent: z.optional(z.string()),
    /** Words that all have to be in an entry. */
    filter: z.optional(z.string().check(z.maxLength(200))),
  }),
  result: z.object({
    /** Grows with every change of the map; the same number means the same map. */
    revision: count,
    /** False while the first index runs: entries may still be missing. */
    complete: z.boolean(),
    nodes: z.array(mapNodeSchema),
  }),
} as const;
export type MapNodesResult = z.infer<typeof mapNodesRequest.result>;

/** Request, client → server: the rows from the first level down to the entry at a position; none when there is no entry. */
export const mapPathRequest = {
  method: 'backendSpecialist/mapPath',
  params: z.object({ uri: z.string(), position: positionSchema }),
  result: z.array(mapNodeSchema),
} as const;

const ofNode = z.object({ id: z.string() });

/** Request, client → server: where a node stands now; null when it is gone. */
export const mapPlaceRequest = {
  method: 'backendSpecialist/mapPlace',
  params: ofNode,
  result: z.nullable(mapPlaceSchema),
} as const;

/** Request, client → server: the places that call or use what a node stands for. */
export const mapCallersRequest = {
  method: 'backendSpecialist/mapCallers',
  params: ofNode,
  result: z.array(mapPlaceSchema),
} as const;

/** Request, client → server: make all safe fixes inside an entry; the server sends the edit as `workspace/applyEdit`. */
export const mapFixRequest = {
  method: 'backendSpecialist/mapFix',
  params: ofNode,
  result: z.object({ applied: z.boolean(), message: z.string() }),
} as const;

/** Request, client → server: write each application's `backend-map.md`, or bring it up to date line by line. */
export const writeMapRequest = {
  method: 'backendSpecialist/writeMap',
  params: noParams,
  result: z.object({
    files: z.array(
      z.object({
        /** A `file:` URI. */
        uri: z.string(),
        state: z.enum(['written', 'updated', 'current', 'failed']),
        /** How many lines were stale; 0 for a new map. */
        changes: count,
        /** Why it failed. */
        message: z.optional(z.string()),
      }),
    ),
  }),
} as const;
export type WriteMapResult = z.infer<typeof writeMapRequest.result>;

/** Notification, server → client: the map differs from what was last answered. */
export const mapChangedNotification = {
  method: 'backendSpecialist/mapChanged',
  params: z.object({
    revision: count,
    /** The groups that differ; left out when the first levels of the tree themselves do. */
    groups: z.optional(z.array(z.string())),
  }),
} as const;
export type MapChange = z.infer<typeof mapChangedNotification.params>;
