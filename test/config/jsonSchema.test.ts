import { expect, test } from 'vitest';
import { z } from 'zod';
import { configJsonSchema } from '../../src/config/jsonSchema.ts';

const rule = (id: string) => ({
  id,
  title: `Title of ${id}`,
  severity: 'warning' as const,
  sections: ['S4'],
  kinds: ['ts'],
  options: z.strictObject({ max: z.number().describe('Most rows') }),
  defaults: { max: 100 },
});

test('each rule has an entry with its title, severities and options; nothing else is allowed', () => {
  const schema = configJsonSchema([rule('b-rule'), rule('a-rule')]);
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: {
      rules: { $ref: '#/definitions/rules' },
      overrides: { items: { properties: { rules: { $ref: '#/definitions/rules' } } } },
    },
  });
  const rules = (schema['definitions'] as { rules: { properties: object; additionalProperties: boolean } })
    .rules;
  expect(Object.keys(rules.properties)).toEqual(['a-rule', 'b-rule']);
  expect(rules.additionalProperties).toBe(false);
  expect(rules.properties).toMatchObject({
    'a-rule': {
      description: 'Title of a-rule',
      default: 'warning',
      anyOf: [
        { enum: ['error', 'warning', 'info', 'hint', 'off'] },
        {
          type: 'array',
          items: [
            { enum: expect.arrayContaining(['off']) },
            {
              type: 'object',
              additionalProperties: false,
              properties: { max: { description: 'Most rows' } },
            },
          ],
        },
      ],
    },
  });
});

test('the same rules give the same bytes', () => {
  const bytes = [0, 1].map(() => JSON.stringify(configJsonSchema([rule('a-rule'), rule('b-rule')])));
  expect(bytes[0]).toBe(bytes[1]);
});
