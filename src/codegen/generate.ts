/** All generated files, as texts. */
import { configJsonSchema } from '../config/jsonSchema.ts';
import type { Inputs } from './inputs.ts';
import { manifestWith, schemaFile } from './manifest.ts';
import { readmeWith } from './readme.ts';
import { ruleDoc, rulesReadme } from './ruleDocs.ts';
import { ruleIndex } from './ruleIndex.ts';
import { suppressionFiles } from './snippets.ts';
import { statementsWith } from './statementTable.ts';

/** Text by path from the repository's root; `undefined` for a file that must not be there. */
export type Outputs = ReadonlyMap<string, string | undefined>;

/** Rules that have no page yet: not ready to be shipped. */
export function pagelessRules({ rules }: Inputs): string[] {
  return rules.filter(({ page }) => page === undefined).map(({ meta }) => meta.id);
}

/** Everything that is generated from the inputs; a rule without a page has no document. */
export function generate(inputs: Inputs): Outputs {
  const { rules, manifest, readme, docs } = inputs;
  const outputs = new Map<string, string | undefined>();
  for (const file of docs) outputs.set(`docs/rules/${file}`, undefined);
  outputs.set('src/rules/index.generated.ts', ruleIndex(rules));
  for (const rule of rules)
    if (rule.page !== undefined) outputs.set(`docs/rules/${rule.meta.id}.md`, ruleDoc(rule));
  outputs.set('docs/rules/README.md', rulesReadme(rules));
  const declarations = rules.map(({ meta }) => meta);
  outputs.set(schemaFile, `${JSON.stringify(configJsonSchema(declarations), null, 2)}\n`);
  const suppressions = suppressionFiles(rules);
  for (const [file, snippets] of Object.entries(suppressions))
    outputs.set(file, `${JSON.stringify(snippets, null, 2)}\n`);
  outputs.set('package.json', manifestWith(manifest, rules));
  outputs.set('docs/migrations.md', statementsWith(inputs.migrations, inputs.statements));
  outputs.set(
    'README.md',
    readmeWith(readme, { rules, manifest, snippets: { ...inputs.snippets, ...suppressions } }),
  );
  return outputs;
}

/**
 * Files that differ from what they should be, sorted.
 * @param read text of a file of the repository; `undefined` when it isn't there
 */
export function staleFiles(outputs: Outputs, read: (file: string) => string | undefined): string[] {
  return [...outputs]
    .filter(([file, text]) => read(file) !== text)
    .map(([file]) => file)
    .toSorted();
}
