/** How an application divides its server code, counted over its files: what it may be held to. */
import type { FileId } from '../base/path.ts';
import { isWithin } from '../base/path.ts';
import type { TsFacts } from '../facts/tsModel.ts';
import { majorityFolder } from '../project/conventions.ts';
import { isServicePath } from './roles.ts';
import type { WorkspaceView } from './view.ts';

export interface Layering {
  /** Files of the service layer that query the database. */
  services: number;
  /** Pages, route handlers, actions and components that do. */
  entries: number;
  /** Of the service files: those that import what answers a request, or ask who is signed in. */
  requestAware: number;
  /** Of the service files: those that cache reads. */
  cached: number;
  /** The folder of most `'use server'` files, and how many of them it holds. */
  actions: { folder: string | undefined; inside: number };
}

/** Files by what they show of the project's habits, of one application. */
export interface LayeringInput {
  queries: readonly FileId[];
  cached: readonly FileId[];
  request: readonly FileId[];
  actions: readonly FileId[];
}

export type Layer = 'service' | 'page' | 'route' | 'action' | 'component' | 'none';

/** The layer that a file with Prisma calls is part of; `none` for helpers, libraries' routers, set-up and tooling. */
export function layerOf(workspace: WorkspaceView, file: FileId): Layer {
  const configured = workspace.conventions(file).services;
  if (configured?.(file)) return 'service';
  const role = workspace.role(file);
  switch (role) {
    case 'action':
      // `services/user.ts` with 'use server': the layer is there, if a public one.
      return !configured && isServicePath(file) && !/(^|\/)_?actions?\//.test(file) ? 'service' : 'action';
    case 'page':
      return 'page';
    case 'route':
      // The handlers of an auth library hold its configuration, callbacks with queries and all.
      return /(^|\/)auth\/\[\.\.\./.test(file) ? 'none' : 'route';
    case 'service':
      return configured ? 'none' : 'service';
    case 'other':
      return workspace.holdsComponent(file) ? 'component' : 'none';
    default:
      return 'none';
  }
}

/** Whether a file has markup and a function that is named like a component. */
export function hasComponent(facts: TsFacts | undefined): boolean {
  return facts?.jsx === true && facts.functions.some((fn) => /^[A-Z]/.test(fn.name));
}

export function countLayers(workspace: WorkspaceView, input: LayeringInput): Layering {
  const cached = new Set(input.cached);
  const request = new Set(input.request);
  const services: FileId[] = [];
  let entries = 0;
  for (const file of input.queries) {
    const layer = layerOf(workspace, file);
    if (layer === 'service') services.push(file);
    else if (layer !== 'none') entries++;
  }
  const actions = input.actions.filter((file) => workspace.role(file) === 'action');
  const folder = majorityFolder(actions);
  return {
    actions: {
      folder,
      inside: actions.filter((file) => folder !== undefined && isWithin(folder, file)).length,
    },
    services: services.length,
    entries,
    requestAware: services.filter((file) => request.has(file)).length,
    cached: services.filter((file) => cached.has(file)).length,
  };
}

/**
 * Whether a page, a route handler or an action that queries the database is the exception: the configuration names a service layer, or
 * more of the other files that query are part of one than not.
 */
export function hasServiceLayer(workspace: WorkspaceView, file: FileId): boolean {
  if (workspace.conventions(file).services) return true;
  const { services, entries } = workspace.layering(file);
  return services > entries - 1;
}

/** Whether a service that knows of the request is the exception among the application's services. */
export function hasPureServices(workspace: WorkspaceView, file: FileId): boolean {
  if (workspace.conventions(file).services) return true;
  const { services, entries, requestAware } = workspace.layering(file);
  return services > entries && (requestAware - 1) * 2 <= services - 1;
}
