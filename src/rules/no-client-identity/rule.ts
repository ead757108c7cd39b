import { z } from 'zod';
import { accessPlace } from '../../workspace/accessPlace.ts';
import { claimedIdentities } from '../../workspace/clientIdentity.ts';
import type { ClaimedIdentity } from '../../workspace/clientIdentity.ts';
import type { Entry } from '../../workspace/entries.ts';
import { entryText } from '../../workspace/entryText.ts';
import { isMadeBy } from '../../workspace/ownerHoles.ts';
import { isReadThrough } from '../../workspace/readThrough.ts';
import { parseFunctionKey } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  prices: z.boolean().describe('Also report prices and totals of sales that the client sends.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'no-client-identity',
    title: 'Who somebody is, and what they may, comes from the session, never from what the client sends.',
    sections: ['S5'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    behind: ['action-auth'],
    since: '0.1.0',
    options,
    defaults: { prices: true },
    messages: {
      where:
        '{entry} {does} the {model} rows of whichever {owner} the client names in `{key}`. Anybody can send another id. Take it from the session, or check first that the session may act for it.',
      data: '{entry} writes {model} rows in the name of whichever {owner} the client sends in `{key}`. Anybody can send another id. Take it from the session, or check first that the session may act for it.',
      role: "{entry} lets the client choose `{key}` of a {model}: whoever calls it can give themselves every right. Set it on the server, or check the caller's role first.",
      price:
        '{entry} believes the `{key}` that the client sends for a {model}. Anybody can send another price. Compute it from the rows that the server has.',
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
      for (const claim of claimedIdentities(entry, { schema, ownerKeys })) {
        if (claim.kind === 'price' && !context.options.prices) continue;
        if (claim.kind === 'where' && isReadThrough(workspace, claim.effect)) continue;
        const weak = isMadeBy(claim.model, schema) && claim.owner === schema.userModel.name;
        reportClaim(context, entry, claim, severityOf(claim, weak), seen);
      }
  },
});

function severityOf({ kind }: ClaimedIdentity, weak: boolean): Severity {
  return kind === 'price' || weak ? 'warning' : 'error';
}

function reportClaim(
  context: RuleContext<Options>,
  entry: Entry,
  claim: ClaimedIdentity,
  severity: Severity,
  seen: Set<string>,
): void {
  const { workspace, file } = context;
  const { effect, model, site, kind, key } = claim;
  const place = accessPlace(workspace, file, entry, effect);
  const isWritten = site?.file === file;
  const at = isWritten ? site.at : place.at;
  if (seen.has(`${at} ${key}`)) return;
  seen.add(`${at} ${key}`);
  const handler = entry.handler === undefined ? undefined : parseFunctionKey(entry.handler);
  const isPerson = claim.owner === workspace.schema(file)?.userModel?.name;
  const fixes: FixRequest[] =
    isWritten && handler?.file === file && isPerson && !key.includes('.')
      ? [{ recipe: 'use-session', data: { fn: handler.fn } }]
      : [];
  context.report({
    place: { at },
    message: kind,
    data: {
      entry: entryText(entry),
      does: VERBS[effect.op] ?? 'reads',
      model: model.name,
      owner: claim.owner ?? '',
      key,
    },
    severity,
    related: place.related,
    fixes,
  });
}

const VERBS: { [op: string]: string } = {
  update: 'changes',
  updateMany: 'changes',
  updateManyAndReturn: 'changes',
  upsert: 'changes',
  delete: 'deletes',
  deleteMany: 'deletes',
};
