import { z } from 'zod';
import type { SchemaModel, SchemaModelNode } from '../../prisma/schema.ts';
import { accessPlace } from '../../workspace/accessPlace.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { givesOut, isMadeBy, ownerHoles } from '../../workspace/ownerHoles.ts';
import type { OwnerHole } from '../../workspace/ownerHoles.ts';
import { isContent } from '../../workspace/publicData.ts';
import { isReadThrough } from '../../workspace/readThrough.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  reads: z.boolean().describe('Also report reads of private rows; otherwise only writes.'),
  publicModels: z
    .array(z.string())
    .describe('Models whose rows every signed-in person may read and write, such as a shared catalogue.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'owner-filter',
    title:
      'Rows that belong to somebody are picked by their owner as well, not by what the client sends alone.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    behind: ['action-auth'],
    since: '0.1.0',
    options,
    defaults: { reads: true, publicModels: [] },
    messages: {
      write:
        '{entry} {does} the {model} row that the client names by `{key}`, whoever owns it. Being signed in proves who calls, not what is theirs. Put the owner into `where` ({owner}), or compare the row with the session first.',
      read: '{entry} reads the {model} row that the client names by `{key}`, whoever owns it, and gives it out. Put the owner into `where` ({owner}), or compare the row with the session before using it.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated') return;
    const entries = workspace.entries(file);
    const schema = entries.length > 0 ? workspace.schema(file) : undefined;
    if (!schema?.userModel) return;
    const { ownerKeys } = workspace.conventions(file);
    const seen = new Set<string>();
    for (const entry of entries)
      for (const hole of ownerHoles(entry, { schema, ownerKeys }))
        if (!isReadThrough(workspace, hole.effect)) reportHole(context, schema, entry, hole, seen);
  },
});

function reportHole(
  context: RuleContext<Options>,
  schema: SchemaModel,
  entry: Entry,
  hole: OwnerHole,
  seen: Set<string>,
): void {
  const { workspace, file, options: chosen } = context;
  const { effect, model, keys } = hole;
  // Rows picked by a person's or a group's id are `no-client-identity`'s.
  const key = keys.every(({ picks }) => picks === 'row') ? keys[0] : undefined;
  if (!key || chosen.publicModels.includes(model.name)) return;
  const isRead = effect.kind === 'read';
  const severity = isRead ? readSeverity(entry, hole, schema) : writeSeverity(hole, schema);
  if (!severity || (isRead && !chosen.reads)) return;
  const { at, isOwn, related } = accessPlace(workspace, file, entry, effect);
  if (seen.has(`${at} ${model.name}`)) return;
  seen.add(`${at} ${model.name}`);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const fixes: FixRequest[] =
    isOwn && handler?.file === file
      ? [{ recipe: 'add-owner', data: { fn: handler.fn, model: model.name } }]
      : [];
  context.report({
    place: { at },
    message: isRead ? 'read' : 'write',
    data: {
      entry: entryText(entry),
      does: VERBS[effect.op] ?? 'changes',
      model: model.name,
      key: key.name,
      owner: ownerText(schema, model),
    },
    severity,
    related,
    fixes,
  });
}

function writeSeverity({ model }: OwnerHole, schema: SchemaModel): Severity {
  return isMadeBy(model, schema) ? 'warning' : 'error';
}

/** Counting and looking whether something exists tells little; content is made to be read by others. */
function readSeverity(entry: Entry, { effect, model }: OwnerHole, schema: SchemaModel): Severity | undefined {
  if (
    isContent(model, schema) ||
    effect.op === 'count' ||
    effect.op === 'aggregate' ||
    effect.op === 'groupBy'
  )
    return undefined;
  return givesOut(entry, effect) ? 'error' : undefined;
}

function ownerText(schema: SchemaModel, model: SchemaModelNode): string {
  const path = schema.ownerPath(model.name);
  if (!path) return 'its owner';
  return path.keys[0] !== undefined && path.path.length === 1
    ? `\`${path.keys[0]}\``
    : `\`${path.path.join('.')}\``;
}

const VERBS: { [op: string]: string } = {
  update: 'changes',
  updateMany: 'changes',
  updateManyAndReturn: 'changes',
  upsert: 'changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};
