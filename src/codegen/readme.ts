/** The tables of README.md, which stand between markers. */
import { commandsOf, settingsOf } from './manifest.ts';
import type { RuleFolder } from './inputs.ts';
import { cell, ruleTable } from './ruleDocs.ts';
import { snippetTable, type SnippetFile } from './snippets.ts';

/**
 * A text with what stands between `<!-- generated:name -->` and `<!-- /generated:name -->` replaced.
 * @throws when a marker is missing
 */
export function replaceSection(text: string, name: string, content: string): string {
  const start = `<!-- generated:${name} -->`;
  const end = `<!-- /generated:${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`There are no markers for "${name}"`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

export interface ReadmeParts {
  rules: readonly RuleFolder[];
  /** Text of package.json. */
  manifest: string;
  /** All snippets, by file. */
  snippets: { [file: string]: SnippetFile };
}

/** README.md with its tables up to date. */
export function readmeWith(text: string, { rules, manifest, snippets }: ReadmeParts): string {
  const settings = Object.entries(settingsOf(rules)).map(([name, setting]) => {
    const fallback = JSON.stringify(setting['default']);
    return `| \`${name}\` | \`${fallback}\` | ${cell(setting.markdownDescription)} |`;
  });
  const commands = commandsOf(manifest).map(
    ({ command, title, category }) =>
      `| ${category === undefined ? title : `${category}: ${title}`} | \`${command}\` |`,
  );
  let out = replaceSection(text, 'rules', ruleTable(rules, 'docs/rules/'));
  out = replaceSection(out, 'settings', ['| Setting | Default | |', '|---|---|---|', ...settings].join('\n'));
  out = replaceSection(out, 'snippets', snippetTable(snippets));
  return replaceSection(out, 'commands', ['| Command | Id |', '|---|---|', ...commands].join('\n'));
}
