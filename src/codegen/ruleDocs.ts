/** `docs/rules`: the pages that editor, command line and web show, made from `rule.md` and the rule's declaration. */
import { z } from 'zod';
import type { RuleMeta } from '../rules/rule.ts';
import type { RuleFolder } from './inputs.ts';

export const severityNames = {
  error: 'Error',
  warning: 'Warning',
  info: 'Information',
  hint: 'Hint',
} as const;

/** What kind of fix a rule has, in words. */
export const fixNames = {
  none: '—',
  safe: 'safe: also runs in fix-all',
  suggestion: 'suggestion: on request',
  dangerous: 'on request, after a warning',
} as const;

const verdicts = { bad: 'Reported', good: 'Fine', fixed: 'After the fix' } as const;

/** A cell of a Markdown table. */
export const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ').trim();

interface OptionSchema {
  description?: string;
  type?: string;
  enum?: unknown[];
  items?: OptionSchema;
}

/** Options of a rule in the order of its declaration. */
export function optionsOf(
  meta: RuleMeta<unknown>,
): { name: string; type: string; fallback: string; description: string }[] {
  const schema = z.toJSONSchema(meta.options, { io: 'input' }) as {
    properties?: { [name: string]: OptionSchema };
  };
  const defaults = meta.defaults as { [name: string]: unknown };
  return Object.entries(schema.properties ?? {}).map(([name, option]) => ({
    name,
    type: typeName(option),
    fallback: JSON.stringify(defaults[name]) ?? 'not set',
    description: option.description ?? '',
  }));
}

function typeName(option: OptionSchema): string {
  if (option.enum) return option.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (option.type === 'array') return `list of ${option.items ? typeName(option.items) : 'anything'}`;
  return option.type ?? 'anything';
}

/** The page of a rule: title, facts, what `rule.md` says, and the options as a table below its options section. */
export function ruleDoc({ meta, page = '' }: RuleFolder): string {
  const [, ...body] = page.trimEnd().split('\n');
  const rows = [
    '| | |',
    '|---|---|',
    `| Severity | ${severityNames[meta.severity]} |`,
    `| Contract | ${meta.sections.join(', ')} |`,
    `| Fix | ${fixNames[meta.fix]} |`,
    `| Since | ${meta.since} |`,
  ];
  const text = body
    .join('\n')
    .replace(/^\n+/, '')
    .replace(/^## Options\n/m, `## Options\n\n${optionTable(meta)}\n`);
  return `<!-- Written by \`npm run codegen\` from src/rules/${meta.id}/rule.md. Do not edit. -->\n\n# ${meta.id}\n\n**${meta.title}**\n\n${rows.join('\n')}\n\n${readable(text)}\n`;
}

function optionTable(meta: RuleMeta<unknown>): string {
  const rows = optionsOf(meta).map(
    ({ name, type, fallback, description }) =>
      `| \`${name}\` | ${cell(type)} | \`${cell(fallback)}\` | ${cell(description)} |`,
  );
  return ['| Option | Type | Default | |', '|---|---|---|---|', ...rows].join('\n');
}

/** Says in words what the info strings of the examples say: Markdown viewers show only the code. */
function readable(page: string): string {
  return page.replace(
    /^(`{3,})(\S+) (bad|good|fixed)(?:#\d+)? (\S+)(?: recipe=\S+)?$/gm,
    (_, ticks: string, language: string, verdict: keyof typeof verdicts, file: string) =>
      `${verdicts[verdict]}, \`${file}\`:\n\n${ticks}${language}`,
  );
}

/** The table of all rules, with links relative to a folder. */
export function ruleTable(rules: readonly RuleFolder[], folder: string): string {
  const rows = rules.map(({ meta }) => {
    const fix = meta.fix === 'none' ? '—' : meta.fix;
    return `| [\`${meta.id}\`](${folder}${meta.id}.md) | ${severityNames[meta.severity]} | ${fix} | ${meta.sections.join(', ')} | ${cell(meta.title)} |`;
  });
  return ['| Rule | Severity | Fix | Contract | |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** `docs/rules/README.md`. */
export function rulesReadme(rules: readonly RuleFolder[]): string {
  return `<!-- Written by \`npm run codegen\`. Do not edit. -->\n\n# Rules\n\n${ruleTable(rules, '')}\n`;
}
