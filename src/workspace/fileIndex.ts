/**
 * Reverse look-ups over the whole workspace: who imports a file, who writes a model, which file makes the client. Each file
 * contributes a few keys; only when its keys change do the look-ups change. This is the firewall that keeps a keystroke
 * from touching everything that asks a whole-workspace question.
 */
import type { FileId } from '../base/path.ts';
import type { TsFacts, Value } from '../facts/tsModel.ts';
import { visitFile } from '../facts/visit.ts';
import type { Database, Input, Query } from './database.ts';
import { operationKind } from './knowledge.ts';
import type { Project } from './project.ts';
import type { FactStore } from './store.ts';

export type Trait = 'client' | 'auth' | 'env' | 'seed';

export class FileIndex {
  private readonly table: Input<readonly FileId[]>;
  private readonly contributions: Query<readonly string[]>;
  private readonly last = new Map<FileId, readonly string[]>();
  private readonly holders = new Map<string, Set<FileId>>();
  private readonly db: Database;
  private readonly store: FactStore;
  private readonly project: Project;

  constructor(db: Database, store: FactStore, project: Project) {
    this.db = db;
    this.store = store;
    this.project = project;
    this.table = db.input<readonly FileId[]>('index');
    this.contributions = db.query('contributions', (file) => this.contribute(file), {
      equal: (a, b) => a.length === b.length && a.every((key, i) => key === b[i]),
      watched: true,
    });
  }

  importers(file: FileId): readonly FileId[] {
    return this.table(`imports:${file}`) ?? [];
  }

  /** Non-tooling files that write a model, by client accessor. */
  writers(accessor: string): readonly FileId[] {
    return this.table(`writes:${accessor}`) ?? [];
  }

  withTrait(trait: Trait): readonly FileId[] {
    return this.table(`trait:${trait}`) ?? [];
  }

  /** Takes over the contributions of files, and of all others that may have changed. */
  sync(files: Iterable<FileId>): void {
    for (const file of new Set([...files, ...this.db.takeStale('contributions')])) this.syncOne(file);
  }

  private syncOne(file: FileId): void {
    const next = this.store.has(file) ? this.contributions(file) : [];
    const before = this.last.get(file) ?? [];
    if (next === before) return;
    this.last.set(file, next);
    const touched = new Set<string>();
    for (const key of before)
      if (!next.includes(key)) {
        this.holders.get(key)?.delete(file);
        touched.add(key);
      }
    for (const key of next) {
      let set = this.holders.get(key);
      if (!set) {
        set = new Set();
        this.holders.set(key, set);
      }
      if (!set.has(file)) {
        set.add(file);
        touched.add(key);
      }
    }
    for (const key of touched) this.table.set(key, [...(this.holders.get(key) ?? [])].toSorted());
  }

  private contribute(file: FileId): readonly string[] {
    const facts = this.store.facts(file);
    if (facts?.kind !== 'ts') return [];
    const keys = new Set<string>();
    const addImport = (spec: string): void => {
      const target = this.project.target(file, spec);
      if (target.t === 'file') keys.add(`imports:${target.file}`);
    };
    for (const item of facts.imports) if (!item.typeOnly && (item.names.length === 0 || item.names.some((name) => !name.typeOnly))) addImport(item.spec);
    for (const item of facts.exports) if ((item.e === 'from' || item.e === 'star') && !item.typeOnly) addImport(item.spec);
    visitFile(facts, (value) => {
      if (value.k === 'import') addImport(value.spec);
      const accessor = writtenModel(value);
      if (accessor !== undefined) keys.add(`writes:${accessor}`);
    });
    for (const trait of traitsOf(facts)) keys.add(`trait:${trait}`);
    return [...keys].toSorted();
  }
}

function writtenModel(value: Value): string | undefined {
  if (value.k !== 'call' || value.fn.k !== 'member' || value.fn.of.k !== 'member') return undefined;
  return operationKind(value.fn.name) === 'write' ? value.fn.of.name : undefined;
}

function imported(facts: TsFacts, spec: RegExp, name: string): number | undefined {
  for (const item of facts.imports)
    if (spec.test(item.spec)) for (const named of item.names) if (named.imported === name && !named.typeOnly) return named.b;
  return undefined;
}

function traitsOf(facts: TsFacts): Trait[] {
  const out = new Set<Trait>();
  const client = imported(facts, /./, 'PrismaClient');
  const nextAuth = imported(facts, /^next-auth$/, 'default');
  const createEnv = imported(facts, /^@t3-oss\/env/, 'createEnv');
  visitFile(facts, (value) => {
    if (value.k === 'new' && value.fn.k === 'ref' && value.fn.b === client) out.add('client');
    if (value.k === 'call' && value.fn.k === 'ref' && value.fn.b >= 0) {
      if (value.fn.b === nextAuth) out.add('auth');
      if (value.fn.b === createEnv) out.add('env');
    }
    // `schema.parse(process.env)`: the whole environment is validated here.
    const wholeEnv = value.k === 'call' && value.args.some((arg) => arg.k === 'member' && arg.name === 'env' && arg.of.k === 'ref' && arg.of.b < 0 && arg.of.name === 'process');
    if (wholeEnv && value.k === 'call' && value.fn.k === 'member' && /^(safe)?parse$/i.test(value.fn.name)) out.add('env');
  });
  return [...out];
}
