import { z } from 'zod';
import { defineRule } from '../rule.ts';
import type { Report } from '../rule.ts';
import { hazardsIn } from './hazards.ts';

export const rule = defineRule({
  meta: {
    id: 'no-destructive-command',
    title: 'No script, pipeline, container or program runs a command that destroys a database.',
    sections: ['S1', 'S2'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['commands', 'package', 'ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      certain: '{reason} Nothing shows that it is aimed at a test database. {advice}',
      text: '{reason} Whoever follows this text, an agent included, runs it. {advice}',
      possible: '{reason} It may be aimed at data that matters. {advice}',
    },
  },
  check({ file, facts, role, workspace, report }) {
    for (const found of hazardsIn(facts, file, role, workspace)) {
      const { hazard } = found;
      const severity = found.isReference
        ? 'info'
        : hazard.certainty === 'possible' || found.isTest || found.isText
          ? 'warning'
          : undefined;
      const made: Report = {
        place: { span: hazard.span },
        message: severity === undefined ? 'certain' : found.isText ? 'text' : 'possible',
        data: { reason: hazard.reason, advice: hazard.advice },
        ...(severity ? { severity } : {}),
        fixes: found.replacement
          ? [{ recipe: 'use-safe-command', data: { words: found.replacement.words } }]
          : [],
      };
      report(made);
    }
  },
});
