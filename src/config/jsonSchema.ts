/** The JSON schema of the configuration file, for editors: generated from the Zod schema and the rules. */
import { z } from 'zod';
import type { RuleDeclaration } from './parse.ts';
import { settingsSchema, severitySettingSchema } from './settings.ts';

type JsonSchema = { [key: string]: unknown };

/** The schema of a `rules` object: one property for each rule, with its title and its options. */
export function rulesJsonSchema(rules: readonly RuleDeclaration[]): JsonSchema {
  const severity = strip(z.toJSONSchema(severitySettingSchema));
  const properties: JsonSchema = {};
  for (const rule of rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    // `io: 'input'`: options that have a default need not be written.
    const options = { ...strip(z.toJSONSchema(rule.options, { io: 'input' })), default: rule.defaults };
    delete (options as JsonSchema)['required'];
    properties[rule.id] = {
      description: rule.title,
      default: rule.severity,
      anyOf: [
        severity,
        {
          type: 'array',
          items: [severity, options],
          minItems: 2,
          maxItems: 2,
        },
      ],
    };
  }
  return {
    type: 'object',
    description: 'Severity of each rule, or [severity, options].',
    properties,
    additionalProperties: false,
  };
}

function strip(schema: JsonSchema): JsonSchema {
  const { $schema: _, ...rest } = schema;
  return rest;
}

/** The JSON schema of `backend-specialist.config.json` for the given rules; same rules, same object. */
export function configJsonSchema(rules: readonly RuleDeclaration[]): JsonSchema {
  const schema = z.toJSONSchema(settingsSchema, {
    // Draft 7 is what editors' JSON support understands best.
    target: 'draft-7',
  }) as unknown as JsonSchema & {
    properties: JsonSchema & { overrides: { items: { properties: JsonSchema } } };
  };
  schema.properties['rules'] = { $ref: '#/definitions/rules' };
  schema.properties.overrides.items.properties['rules'] = { $ref: '#/definitions/rules' };
  return {
    ...schema,
    title: 'Backend Specialist configuration',
    allowComments: true,
    allowTrailingCommas: true,
    definitions: { rules: rulesJsonSchema(rules) },
  };
}
