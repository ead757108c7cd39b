/** The lie of the land: packages, applications, schemas, tsconfigs; and where an import leads. */
import { isSame } from '../base/equal.ts';
import { ancestors, basename, dirname, isWithin, join } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { PackageFacts, TsconfigFacts } from '../facts/json.ts';
import type { PrismaFacts } from '../facts/prismaModel.ts';
import { mergePrisma } from '../prisma/schema.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { App, Package, SchemaRoot } from '../project/model.ts';
import { groupSchemas, isPrismaConfig, namesSchema, readPrismaConfig } from '../project/schemas.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import type { Database, Query } from './database.ts';
import type { ImportTarget } from './links.ts';
import type { FactStore } from './store.ts';

const EXTENSIONS = ['.ts', '.tsx', '.d.ts', '.mts', '.js', '.jsx', '.mjs', '.cjs'];

/** In inherited paths: the folder of the configuration that extends them (TypeScript 5.5). */
const CONFIG_DIR = '${configDir}';

interface PathRules {
  /** Folder that the paths are relative to. */
  base: string;
  paths: [pattern: string, targets: readonly string[]][];
  baseUrl: string | undefined;
}

export class Project {
  readonly packages: Query<readonly Package[]>;
  readonly apps: Query<readonly App[]>;
  readonly schemaRoots: Query<readonly SchemaRoot[]>;
  readonly prismaConfigs: Query<readonly PrismaConfig[]>;
  /** The joined schema by `SchemaRoot.id`. */
  readonly schema: Query<SchemaModel | undefined>;
  private readonly pathRules: Query<PathRules | undefined>;
  private readonly resolved: Query<ImportTarget>;
  private readonly store: FactStore;

  constructor(db: Database, store: FactStore) {
    this.store = store;
    const byContent = { equal: isSame };
    // Most files rest on these four, and a new file seldom makes them say something else.
    const settled = { ...byContent, eager: true };
    this.packages = db.query('packages', () => this.findPackages(), settled);
    this.prismaConfigs = db.query('prismaConfigs', () => this.findPrismaConfigs(), settled);
    this.schemaRoots = db.query('schemaRoots', () => this.findSchemas(), settled);
    this.apps = db.query('apps', () => this.findApps(), settled);
    this.schema = db.query('schema', (id) => this.joinSchema(id));
    this.pathRules = db.query('pathRules', (dir) => this.findPathRules(dir), byContent);
    this.resolved = db.query('resolved', (key) => this.resolve(key), byContent);
  }

  private tree(): readonly FileId[] {
    return this.store.tree('') ?? [];
  }

  packageFacts(file: FileId): PackageFacts | undefined {
    const facts = this.store.facts(file);
    return facts?.kind === 'package' ? facts : undefined;
  }

  // --- packages and apps ---

  private findPackages(): Package[] {
    return this.tree()
      .filter((file) => basename(file) === 'package.json')
      .map((file) => ({ dir: dirname(file), name: this.packageFacts(file)?.name, file }));
  }

  /** The nearest package that holds a file. */
  packageOf(file: FileId): Package | undefined {
    const packages = this.packages('');
    let best: Package | undefined;
    for (const candidate of packages)
      if (isWithin(candidate.dir, file) && (!best || candidate.dir.length > best.dir.length))
        best = candidate;
    return best;
  }

  private findApps(): App[] {
    const tree = this.tree();
    const apps: App[] = [];
    const roots = new Map<string, string[]>();
    const why = (dir: string, reason: string): void => {
      const reasons = roots.get(dir);
      if (reasons) reasons.push(reason);
      else roots.set(dir, [reason]);
    };
    for (const file of tree)
      if (/^next\.config\.[cm]?[jt]s$/.test(basename(file))) why(dirname(file), basename(file));
    for (const candidate of this.packages('')) {
      const facts = this.packageFacts(candidate.file);
      if (facts && 'next' in facts.dependencies)
        why(candidate.dir, `package.json depends on next ${facts.dependencies['next'] ?? ''}`.trim());
    }
    // Without any sign of Next.js in a manifest, folders that look like its router still make an application.
    if (roots.size === 0)
      for (const dir of ['', 'src'])
        if (hasRouter(tree, join(dir, 'app') ?? 'app'))
          roots.set('', ['no package.json says so, but there are routes']);
    for (const [root, reasons] of [...roots].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const places = ['app', 'pages', 'src/app', 'src/pages'].map((dir) => ({
        dir,
        full: join(root, dir) ?? dir,
      }));
      const router =
        places.find(({ full }) => hasRouter(tree, full)) ??
        places.find(({ full }) => tree.some((file) => file.startsWith(`${full}/`)));
      // A library that lists next as a dependency is no application: it has no routes.
      if (router === undefined) continue;
      const schema = this.schemaForDir(root);
      apps.push({
        root,
        name:
          this.packages('').find((candidate) => candidate.dir === root)?.name ??
          (root === '' ? 'app' : basename(root)),
        src: router.dir.startsWith('src/') ? 'src' : '',
        router: router.dir.endsWith('app') ? 'app' : 'pages',
        why: [...reasons, `has ${router.dir}/`],
        schema: schema?.root.id,
        schemaWhy: schema?.why,
      });
    }
    return apps;
  }

  /** The application that a file belongs to: the nearest one above it. */
  appOf(file: FileId): App | undefined {
    let best: App | undefined;
    for (const app of this.apps(''))
      if (isWithin(app.root, file) && (!best || app.root.length > best.root.length)) best = app;
    return best;
  }

  // --- schemas ---

  private findSchemas(): SchemaRoot[] {
    const files = this.tree().filter((file) => file.endsWith('.prisma'));
    const heads = files.filter((file) => (this.prismaFacts(file)?.datasources.length ?? 0) > 0);
    const groups = new Map<string, FileId[]>();
    for (const [id, group] of groupSchemas(files, heads)) groups.set(id, group);
    return [...groups].map(([id, group]) => {
      const dir = id.endsWith('.prisma') ? dirname(id) : id;
      const generated: string[] = [];
      for (const file of group) {
        for (const generator of this.prismaFacts(file)?.generators ?? []) {
          if (!/^prisma-client(-js)?$/.test(generator.provider ?? '') || generator.output === undefined)
            continue;
          const output = join(dirname(file), generator.output);
          // A client beside its schema is told by its files' own headers: the folder holds more than the client.
          if (output !== undefined && !isWithin(output, file)) generated.push(output);
        }
      }
      // Migrations lie beside the schema file, or beside its folder.
      const configured = this.prismaConfigs('')
        .filter((config) => config.schema !== undefined && namesSchema(config.schema, id))
        .map((config) => config.migrations);
      const places = [...configured, join(dir, 'migrations'), join(dirname(dir), 'migrations')];
      const migrations = places.find(
        (place) => place !== undefined && this.tree().some((file) => file.startsWith(`${place}/`)),
      );
      return {
        id,
        files: group,
        migrations: migrations ?? join(dir, 'migrations') ?? 'migrations',
        generated,
      };
    });
  }

  private findPrismaConfigs(): PrismaConfig[] {
    return this.tree().flatMap((file) => {
      if (!isPrismaConfig(file)) return [];
      const facts = this.store.facts(file);
      return facts?.kind === 'ts' ? [readPrismaConfig(file, facts)] : [];
    });
  }

  private prismaFacts(file: FileId): PrismaFacts | undefined {
    const facts = this.store.facts(file);
    return facts?.kind === 'prisma' ? facts : undefined;
  }

  private joinSchema(id: string): SchemaModel | undefined {
    const root = this.schemaRoots('').find((candidate) => candidate.id === id);
    if (!root) return undefined;
    return mergePrisma(
      root.files.flatMap((file) => {
        const facts = this.prismaFacts(file);
        return facts ? [{ file, facts }] : [];
      }),
    );
  }

  /** The schema that code in a folder uses: its own package's, a depended-on workspace package's, or the only one. */
  private schemaForDir(dir: string): { root: SchemaRoot; why: string } | undefined {
    const roots = this.schemaRoots('');
    const config = this.prismaConfigs('').find((candidate) => candidate.home === dir);
    const named = config?.schema;
    const configured = named === undefined ? undefined : roots.find((root) => namesSchema(named, root.id));
    if (config && configured) return { root: configured, why: `${configured.id}, named by ${config.file}` };
    const own = roots.filter((root) => isWithin(dir, root.id) && !this.isInInnerPackage(dir, root.id));
    const inOwn = own.find((root) => /(^|\/)prisma\//.test(root.id)) ?? own[0];
    if (inOwn) return { root: inOwn, why: `${inOwn.id} in the application` };
    const packages = this.packages('');
    const nearest = packages
      .filter((candidate) => isWithin(candidate.dir, dir))
      .toSorted((a, b) => b.dir.length - a.dir.length)[0];
    const seen = new Set<string>();
    const todo = nearest ? [nearest] : [];
    for (let current = todo.shift(); current; current = todo.shift()) {
      const dependencies = this.packageFacts(current.file)?.dependencies ?? {};
      for (const other of packages) {
        if (other.name === undefined || seen.has(other.name) || !(other.name in dependencies)) continue;
        seen.add(other.name);
        todo.push(other);
        const found = roots.find((root) => isWithin(other.dir, root.id));
        if (found) return { root: found, why: `${found.id} through the workspace package ${other.name}` };
      }
    }
    const only = roots.length === 1 ? roots[0] : undefined;
    // The schema of another application is that one's own.
    if (
      only &&
      packages.some(
        (other) =>
          other.dir !== dir &&
          other.dir !== '' &&
          isWithin(other.dir, only.id) &&
          !isWithin(other.dir, dir) &&
          'next' in (this.packageFacts(other.file)?.dependencies ?? {}),
      )
    )
      return undefined;
    return only && { root: only, why: `${only.id}, the only schema of the workspace` };
  }

  private isInInnerPackage(dir: string, file: string): boolean {
    return this.packages('').some(
      (candidate) =>
        candidate.dir !== dir &&
        candidate.dir.length > dir.length &&
        isWithin(dir, candidate.dir) &&
        isWithin(candidate.dir, file),
    );
  }

  schemaRootOf(file: FileId): SchemaRoot | undefined {
    const roots = this.schemaRoots('');
    const app = this.appOf(file);
    if (roots.length <= 1) return app && app.schema === undefined ? undefined : roots[0];
    if (app?.schema !== undefined) return roots.find((root) => root.id === app.schema);
    return this.schemaForDir(this.packageOf(file)?.dir ?? dirname(file))?.root;
  }

  schemaOf(file: FileId): SchemaModel | undefined {
    const root = this.schemaRootOf(file);
    return root && this.schema(root.id);
  }

  isGenerated(path: string): boolean {
    return this.schemaRoots('').some((root) => root.generated.some((dir) => isWithin(dir, path)));
  }

  // --- imports ---

  target(file: FileId, spec: string): ImportTarget {
    return this.resolved(`${spec.startsWith('.') ? dirname(file) : this.pathScope(file)}\n${spec}`);
  }

  /** Non-relative specifiers resolve alike below one tsconfig and one package. */
  private pathScope(file: FileId): string {
    for (const dir of ancestors(file))
      if (this.hasConfig(dir) || this.store.exists(join(dir, 'package.json') ?? '')) return dir;
    return '';
  }

  private hasConfig(dir: string): boolean {
    return (
      this.store.exists(join(dir, 'tsconfig.json') ?? '') === true ||
      this.store.exists(join(dir, 'jsconfig.json') ?? '') === true
    );
  }

  private resolve(key: string): ImportTarget {
    const newline = key.indexOf('\n');
    const dir = key.slice(0, newline);
    const spec = key.slice(newline + 1);
    if (/^(@prisma\/client|\.prisma\/client)(\/|$)/.test(spec) && !spec.startsWith('@prisma/client/runtime'))
      return { t: 'generated', entry: spec.replace(/^.*?client\/?/, '') };
    if (spec.startsWith('.')) {
      const path = join(dir, spec);
      return (path === undefined ? undefined : this.lookUp(path)) ?? missing(spec);
    }
    const alias = this.byAlias(dir, spec);
    if (alias) return alias.t === 'missing' ? missing(spec) : alias;
    return this.byPackage(dir, spec) ?? { t: 'package', spec };
  }

  /** A path without (or with) its extension → a file, an index file, or the generated client. */
  private lookUp(path: string): ImportTarget | undefined {
    if (this.store.exists(path) && /\.[cm]?[jt]sx?$/.test(path)) return this.found(path);
    const bare = path.replace(/\.(js|jsx|mjs|cjs)$/, '');
    for (const extension of EXTENSIONS) {
      const file = bare + extension;
      if (this.store.exists(file)) return this.found(file);
    }
    for (const extension of EXTENSIONS) {
      const file = join(path, `index${extension}`);
      if (file !== undefined && this.store.exists(file)) return this.found(file);
    }
    return this.isGenerated(path) ? { t: 'generated', entry: basename(path) } : undefined;
  }

  private found(file: FileId): ImportTarget {
    return this.isGenerated(file) || this.store.kind(file) === 'skipped'
      ? { t: 'generated', entry: basename(file) }
      : { t: 'file', file };
  }

  private byAlias(dir: string, spec: string): ImportTarget | undefined {
    for (const scope of ['', ...ancestorsOf(dir)].toReversed()) {
      if (!isWithin(scope, dir) || !this.hasConfig(scope)) continue;
      const rules = this.pathRules(scope);
      if (!rules) continue;
      let matched = false;
      for (const [pattern, targets] of rules.paths) {
        const star = matchPattern(pattern, spec);
        if (star === undefined) continue;
        matched = true;
        for (const target of targets) {
          const path = target.startsWith(CONFIG_DIR)
            ? join(scope, target.slice(CONFIG_DIR.length).replace('*', star))
            : join(rules.base, target.replace('*', star));
          const hit = path === undefined ? undefined : this.lookUp(path);
          if (hit) return hit;
        }
      }
      if (matched && /^[@~#]?\//.test(spec)) return { t: 'missing', spec };
      if (rules.baseUrl !== undefined) {
        const path = join(rules.baseUrl, spec);
        const hit = path === undefined ? undefined : this.lookUp(path);
        if (hit) return hit;
      }
      break;
    }
    // Without a tsconfig that says more (or with one that extends what isn't here) the usual alias of create-next-app is assumed.
    if (spec.startsWith('@/')) {
      const app = this.appOf(join(dir, 'x') ?? 'x');
      for (const base of [app?.root ?? '', join(app?.root ?? '', 'src') ?? 'src']) {
        const hit = this.lookUp(join(base, spec.slice(2)) ?? spec);
        if (hit) return hit;
      }
      return { t: 'missing', spec };
    }
    return undefined;
  }

  private byPackage(dir: string, spec: string): ImportTarget | undefined {
    const name = spec.startsWith('@') ? spec.split('/').slice(0, 2).join('/') : (spec.split('/')[0] ?? spec);
    const target = this.packages('').find((candidate) => candidate.name === name);
    if (!target || (target.dir === dir && target.dir === '')) return undefined;
    const rest = spec.slice(name.length + 1);
    const facts = this.packageFacts(target.file);
    const entries = facts ? entriesOf(facts, rest) : [];
    const guesses =
      rest === '' ? ['src/index', 'index', 'src/client', 'client'] : [rest, `src/${rest}`, `lib/${rest}`];
    for (const entry of [...entries, ...guesses]) {
      const path = join(target.dir, entry);
      const hit = path === undefined ? undefined : this.lookUp(path);
      if (hit) return hit;
      // Built output is absent: its source has the same name under src/.
      const source =
        path === undefined
          ? undefined
          : join(
              target.dir,
              entry.replace(/^(\.\/)?(dist|build|lib|out)\//, 'src/').replace(/(\.d)?\.[cm]?[jt]s$/, ''),
            );
      const sourceHit = source === undefined ? undefined : this.lookUp(source);
      if (sourceHit) return sourceHit;
    }
    return { t: 'missing', spec };
  }

  // --- tsconfig ---

  private tsconfigFacts(file: FileId): TsconfigFacts | undefined {
    const facts = this.store.exists(file) ? this.store.facts(file) : undefined;
    return facts?.kind === 'tsconfig' ? facts : undefined;
  }

  private findPathRules(dir: string): PathRules | undefined {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const file = join(dir, name);
      const rules = file === undefined ? undefined : this.rulesOf(file, 0);
      if (rules) return rules;
    }
    return undefined;
  }

  private rulesOf(file: FileId, depth: number): PathRules | undefined {
    const facts = this.tsconfigFacts(file);
    if (!facts || depth > 5) return undefined;
    const dir = dirname(file);
    const baseUrl = facts.baseUrl === undefined ? undefined : join(dir, facts.baseUrl);
    let inherited: PathRules | undefined;
    for (const parent of facts.extends) {
      const path = parent.startsWith('.')
        ? this.configFile(join(dir, parent))
        : this.packageConfig(dir, parent);
      if (path !== undefined) inherited = this.rulesOf(path, depth + 1) ?? inherited;
    }
    const paths = Object.entries(facts.paths ?? {});
    if (paths.length > 0)
      return {
        base: baseUrl ?? dir,
        baseUrl,
        paths: paths
          .map(([pattern, targets]): [string, readonly string[]] => [pattern, targets])
          .toSorted((a, b) => b[0].length - a[0].length),
      };
    return {
      base: inherited?.base ?? dir,
      baseUrl: baseUrl ?? inherited?.baseUrl,
      paths: inherited?.paths ?? [],
    };
  }

  private configFile(path: string | undefined): FileId | undefined {
    if (path === undefined) return undefined;
    return [path, `${path}.json`, join(path, 'tsconfig.json') ?? path].find((candidate) =>
      this.store.exists(candidate),
    );
  }

  /** `@acme/tsconfig/next.json` of a workspace package. */
  private packageConfig(_dir: string, spec: string): FileId | undefined {
    const target = this.packages('').find(
      (candidate) =>
        candidate.name !== undefined && (spec === candidate.name || spec.startsWith(`${candidate.name}/`)),
    );
    return target?.name === undefined
      ? undefined
      : this.configFile(join(target.dir, spec.slice(target.name.length + 1)));
  }
}

/** Whether a folder holds files that Next.js routes to. */
function hasRouter(tree: readonly FileId[], dir: string): boolean {
  const pattern =
    basename(dir) === 'app' ? /(^|\/)(page|layout|route|default|template)\.[jt]sx?$/ : /\.[jt]sx?$/;
  return tree.some((file) => file.startsWith(`${dir}/`) && pattern.test(file));
}

/** A path of a generated client that is neither here nor in a schema we see still leads to one. */
function missing(spec: string): ImportTarget {
  return /(^|\/)(generated\/prisma|prisma\/generated|generated\/prisma-client|prisma-client)(\/|$)/.test(spec)
    ? { t: 'generated', entry: basename(spec) }
    : { t: 'missing', spec };
}

function ancestorsOf(dir: string): string[] {
  return dir === '' ? [''] : ancestors(`${dir}/x`).toReversed();
}

function matchPattern(pattern: string, spec: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === spec ? '' : undefined;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return spec.length >= head.length + tail.length && spec.startsWith(head) && spec.endsWith(tail)
    ? spec.slice(head.length, spec.length - tail.length)
    : undefined;
}

/** What a package says about one of its entries, nearest to source first. */
function entriesOf(facts: PackageFacts, rest: string): string[] {
  const out: string[] = [];
  const exported = facts.exports?.[rest === '' ? '.' : `./${rest}`];
  if (exported) out.push(...exported);
  else if (rest !== '')
    for (const [pattern, targets] of Object.entries(facts.exports ?? {})) {
      const star = matchPattern(pattern, `./${rest}`);
      if (star !== undefined) out.push(...targets.map((target) => target.replace('*', star)));
    }
  if (rest === '')
    out.push(...[facts.types, facts.module, facts.main].filter((entry) => entry !== undefined));
  return out.map((entry) => entry.replace(/^\.\//, ''));
}
