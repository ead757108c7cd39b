/** Prisma's schema engine, as far as it is needed: what would the next migration hold? */
import { readFileSync } from 'node:fs';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { PGlite } from '@electric-sql/pglite';
import type { ReplayRequest } from '../embedded/messages.ts';
import { createAdapterFactory } from './adapter.ts';

/** What the generated bindings export beside the engine, and their types leave out. */
const { __wbg_set_wasm: setExports } = bindings as typeof bindings & {
  __wbg_set_wasm(exports: object): void;
};

/** The part of JavaScript's `WebAssembly` that is used; the types of Node have no values for it. */
const { Instance, Module } = (
  globalThis as unknown as {
    WebAssembly: {
      Module: new (code: Uint8Array) => object;
      Instance: new (module: object, imports: object) => { exports: { [name: string]: unknown } };
    };
  }
).WebAssembly;

let isLoaded = false;

function load(): void {
  if (isLoaded) return;
  const code = readFileSync(new URL('./schema_engine_bg.wasm', import.meta.url));
  const { exports } = new Instance(new Module(code), { './schema_engine_bg.js': bindings });
  setExports(exports);
  const start = exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  isLoaded = true;
}

/**
 * The SQL of the migration that Prisma would write next, with its warnings as a comment above; `null` when database and schema agree.
 * @param db the migrations' result
 * @param files the schema
 * @param external what somebody else takes care of: it is left out
 * @throws with Prisma's words when the schema is wrong
 */
export async function nextMigration(
  db: PGlite,
  files: NonNullable<ReplayRequest['schema']>,
  external: ReplayRequest['external'],
): Promise<string | null> {
  load();
  // Which schemas of the database are compared is fixed at its making: a new engine each time, which takes some 30 ms.
  const engine = await bindings.SchemaEngine.new(
    { datamodels: files.map(({ path, content }) => [path, content]) },
    () => undefined,
    createAdapterFactory(db),
  );
  try {
    const migrationsList = {
      baseDir: '/',
      lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
      shadowDbInitScript: '',
      migrationDirectories: [],
    };
    const filters = { externalTables: external?.tables ?? [], externalEnums: external?.enums ?? [] };
    // Only this call makes the engine take the shadow database from the factory.
    await engine.devDiagnostic({ migrationsList, filters });
    const { migrationScript } = await engine.createMigration({
      migrationsList,
      filters,
      draft: false,
      migrationName: 'next',
      schema: { files },
    });
    return migrationScript ?? null;
  } finally {
    engine.free();
  }
}
