/** What the process of the embedded PostgreSQL and the one that started it say to each other. Parsed at both ends. */
import * as z from 'zod/mini';

const count = z.int().check(z.nonnegative());

const fileSchema = z.object({ path: z.string(), content: z.string() });

/** A migration, and its statements: half-open UTF-16 spans of its text, in order, none inside another. */
const migrationSchema = z.object({
  name: z.string(),
  sql: z.string(),
  statements: z.array(z.object({ start: count, end: count })),
});

/** Apply these migrations to an empty database; then say what the schema still needs. */
export const replayRequestSchema = z.object({
  id: count,
  migrations: z.array(migrationSchema),
  /** Absolute paths that name the files and aren't opened. Absent: only the migrations are asked about. */
  schema: z.optional(z.array(fileSchema)),
  /** Names of tables and enums that the comparison leaves out. */
  external: z.optional(z.object({ tables: z.array(z.string()), enums: z.array(z.string()) })),
  /** What is run before the first migration. */
  before: z.optional(z.string()),
});
export type ReplayRequest = z.infer<typeof replayRequestSchema>;

const failureSchema = z.object({
  /** Index of the migration. */
  migration: count,
  /** SQLSTATE. */
  code: z.string(),
  message: z.string(),
  detail: z.optional(z.string()),
  hint: z.optional(z.string()),
  /** 1-based, in characters (code points) of the migration's text, as PostgreSQL counts. */
  position: z.optional(count),
  /** How many statements of the migration had been done. */
  done: count,
});
export type ReplayFailure = z.infer<typeof failureSchema>;

export const replayAnswerSchema = z.object({
  id: count,
  /** How many migrations were applied. */
  applied: count,
  failure: z.optional(failureSchema),
  /** Indexes of migrations that only apply when each statement is sent on its own, as Prisma does from 7.4 on. */
  stepwise: z.array(count),
  /** The SQL that the next migration would hold, with Prisma's warnings above it; `null` when nothing is left to do. */
  next: z.optional(z.nullable(z.string())),
  /** Why `next` could not be computed: the words of Prisma's engine. */
  problem: z.optional(z.string()),
});
export type ReplayAnswer = z.infer<typeof replayAnswerSchema>;

/** An empty database is there: the work on a request begins. */
export const begunSchema = z.object({ begun: count });

/** The whole request failed in a way that no migration is to blame for. */
export const brokenSchema = z.object({ id: count, broken: z.string() });

export const childMessageSchema = z.union([begunSchema, brokenSchema, replayAnswerSchema]);
