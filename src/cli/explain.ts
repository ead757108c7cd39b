/** `explain` and `rules`: what the rules are, in the terminal. */
import { didYouMean } from '../config/distance.ts';
import { ruleDocsUrl, rulePage } from '../host/node.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError } from './exitCodes.ts';
import { loadEngine } from './session.ts';
import { coloursFor, write } from './terminal.ts';

export const explainCommand: CommandSpec<Record<never, never>> = {
  name: 'explain',
  description: 'Show the page of a rule: why it is there, what it flags and what to do',
  positional: { name: 'rule', description: 'Id of the rule', max: 1 },
  options: {},
  async run(_values, [id]) {
    const { rules } = await loadEngine();
    const ids = rules.map(({ meta }) => meta.id);
    if (id === undefined) throw new UsageError(`which rule? One of ${ids.toSorted().join(', ')}.`);
    const rule = rules.find(({ meta }) => meta.id === id);
    if (!rule) throw new UsageError(`unknown rule "${id}".${didYouMean(id, ids)}`);
    const page = rulePage(id) ?? `# ${id}\n\n${rule.meta.title}\n\n${ruleDocsUrl(id)}\n`;
    const { bold, dim } = coloursFor(process.stdout);
    const shown = page
      // Who writes the page is no matter of who reads it here.
      .replace(/^<!--[^]*?-->\s*/, '')
      .replace(/^(#+ .*)$/gm, (heading) => bold(heading))
      .replace(/^```.*$/gm, (fence) => dim(fence));
    await write(process.stdout, shown.endsWith('\n') ? shown : `${shown}\n`);
    return exitCodes.clean;
  },
};

const rulesOptions = {
  format: { type: 'string', valueHint: 'pretty|json', description: 'How the table is written (pretty)' },
} as const;

export const rulesCommand: CommandSpec<typeof rulesOptions> = {
  name: 'rules',
  description: 'List the rules',
  options: rulesOptions,
  async run({ format = 'pretty' }) {
    if (format !== 'pretty' && format !== 'json')
      throw new UsageError(`unknown format "${format}". Use one of pretty, json.`);
    const { rules } = await loadEngine();
    const table = rules
      .map(({ meta }) => ({
        id: meta.id,
        title: meta.title,
        section: meta.sections.join(' '),
        severity: meta.severity,
        fix: meta.fix,
        docs: ruleDocsUrl(meta.id),
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (format === 'json') {
      await write(process.stdout, `${JSON.stringify(table, null, 2)}\n`);
      return exitCodes.clean;
    }
    const { bold, dim } = coloursFor(process.stdout);
    const width = Math.max(0, ...table.map(({ id }) => id.length));
    for (const { id, title, severity, fix, section } of table)
      await write(
        process.stdout,
        `${bold(id.padEnd(width))}  ${severity.padEnd(7)}  ${fix.padEnd(10)}  ${title} ${dim(section)}\n`,
      );
    return exitCodes.clean;
  },
};
