/** What holds for a whole application: its database, how people sign in, where things live. */
import { isSame } from '../base/equal.ts';
import { given } from '../base/given.ts';
import type { FileId } from '../base/path.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { App } from '../project/model.ts';
import { authSetups, BASIC } from '../workspace/authConfig.ts';
import { dependencyRange, dependencyVersion } from '../workspace/dependencies.ts';
import type { Derivation } from '../workspace/derivation.ts';
import { ROLE } from '../workspace/roleTests.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { filesServing } from './appsUsing.ts';
import type { MapAuth, MapOverview } from './model.ts';

/** Packages by which people sign in, the first that is asked for counts. */
const ENGINES: readonly (readonly [pattern: string, name: string])[] = [
  ['next-auth', 'Auth.js'],
  ['better-auth', 'Better Auth'],
  ['@clerk/nextjs', 'Clerk'],
  ['@supabase/ssr', 'Supabase Auth'],
  ['@auth0/nextjs-auth0', 'Auth0'],
  ['@kinde-oss/kinde-auth-nextjs', 'Kinde'],
  ['@workos-inc/authkit-nextjs', 'WorkOS AuthKit'],
  ['@stackframe/stack', 'Stack Auth'],
  ['lucia', 'Lucia'],
  ['iron-session', 'iron-session'],
];

const overviews: Derivation<MapOverview | undefined> = {
  name: 'mapOverview',
  compute: (workspace, root) => {
    const app = workspace.project.apps('').find((candidate) => candidate.root === root);
    return app && compute(workspace, app);
  },
  equal: isSame,
};

/** The overview of the application at a folder; undefined when there is none. */
export function overviewOf(workspace: Workspace, root: FileId): MapOverview | undefined {
  return workspace.derived(overviews, root);
}

function compute(workspace: Workspace, app: App): MapOverview {
  const files = new Set(filesServing(workspace, app.root));
  const serving = (trait: 'client' | 'auth' | 'env'): string[] =>
    workspace.withTrait(trait).filter((file) => files.has(file) && workspace.role(file) !== 'proxy');
  const inside = [...files].find((file) => workspace.app(file)?.root === app.root);
  const schema = app.schema === undefined ? undefined : workspace.project.schema(app.schema);
  const learnt = inside === undefined ? undefined : workspace.projectConventions(inside);
  const session = inside === undefined ? undefined : workspace.projectGuards(inside).session;
  const next = inside === undefined ? undefined : dependencyVersion(workspace, inside, 'next');
  const ofList = (list: string[]): string[] | undefined => (list.length > 0 ? list : undefined);
  const [provider] = schema?.datasources ?? [];
  const result = learnt?.result;
  return {
    router: app.router,
    ...given({
      next: next && String(next[0]),
      database: provider?.provider,
      schema: app.schema,
      auth: inside === undefined ? undefined : authOf(workspace, inside, serving('auth'), schema),
      actions: learnt?.actions,
      services: learnt?.services,
      validations: learnt?.validations,
      env: ofList(serving('env')),
      client: ofList(serving('client')),
      result: result?.isFollowed
        ? `{ ${result.keys.map((key) => (key === 'error' && result.errorKeys.length > 0 ? `error: { ${result.errorKeys.join(', ')} }` : key)).join(', ')} }`
        : undefined,
      session: session && `${session.name} of ${session.file}`,
      userModel: schema?.userModel?.name,
      ...(schema ? ownershipOf(schema) : {}),
    }),
  };
}

function authOf(
  workspace: Workspace,
  inside: FileId,
  modules: string[],
  schema: SchemaModel | undefined,
): MapAuth | undefined {
  const engine = ENGINES.find(([name]) => dependencyRange(workspace, inside, name) !== undefined);
  const [setup, ...others] = authSetups(workspace, inside);
  if (!engine && modules.length === 0) return undefined;
  const version = setup ? ` v${setup.version}` : '';
  const sets = setup && typeof setup.session === 'object' ? [...setup.session.sets.keys()] : [];
  const carried = setup ? [...new Set([...BASIC, ...sets])].filter((path) => path.startsWith('user.')) : [];
  const roles = rolesOf(schema);
  return {
    engine: `${engine?.[1] ?? 'own'}${version}`,
    files: modules,
    ...given({ strategy: others.length === 0 ? setup?.strategy : undefined }),
    ...(carried.length > 0 ? { session: carried.toSorted() } : {}),
    ...(roles.length > 0 ? { roles } : {}),
  };
}

/** The values of the enum that a column of the user model has which is called after roles. */
function rolesOf(schema: SchemaModel | undefined): string[] {
  const user = schema?.userModel;
  for (const field of user?.fields ?? []) {
    const found = ROLE.test(field.name) ? schema?.enum(field.type) : undefined;
    if (found) return found.values.map(({ name }) => name);
  }
  return [];
}

function ownershipOf(schema: SchemaModel): {
  ownerKeys?: string[] | undefined;
  tenants?: string[] | undefined;
} {
  const keys = new Map<string, number>();
  const tenants = new Set<string>();
  for (const model of schema.models) {
    const path = schema.ownerPath(model.name);
    if (path?.via === 'direct') for (const key of path.keys) keys.set(key, (keys.get(key) ?? 0) + 1);
    if (path?.group !== undefined) tenants.add(path.group);
  }
  const ordered = [...keys].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([key]) => key);
  return {
    ownerKeys: ordered.length > 0 ? ordered : undefined,
    tenants: tenants.size > 0 ? [...tenants].toSorted() : undefined,
  };
}
