import type { RuleFolder } from './inputs.ts';

const camel = (id: string): string => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** `src/rules/index.generated.ts`: the list of all rules with their fixes. */
export function ruleIndex(rules: readonly RuleFolder[]): string {
  const imports = rules.flatMap(({ meta: { id }, hasFixes }) => [
    `import { rule as ${camel(id)} } from './${id}/rule.ts';`,
    ...(hasFixes ? [`import { fixes as ${camel(id)}Fixes } from './${id}/fix.ts';`] : []),
  ]);
  const entries = rules.map(
    ({ meta: { id }, hasFixes }) =>
      `  { rule: ${camel(id)}, fixes: ${hasFixes ? `${camel(id)}Fixes` : '[]'} },`,
  );
  return [
    '// Written by `npm run codegen`. Do not edit.',
    "import type { RegisteredRule } from './registry.ts';",
    ...imports,
    '',
    'export const registeredRules: readonly RegisteredRule[] = [',
    ...entries,
    '];',
    '',
  ].join('\n');
}
