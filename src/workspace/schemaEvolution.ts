/** How the database has come about and where it goes next: migrations, the change that the schema still asks for, and the code that it breaks. */
import { dirname } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { SqlFacts } from '../facts/sqlModel.ts';
import { extractPrisma } from '../facts/prisma.ts';
import { embeddedSchema } from '../prisma/clientSchema.ts';
import type { PendingChange } from '../prisma/pending.ts';
import { mergePrisma } from '../prisma/schema.ts';
import type { SchemaRoot } from '../project/model.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import { Breaking } from './breaking.ts';
import type { BrokenUse } from './breaking.ts';
import type { Query } from './database.ts';
import { Migrations } from './migrations.ts';
import type { MigrationState } from './migrations.ts';
import { PendingChanges } from './pending.ts';
import { namedReads, removalUses } from './removalUses.ts';
import type { NamedRead } from './removalUses.ts';
import type { Workspace } from './workspace.ts';

export class SchemaEvolution {
  private readonly workspace: Workspace;
  private readonly migrations: Migrations;
  private readonly pending: PendingChanges;
  private readonly breaking: Breaking;
  private readonly reads: Query<readonly NamedRead[]>;
  private readonly clientSchemas: Query<SchemaModel | undefined>;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    const { db, store, project, index, history } = workspace;
    const sql = (file: FileId): SqlFacts | undefined => {
      const facts = store.facts(file);
      return facts?.kind === 'sql' ? facts : undefined;
    };
    this.migrations = new Migrations(db, {
      tree: () => store.tree('') ?? [],
      sql,
      text: (file) => store.text(file),
      schemaRoots: () => project.schemaRoots(''),
      schemaRootOf: (file) => project.schemaRootOf(file),
      schema: (id) => project.schema(id),
      committed: (file) => history.has(file),
    });
    this.pending = new PendingChanges(db, {
      facts: (file) => store.facts(file),
      schemaRoots: () => project.schemaRoots(''),
      schema: (id) => project.schema(id),
      migrations: this.migrations,
      prismaConfigs: () => project.prismaConfigs(''),
    });
    // Kept by name: while somebody types, the same names are gone at each key.
    this.reads = db.query('namedReads', (key) => {
      const newline = key.indexOf('\n');
      return namedReads(workspace, key.slice(newline + 1), key.slice(0, newline));
    });
    this.breaking = new Breaking(db, {
      root: (id) => project.schemaRoots('').find((root) => root.id === id),
      schema: (id) => project.schema(id),
      pending: (id) => this.pending.of(id),
      sql,
      migrations: this.migrations,
      history,
      querying: (accessor) => index.querying(accessor),
      importers: (file) => index.importers(file),
      imports: (file) => index.imports(file),
      passesOn: (file) => index.passesOn(file),
      typeImporters: (file) => index.typeImporters(file),
      typing: (name) => index.typing(name),
      mentions: (file, texts) => store.mentions(file, texts),
      uses: (file, gone) => removalUses(workspace, file, gone, (one, name) => this.reads(`${name}\n${one}`)),
    });
    this.clientSchemas = db.query('clientSchema', (dir) => this.findClientSchema(dir));
  }

  migrationFiles(folder: FileId): readonly FileId[] {
    return this.migrations.files(folder);
  }

  migrationState(file: FileId): MigrationState | undefined {
    return this.migrations.state(file);
  }

  pendingChange(file: FileId): PendingChange | undefined {
    const root = this.workspace.project.schemaRootOf(file);
    return root && this.pending.of(root.id);
  }

  brokenUses(file: FileId): readonly BrokenUse[] {
    const root = this.workspace.project.schemaRootOf(file);
    return root ? this.breaking.uses(root.id, file) : [];
  }

  /** Broken uses in all files that share the database of a schema file or a migration. */
  allBrokenUses(file: FileId): readonly BrokenUse[] {
    const root = this.databaseOf(file);
    return root ? this.breaking.files(root.id).flatMap((other) => this.brokenUses(other)) : [];
  }

  /** Works out ahead what `allBrokenUses` asks for, as long as it may. @returns whether all is known */
  prepareBrokenUses(file: FileId, mayGoOn: () => boolean): boolean {
    const root = this.databaseOf(file);
    return root === undefined || this.breaking.prepare(root.id, mayGoOn);
  }

  private databaseOf(file: FileId): SchemaRoot | undefined {
    const { project } = this.workspace;
    const folder = dirname(dirname(file));
    return (
      project.schemaRoots('').find(({ migrations }) => migrations === folder) ?? project.schemaRootOf(file)
    );
  }

  /** The schema that the client in a folder was generated from. */
  clientSchema(dir: FileId): SchemaModel | undefined {
    return this.clientSchemas(dir);
  }

  private findClientSchema(dir: FileId): SchemaModel | undefined {
    const { store } = this.workspace;
    const home = `${dir}/internal/class.ts`;
    const text = store.exists(home) === true ? embeddedSchema(store.readText(home) ?? '') : undefined;
    const facts = text === undefined ? undefined : extractPrisma(text);
    return facts && facts.problems.length === 0 ? mergePrisma([{ file: home, facts }]) : undefined;
  }
}
