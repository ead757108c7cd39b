import { z } from 'zod';
import { accessPlace } from '../../workspace/accessPlace.ts';
import type { SchemaModel } from '../../prisma/schema.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { isPrivate } from '../../workspace/guardState.ts';
import { unguardedPrivilege } from '../../workspace/privileged.ts';
import type { Privilege } from '../../workspace/privilege.ts';
import { idleRoleTest } from '../../workspace/roleTests.ts';
import type { DbEffect } from '../../workspace/summary.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Related, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  lists: z.boolean().describe("Also report entry points that give out everybody's rows."),
  pages: z.boolean().describe('Also report pages of the administration, `app/**/admin/**`.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'require-role',
    title: 'What only some people may do asks for their role first, not just for a session.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    behind: ['action-auth'],
    since: '0.1.0',
    options,
    defaults: { lists: true, pages: true },
    messages: {
      idle: 'The role is tested here, but the path goes on for everybody: {entry} then {does} {model} rows. Return, redirect or throw in this branch.',
      role: '{entry} sets `{key}` of any {model} that the client names, and nobody checks the role of who calls. Everybody who is signed in can hand out rights. Check the role before it and stop without it.',
      delete:
        '{entry} deletes any {model} that the client names, and nobody checks the role of who calls. Being signed in is no right to delete people. Check the role before it and stop without it.',
      member:
        '{entry} takes whoever the client names out of the group, and nobody checks the role of who calls. Being a member is no right to remove others. Check the role before it and stop without it.',
      list: "{entry} gives everybody's {model} rows to whoever is signed in. Check the role before the query, or pick the rows of the session's owner.",
      settings:
        '{entry} changes {model}, which holds for the whole application, for whoever is signed in. Check the role before it and stop without it.',
      admin:
        '{entry} belongs to the administration and {does} {model} rows, but nobody checks the role of who calls. Its address is no secret. Check the role first and stop without it.',
      shared:
        '{entry} {does} {model} rows for whoever is signed in; `{other}` asks for {roles} before it does. Check the role here as well.',
      group:
        '{entry} {does} {model} rows for every member of the group; all else that writes them, as `{other}`, asks for {roles} before it does. Check the role here as well.',
      sibling:
        '{entry} {does} {model} rows for whoever is signed in; everything else in this file asks for {roles}. Check the role here as well.',
    },
  },
  check(context) {
    const { workspace, file, role, app } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated') return;
    const entries = workspace.entries(file);
    const schema = entries.length > 0 ? workspace.schema(file) : undefined;
    if (!schema) return;
    const { ownerKeys } = workspace.conventions(file);
    const seen = new Set<string>();
    for (const entry of entries) {
      if (entry.handler !== undefined && seen.has(entry.handler)) continue;
      const found = unguardedPrivilege(entry, { view: workspace, file, app, schema, ownerKeys });
      if (workspace.conventions(file).isPublic(file, entry.name) || entry.tags.includes('public')) continue;
      if (!found) reportIdle(context, entry, schema);
      if (!found || !isWanted(context.options, entry, found)) continue;
      if (entry.handler !== undefined) seen.add(entry.handler);
      reportPrivilege(context, entry, found);
    }
  },
});

/** A test of the role whose branch goes on, before something that matters. */
function reportIdle(context: RuleContext<Options>, entry: Entry, schema: SchemaModel): void {
  const { workspace, file } = context;
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const own = handler?.file === file ? workspace.tsFacts(file)?.functions[handler.fn] : undefined;
  const at = own && idleRoleTest(own);
  if (at === undefined) return;
  const effect = entry.effects.find((candidate) => {
    const first = candidate.trace[0] ?? candidate;
    return first.file === file && first.at > at && !candidate.roles && isPrivate(candidate, schema);
  });
  if (!effect) return;
  context.report({
    place: { at },
    message: 'idle',
    data: {
      entry: entryText(entry),
      does: verbOf(effect),
      model: schema.modelOf(effect.model)?.name ?? effect.op,
    },
    related: accessPlace(workspace, file, entry, effect).related,
  });
}

function verbOf({ op, kind }: DbEffect): string {
  return VERBS[op] ?? (kind.endsWith('read') ? 'reads' : 'changes');
}

function isWanted(chosen: Options, entry: Entry, { kind }: Privilege): boolean {
  if (kind === 'list') return chosen.lists;
  return !(kind === 'admin' && entry.kind === 'page') || chosen.pages;
}

function reportPrivilege(context: RuleContext<Options>, entry: Entry, found: Privilege): void {
  const { workspace, file } = context;
  const { kind, effect, model, key, other } = found;
  const { at, related } = accessPlace(workspace, file, entry, effect);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const all: Related[] = other
    ? [...related, { place: { file: other.file, at: other.at }, message: `${found.roles.join(' or ')} only` }]
    : related;
  const fixes: FixRequest[] =
    handler?.file === file && entry.kind !== 'procedure'
      ? [
          {
            recipe: 'insert-role',
            data: { fn: handler.fn, kind: entry.kind, lib: entry.lib ?? '', roles: found.roles, at },
          },
        ]
      : [];
  context.report({
    place: { at },
    message: kind,
    data: {
      entry: entryText(entry),
      does: verbOf(effect),
      model,
      key,
      other: other?.name ?? '',
      roles: found.roles.join(' or '),
    },
    severity: severityOf(entry, found),
    related: all,
    fixes,
  });
}

function severityOf(entry: Entry, { kind, effect }: Privilege): Severity {
  if (kind === 'list' || kind === 'sibling' || kind === 'group') return 'warning';
  return kind === 'admin' && effect.kind.endsWith('read') && entry.kind === 'page' && !effect.proof
    ? 'warning'
    : 'error';
}

const VERBS: { [op: string]: string } = {
  create: 'creates',
  createMany: 'creates',
  createManyAndReturn: 'creates',
  upsert: 'creates or changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};
