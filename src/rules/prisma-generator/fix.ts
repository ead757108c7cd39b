import { defineFix } from '../../edit/fix.ts';
import { settingBehind } from '../../edit/prismaBlock.ts';
import type { TextEdit } from '../../run/finding.ts';

export const fixes = [
  defineFix({
    id: 'rewrite-generator',
    title: ({ wanted }) =>
      `Generate it by prisma-client into ${typeof wanted === 'string' ? wanted : 'lib/generated'}`,
    trust: 'suggestion',
    preferred: true,
    edit({ finding, facts, file, text, data }) {
      const { wanted } = data;
      const generator =
        facts.kind === 'prisma'
          ? facts.generators.find(({ span }) => span.start <= finding.start && finding.end <= span.end)
          : undefined;
      const provider = generator?.settings.find(({ name }) => name === 'provider');
      if (!generator || !provider || typeof wanted !== 'string')
        return { refuse: 'The generator is no longer there.' };
      const edits: TextEdit[] = [];
      if (provider.value !== 'prisma-client') edits.push({ ...provider.valueSpan, text: '"prisma-client"' });
      const output = generator.settings.find(({ name }) => name === 'output');
      if (!output) {
        const added = settingBehind(generator, 'provider', { name: 'output', value: `"${wanted}"` }, text);
        if (!added) return { refuse: 'The block isn’t written in a form that can be extended mechanically.' };
        edits.push(added);
      } else if (/node_modules/.test(output.value ?? ''))
        edits.push({ ...output.valueSpan, text: `"${wanted}"` });
      return { changes: [{ file, create: false, edits }] };
    },
  }),
];
