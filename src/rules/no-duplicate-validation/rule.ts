import { z } from 'zod';
import type { FileId } from '../../base/path.ts';
import { alikeKey, declaredSchemas, schemasAlike } from '../../workspace/schemaDeclarations.ts';
import type { DeclaredSchema, SchemaInFile } from '../../workspace/schemaDeclarations.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';
import { repeatedChecks } from './repeated.ts';

export const rule = defineRule({
  meta: {
    id: 'no-duplicate-validation',
    title: 'A validation is written once, in the folder for shared schemas.',
    sections: ['S8', 'S1'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      duplicate:
        '`{name}` has the same keys and checks as `{first}` in {file}. A rule that changes in one of them stays as it was in the other. Use `{first}`.',
      local:
        '`{name}` is declared in {where}, where nobody else can use it. The next form or route will write it again. Move it to {folder}.',
      check:
        'This test repeats what `{schema}` has checked already: {what}. Two versions of one rule drift apart. Leave it to the schema.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'generated' || role === 'env') return;
    const declared = declaredSchemas(facts);
    const duplicated = new Set<DeclaredSchema>();
    for (const schema of declared) {
      const first = firstOf(workspace, file, schema);
      if (!first) continue;
      duplicated.add(schema);
      context.report({
        place: { at: schema.at },
        message: 'duplicate',
        data: { name: schema.name, first: first.schema.name, file: first.file },
        ...severityFor(context),
        related: [
          {
            place: { file: first.file, at: first.schema.at },
            message: `\`${first.schema.name}\` is the same`,
          },
        ],
        fixes: [
          {
            recipe: 'use-first',
            data: { name: schema.name, first: first.schema.name, from: first.file },
          },
        ],
      });
    }
    const where = placeOf(context);
    if (where !== undefined)
      for (const schema of declared) {
        if (duplicated.has(schema) || schema.keys.length < 2 || schema.keys.includes('…')) continue;
        const folder = validationFolder(context);
        context.report({
          place: { at: schema.at },
          message: 'local',
          data: { name: schema.name, where, folder },
          ...severityFor(context),
          fixes: [{ recipe: 'move-schema', data: { name: schema.name, folder } }],
        });
      }
    if (role === 'action' || role === 'route' || role === 'service')
      for (const { at, schema, what } of repeatedChecks(workspace, file, facts))
        context.report({
          place: { at },
          message: 'check',
          data: { schema, what },
          ...severityFor(context),
        });
  },
});

function severityFor({ workspace, file }: RuleContext<object>): { severity?: 'hint' } {
  const follows =
    workspace.conventions(file).validations !== undefined ||
    workspace.projectConventions(file).sharesValidations;
  return follows ? {} : { severity: 'hint' };
}

/** What kind of file it is that should hold no schemas; undefined where they may stand. */
function placeOf({ workspace, file, role, facts }: RuleContext<object>): string | undefined {
  if (workspace.conventions(file).validations?.(file) === true) return undefined;
  if (role === 'action') return 'an action file';
  if (role === 'route') return 'a route handler';
  if (role === 'page') return 'a page';
  const isComponent =
    facts.kind === 'ts' && facts.jsx && facts.functions.some((fn) => /^[A-Z]/.test(fn.name));
  return role === 'other' && isComponent ? 'a component' : undefined;
}

function validationFolder({ workspace, file, app }: RuleContext<object>): string {
  const { validations } = workspace.projectConventions(file);
  return validations ?? [app?.root, app?.src, 'lib/validations'].filter(Boolean).join('/');
}

/** Fields that two schemas must share to be one; smaller ones are alike by chance, unless they have the same name. */
const ENOUGH = 3;

/** The schema that a schema of this file repeats: one for validation before others, then by path. */
function firstOf(workspace: WorkspaceView, file: FileId, schema: DeclaredSchema): SchemaInFile | undefined {
  const { form, keys, name } = schema;
  if (form === undefined || keys.length < 2) return undefined;
  const first = workspace
    .derived(schemasAlike, alikeKey(workspace, file, form))
    .find((one) => keys.length >= ENOUGH || bare(one.schema.name) === bare(name));
  return first && first.file !== file ? first : undefined;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/(zod|schema|validation|validator)/g, '');
}
