/** *Verify* and *Suggest Commit Message*, between an editor and our server. Parsed at both ends, as all of our own messages. */
import * as z from 'zod/mini';
import { noParams, positionSchema } from './requests.ts';

export const verifyRowSchema = z.object({
  /** The workspace folder's name where there are several, else empty. */
  folder: z.string(),
  /** What people call the check. */
  name: z.string(),
  /** What was checked: an application's folder or a schema; empty for the whole folder. */
  subject: z.string(),
  verdict: z.enum(['passed', 'failed', 'open', 'skipped', 'cancelled']),
  /** One line, with who said so. */
  summary: z.string(),
  by: z.string(),
  advice: z.optional(z.string()),
  problems: z.array(
    z.object({
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      rule: z.optional(z.string()),
      /** `path:line:column`, 1-based; empty without a place. */
      place: z.string(),
      /** A `file:` URI. */
      uri: z.optional(z.string()),
      position: z.optional(positionSchema),
    }),
  ),
  /** What the program wrote; hostile text. */
  output: z.string(),
  /** In milliseconds. */
  duration: z.number(),
});
export type VerifyRow = z.infer<typeof verifyRowSchema>;

/**
 * Request, client → server: run the workspace's own TypeScript and Prisma, its migrations, map and rules. Takes long; can be cancelled. In a
 * workspace that is not trusted nothing is run: then there are no rows, and the conclusion says so.
 */
export const verifyRequest = {
  method: 'backendSpecialist/verify',
  params: noParams,
  result: z.object({
    verdict: z.enum(['passed', 'failed', 'cancelled', 'untrusted']),
    conclusion: z.string(),
    rows: z.array(verifyRowSchema),
  }),
} as const;
export type VerifyResult = z.infer<typeof verifyRequest.result>;

/** Notification, server → client: a row of the run that is under way. */
export const verifyRowNotification = {
  method: 'backendSpecialist/verifyRow',
  params: verifyRowSchema,
} as const;

/** Request, client → server: the message that fits what is staged in a repository. Nothing is committed. */
export const commitSuggestionRequest = {
  method: 'backendSpecialist/commitSuggestion',
  /** A `file:` URI of the repository's root. */
  params: z.object({ root: z.string() }),
  result: z.object({
    /** Absent when nothing is staged, or the workspace is not trusted. */
    message: z.optional(z.string()),
    /** What of the project's commitlint configuration could not be read. */
    notes: z.array(z.string()),
  }),
} as const;
export type CommitSuggestion = z.infer<typeof commitSuggestionRequest.result>;
