/** `backend-specialist map`: the Backend Map as data. */
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError } from './exitCodes.ts';
import { findWorkspace } from './root.ts';
import { openSession } from './session.ts';
import { write } from './terminal.ts';

const options = {
  format: { type: 'string', valueHint: 'json', description: 'How the map is written (json)' },
  'no-cache': { type: 'boolean', description: 'Neither read nor write the cache' },
} as const;

export const mapCommand: CommandSpec<typeof options> = {
  name: 'map',
  description: 'Print the Backend Map: actions, routes, services, models, their guards and what they touch',
  options,
  async run({ format = 'json', 'no-cache': noCache }) {
    if (format !== 'json') throw new UsageError(`unknown format "${format}". Use json.`);
    const { root } = findWorkspace(process.cwd(), []);
    const { engine } = await openSession(root, { cache: !noCache, overrides: {} });
    const apps = engine.map().apps.map((app) => ({
      ...app,
      entries: app.entries.map(({ start: _start, end: _end, range, ...entry }) => ({
        ...entry,
        line: range.start.line + 1,
        column: range.start.character + 1,
      })),
    }));
    await write(process.stdout, `${JSON.stringify({ version: 1, root, apps }, null, 2)}\n`);
    return exitCodes.clean;
  },
};
