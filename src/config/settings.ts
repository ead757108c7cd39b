/** The shape of `backend-specialist.config.json`: one Zod schema for reading it, for its types and for its JSON schema. */
import { z } from 'zod';

export const configFileName = 'backend-specialist.config.json';

export const severitySettingSchema = z
  .enum(['error', 'warning', 'info', 'hint', 'off'])
  .describe('How a finding of the rule is shown; "off" switches the rule off.');

export const ruleSettingSchema = z.union([
  severitySettingSchema,
  z.tuple([severitySettingSchema, z.record(z.string(), z.unknown())]),
]);
export type RuleSetting = z.infer<typeof ruleSettingSchema>;

export const presetSchema = z.enum(['recommended', 'strict', 'security', 'migrations-only']);
export type PresetName = z.infer<typeof presetSchema>;

const rulesSchema = z
  .record(z.string(), ruleSettingSchema)
  .describe('Severity of each rule, or [severity, options].');

const overrideSchema = z.strictObject({
  files: z.array(z.string().min(1)).min(1).describe('Globs, relative to the folder of this file.'),
  rules: rulesSchema,
});

const conventionsSchema = z.strictObject({
  actions: z.array(z.string().min(1)).optional().describe('Folders or globs of Server Actions.'),
  services: z.array(z.string().min(1)).optional().describe('Folders or globs of the service layer.'),
  validations: z.array(z.string().min(1)).optional().describe('Folders or globs of shared Zod schemas.'),
  env: z.string().min(1).optional().describe('The module that validates the environment.'),
  generated: z
    .array(z.string().min(1))
    .optional()
    .describe('Folders or globs of generated code, which is not analysed.'),
  publicEntries: z
    .array(z.string().min(1))
    .optional()
    .describe('Entry points that are open to everyone on purpose: `file#name`, or a file, folder or glob.'),
  sessionHelpers: z
    .array(z.string().min(1))
    .optional()
    .describe('Names of functions that return the session, when they cannot be recognised by what they do.'),
  lookupModels: z
    .array(z.string().min(1))
    .optional()
    .describe('Prisma models that always stay small, so that lists of them need no pagination.'),
  ownerKeys: z
    .array(z.string().min(1))
    .optional()
    .describe('Fields that say to whom a row belongs, such as `userId`.'),
  secretFields: z
    .array(z.string().regex(/^\w+(\.\w+)?$/, 'Expected "field" or "Model.field".'))
    .optional()
    .describe(
      'Fields whose values must not leave the server, beside those that are recognised by their names: `taxNumber`, or `User.taxNumber` for one model.',
    ),
  resultType: z
    .string()
    .regex(/^[^#]+#[\w$]+$/, 'Expected "file#Name", such as "lib/action-result.ts#ActionResult".')
    .optional()
    .describe('The type that every Server Action returns: `file#Name`.'),
});

export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  extends: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .optional()
    .describe('Configuration files this one builds on; relative paths.'),
  preset: presetSchema
    .optional()
    .describe(
      'What `rules` and `overrides` start from: every rule as it comes (recommended), one step more severe (strict), access and data protection alone (security), or migrations and database commands alone (migrations-only).',
    ),
  rules: rulesSchema.optional(),
  overrides: z.array(overrideSchema).optional().describe('Rule settings for some files; later entries win.'),
  ignore: z
    .array(z.string().min(1))
    .optional()
    .describe('Folders or globs, relative to the folder of this file, that are not reported on.'),
  conventions: conventionsSchema
    .optional()
    .describe('Where things live, when it differs from what is detected.'),
  migrations: z
    .strictObject({
      includeHistory: z
        .boolean()
        .optional()
        .describe('Report on migrations that the base branch already has, too.'),
    })
    .optional(),
});

/** One configuration file as it is written. */
export type Settings = z.infer<typeof settingsSchema>;
export type Conventions = NonNullable<Settings['conventions']>;
