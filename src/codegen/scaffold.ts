/** The files of a new rule: it compiles, reports nothing yet, and its test is red. */

const camel = (id: string): string => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * Texts by path from the repository's root.
 * @param id in kebab-case
 * @param version the extension's, for `since`
 * @throws when the id is not in kebab-case
 */
export function scaffold(id: string, version: string): Map<string, string> {
  if (!/^[a-z]+(-[a-z]+)*$/.test(id))
    throw new Error(`"${id}" is no id of a rule: use words in lower case, joined by "-"`);
  const folder = `src/rules/${id}`;
  const name = camel(id);
  return new Map([
    [
      `${folder}/rule.ts`,
      `import { z } from 'zod';
import { defineRule } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: '${id}',
    title: 'Say in one sentence what ${id} demands.',
    sections: ['S8'],
    severity: 'warning',
    fix: 'suggestion',
    needs: 'file',
    kinds: ['ts'],
    since: '${version}',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      found: 'What is wrong with \`{name}\`. Why it matters. What to do.',
    },
  },
  check(context) {
    const { facts } = context;
    if (facts.kind !== 'ts') return;
    // Read facts and context.workspace, then: context.report({ place: { at }, message: 'found', data: { name }, fixes: [{ recipe: 'fix-${id}' }] });
  },
});
`,
    ],
    [
      `${folder}/fix.ts`,
      `import { defineFix } from '../../edit/fix.ts';

export const fixes = [
  defineFix({
    id: 'fix-${id}',
    title: () => 'Say what the menu shows',
    trust: 'suggestion',
    preferred: true,
    edit({ finding, file }) {
      return { changes: [{ file, create: false, edits: [{ start: finding.start, end: finding.end, text: 'replacement' }] }] };
    },
  }),
];
`,
    ],
    [
      `${folder}/rule.md`,
      `# ${id}

Why this matters, in a few sentences.

## What it does not see

Where the rule stays silent because it can't decide.

## When not to use it

When to switch it off.

## Examples

\`\`\`ts bad lib/services/post.service.ts
export const ${name} = 'flagged';
//           ${'^'.repeat(name.length)} ${id} warning
\`\`\`

\`\`\`ts good lib/services/post.service.ts
export const ${name} = 'fine';
\`\`\`

\`\`\`ts fixed lib/services/post.service.ts
export const replacement = 'flagged';
\`\`\`
`,
    ],
    [
      `${folder}/rule.test.ts`,
      `import { describe, it } from 'vitest';
import { expectFindings, expectSilent, openFixture } from '../../../test/kit/check.ts';

describe('${id}', () => {
  it('reports', async () => {
    const fixture = await openFixture(\`
      //- lib/services/post.service.ts
      export const ${name} = 'flagged';
      //           ${'^'.repeat(name.length)} ${id} warning
    \`);
    expectFindings(fixture, { rules: ['${id}'] });
  });

  it('accepts', async () => {
    const fixture = await openFixture(\`
      //- lib/services/post.service.ts
      export const ${name} = 'fine';
    \`);
    expectSilent(fixture, '${id}');
  });
});
`,
    ],
  ]);
}
