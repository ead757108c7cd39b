import { z } from 'zod';
import type { FileRole } from '../../project/model.ts';
import { isBrowserCode, isDataFunction, isPagesRouter } from '../../workspace/browserCode.ts';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import { SecretValues } from '../../workspace/secretValues.ts';
import type { FoundSecret } from '../../workspace/secretValues.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest } from '../rule.ts';
import { toldBy } from './logArguments.ts';
import type { Told } from './logArguments.ts';

const IGNORED: ReadonlySet<FileRole> = new Set(['client', 'tooling', 'generated', 'migration']);

export const rule = defineRule({
  meta: {
    id: 'no-secret-log',
    title: 'No secret reaches a log or the message of an error.',
    sections: ['S8'],
    severity: 'error',
    fix: 'safe',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      value:
        '`{name}` puts {what} into the log. Whoever reads the log or its copies can use it. Log an id, or whether it is there.',
      row: '`{name}` puts {what} into the log. Whoever reads the log or its copies has them too. Log the id, or the fields that help.',
      input:
        '`{name}` is logged whole, with {what}. Whoever reads the log or its copies can use it. Log the fields that help, by name.',
      session:
        '`{name}` puts the whole session into the log: who it is, and every token that a callback adds. Log the user’s id.',
      request:
        '`{name}` puts {what} into the log. Whoever reads it can act as the caller. Log the one that helps, by name.',
      environment:
        '`{name}` puts the whole environment into the log, with every secret of the server. Log the variable that helps, or whether it is set.',
      message:
        'The message of this error contains {what} (`{name}`). Messages end up in logs, reports and answers. Say what is wrong without it.',
    },
  },
  check(context) {
    const { facts, file, role, workspace } = context;
    if (facts.kind !== 'ts' || IGNORED.has(role) || isBrowserCode(context, facts)) return;
    const resolver = new CalleeResolver(workspace);
    const all = toldBy(resolver, file, facts);
    if (all.length === 0) return;
    const secrets = new SecretValues(resolver, file, facts);
    const isPages = isPagesRouter(context);
    const seen = new Set<number>();
    for (const told of all) {
      if (isPages && !isDataFunction(facts, told.fn)) continue;
      for (const value of told.values)
        for (const secret of secrets.in(value, told.fn)) {
          if (seen.has(secret.at) || (told.to === 'message' && !secret.sure)) continue;
          seen.add(secret.at);
          context.report({
            place: { at: secret.at },
            message: told.to === 'message' ? 'message' : secret.kind,
            data: { name: secret.text, what: secret.what },
            severity: secret.sure ? 'error' : 'warning',
            fixes: fixesFor(told, secret),
          });
        }
    }
  },
});

function fixesFor(told: Told, secret: FoundSecret): FixRequest[] {
  if (told.to === 'message') return [{ recipe: 'redact-message' }];
  const redact: FixRequest[] = secret.isWhole && !told.takesText ? [] : [{ recipe: 'redact' }];
  return [...redact, { recipe: 'drop' }];
}
