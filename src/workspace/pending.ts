/** The next migration of each schema, computed when it is asked for. */
import type { FileId } from '../base/path.ts';
import type { FileFacts } from '../facts/model.ts';
import { pendingChange } from '../prisma/pending.ts';
import type { PendingChange } from '../prisma/pending.ts';
import type { SchemaModel } from '../prisma/schema.ts';
import type { SchemaRoot } from '../project/model.ts';
import { externalOf } from '../project/schemas.ts';
import type { PrismaConfig } from '../project/schemas.ts';
import type { Database, Query } from './database.ts';
import type { Migrations } from './migrations.ts';

export interface PendingSources {
  facts(file: FileId): FileFacts | undefined;
  schemaRoots(): readonly SchemaRoot[];
  schema(id: string): SchemaModel | undefined;
  migrations: Migrations;
  prismaConfigs(): readonly PrismaConfig[];
}

export class PendingChanges {
  /** By the schema's id; `undefined` for other databases and where no migrations say what there is. */
  readonly of: Query<PendingChange | undefined>;
  private readonly sources: PendingSources;

  constructor(db: Database, sources: PendingSources) {
    this.sources = sources;
    this.of = db.query('pendingChange', (id) => this.find(id));
  }

  private find(id: string): PendingChange | undefined {
    const { facts, schemaRoots, schema: schemaOf, migrations, prismaConfigs } = this.sources;
    const root = schemaRoots().find((one) => one.id === id);
    const schema = root && schemaOf(id);
    const [datasource] = schema?.datasources ?? [];
    if (!root || !schema || !datasource || !/^postgres(ql)?$/.test(datasource.provider ?? ''))
      return undefined;
    const built = migrations.built(root.migrations);
    if (!built) return undefined;
    const complete = root.files.every((file) => {
      const found = facts(file);
      return found?.kind === 'prisma' && found.problems.length === 0;
    });
    const { now, deployed } = built;
    return pendingChange(schema, {
      before: now,
      deployed,
      complete,
      external: externalOf(prismaConfigs(), id),
      fallback: { file: datasource.file, span: datasource.nameSpan },
    });
  }
}
