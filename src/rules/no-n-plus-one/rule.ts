import { z } from 'zod';
import { CalleeResolver } from '../../workspace/calleeResolver.ts';
import { defineRule } from '../rule.ts';
import { repeatedCalls } from './turns.ts';
import { verdictOn } from './verdict.ts';

export const rule = defineRule({
  meta: {
    id: 'no-n-plus-one',
    title: 'A list is read and written in a fixed number of queries, however long it is.',
    sections: ['S4'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      read: '{op} of {model} runs once for each item of {list}. A hundred items make a hundred round trips. Read all rows before with `in`, and take each from a Map.',
      entangled:
        '{op} of {model} runs once for each item of {list}, which writes {model} as well. A hundred items make a hundred round trips. Read the rows before with `in`, and keep them up to date.',
      raw: '{op} runs once for each item of {list}. A hundred items make a hundred round trips. Pass all values to one statement: `= ANY(…)`.',
      same: '{op} of {model} asks the same in every turn of the loop over {list}. Ask once before the loop.',
      write:
        '{op} of {model} runs once for each item of {list}. A hundred items make a hundred round trips. One {many} writes them all.',
      createUsed:
        '{op} of {model} runs once for each item of {list}. A hundred items make a hundred round trips. Where the rows are plain, createManyAndReturn makes them in one.',
      each: '{op} of {model} runs once for each item of {list}. Send such writes together in one `$transaction([…])`, or as one statement.',
      call: '`{name}` reads {model} for each item of {list}. A hundred items make a hundred round trips. Give it all items at once, and read with `in`.',
      work: '`{name}` queries {model} for each item of {list}. Fine for short lists; let it take many items at once where they grow.',
      component:
        '<{name}> reads {model} for each item of {list}. A hundred items make a hundred round trips. Read the rows with the list, and pass them as props.',
    },
  },
  check(context) {
    const { workspace, file, role, facts } = context;
    if (facts.kind !== 'ts' || role === 'tooling' || role === 'client' || role === 'generated') return;
    if (role === 'migration') return;
    const repeated = repeatedCalls(facts);
    if (repeated.length === 0) return;
    const known = {
      context,
      facts,
      queries: new Map(workspace.queries(file).map((query) => [query.at, query])),
      resolver: new CalleeResolver(workspace),
      few: new Map<number, boolean>(),
    };
    for (const item of repeated) {
      const report = verdictOn(known, item);
      if (report) context.report(report);
    }
  },
});
