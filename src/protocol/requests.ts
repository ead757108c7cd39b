/**
 * The custom part of the conversation between an editor and our language server, beside the Language Server
 * Protocol itself. Client and server import this one file and both parse what they receive, so a mismatch of
 * versions is an error that names the field and never a half-drawn tree.
 *
 * `zod/mini` keeps the schemas out of the client's start-up cost: it is loaded in every window.
 */
import * as z from 'zod/mini';

/** A whole number from 0 on. */
export const count = z.int().check(z.nonnegative());

/** 0-based line and 0-based UTF-16 character, as in the Language Server Protocol. */
export const positionSchema = z.object({ line: count, character: count });

/** Half-open: `end` is the first position after the range. */
export const rangeSchema = z.object({ start: positionSchema, end: positionSchema });

/** Arguments of the command that shows places: a `file:` URI, a position in it, and where the places are. */
export const referencesSchema = z.tuple([
  z.string(),
  positionSchema,
  z.array(z.object({ uri: z.string(), range: rangeSchema })),
]);

/** How many findings there are of each severity. */
export const findingCountsSchema = z.object({ error: count, warning: count, info: count, hint: count });
export type FindingCounts = z.infer<typeof findingCountsSchema>;

/** What the analysis knows about the guard of an entry point; `public` is open on purpose, `unknown` is never guilty. */
export const guardStateSchema = z.enum(['guarded', 'unguarded', 'public', 'unknown']);
export type GuardState = z.infer<typeof guardStateSchema>;

export const serverStateSchema = z.enum(['starting', 'indexing', 'ready', 'error']);
export type ServerState = z.infer<typeof serverStateSchema>;

export const serverStatusSchema = z.object({
  state: serverStateSchema,
  message: z.optional(z.string()),
  /** Files known, and how many of them are analysed. */
  files: count,
  done: count,
  findings: findingCountsSchema,
  /** True when nothing is queued: what the editor shows is the answer to what is on the screen. */
  quiescent: z.boolean(),
});
export type ServerStatus = z.infer<typeof serverStatusSchema>;

/** `initializationOptions` of our own client; another editor may send none. */
export const initializationOptionsSchema = z.object({
  /** False in a workspace the person does not trust: no program may be started then, not even git. */
  trusted: z.optional(z.boolean()),
});
export type InitializationOptions = z.infer<typeof initializationOptionsSchema>;

/** Of requests that need none. */
export const noParams = z.object({});

/** Request, client → server: analyse every file of the workspace now; answers with the number of findings. */
export const checkWorkspaceRequest = {
  method: 'backendSpecialist/checkWorkspace',
  params: noParams,
  result: findingCountsSchema,
} as const;

export const migrationStatusSchema = z.object({
  /** One line for a message. */
  summary: z.string(),
  /** The whole status as a document. */
  markdown: z.string(),
  /** Where the first migration stopped that does not apply or can't be checked; without a range when it can't be read. */
  failure: z.optional(z.object({ uri: z.string(), range: z.optional(rangeSchema) })),
  schemas: z.array(
    z.object({
      /** The schema's file or folder, from the workspace folder. */
      schema: z.string(),
      verdict: z.enum(['ok', 'failed', 'unknown']),
      step: z.enum(['in-step', 'behind', 'unknown']),
      migrations: z.array(z.object({ name: z.string(), applies: z.string() })),
    }),
  ),
});
export type MigrationStatusResult = z.infer<typeof migrationStatusSchema>;

/**
 * Request, client → server: run the migrations on the embedded PostgreSQL and compare the result with the schemas. Takes seconds; can be
 * cancelled. In a workspace that is not trusted nothing is run, and the answer says so.
 */
export const migrationStatusRequest = {
  method: 'backendSpecialist/migrationStatus',
  params: noParams,
  result: migrationStatusSchema,
} as const;

export const migrationTargetSchema = z.object({
  /** The schema's file or folder, from the workspace folder. */
  schema: z.string(),
  /** A `file:` URI of the folder of its migrations, which need not exist. */
  migrations: z.string(),
  /** Absolute path of the folder in which Prisma's commands are run. */
  cwd: z.string(),
  /** The words of the command that makes a migration and does not apply it; `--name` and the name are to follow. */
  command: z.array(z.string()),
});
export type MigrationTarget = z.infer<typeof migrationTargetSchema>;

/** Request, client → server: the schemas for which a migration can be made, and how. */
export const migrationTargetsRequest = {
  method: 'backendSpecialist/migrationTargets',
  params: noParams,
  result: z.array(migrationTargetSchema),
} as const;

/** Notification, server → client: sent whenever one of its fields changes, at most a few times a second. */
export const statusNotification = {
  method: 'backendSpecialist/status',
  params: serverStatusSchema,
} as const;

/** Scheme of the rule pages the server serves through `workspace/textDocumentContent`: `backend-specialist-rule:/<id>.md`. */
export const ruleScheme = 'backend-specialist-rule';

/**
 * Address of the page of a rule.
 * @param ruleId such as `require-pagination`
 */
export function rulePageUri(ruleId: string): string {
  return `${ruleScheme}:/${ruleId}.md`;
}
