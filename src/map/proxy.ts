/** The proxy (formerly middleware) and the paths it runs for. */
import { basename } from '../base/path.ts';
import type { FileId } from '../base/path.ts';
import type { Abs } from '../workspace/abs.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Draft } from './entries.ts';

/** The proxy that a file is, if it is one. */
export function proxyOf(workspace: Workspace, file: FileId): Draft[] {
  const facts = workspace.facts(file);
  if (facts?.kind !== 'ts' || workspace.role(file) !== 'proxy') return [];
  const index = facts.exports.findIndex(
    (item) => item.e !== 'star' && /^(default|proxy|middleware)$/.test(item.name),
  );
  const exported = facts.exports[index];
  if (!exported || exported.e === 'star') return [];
  const config = workspace.exported(file, 'config');
  const matchers = config.k === 'object' && config.props['matcher'] ? textsOf(config.props['matcher']) : [];
  return [
    {
      entry: {
        id: `proxy:${file}#${exported.name}`,
        kind: 'proxy',
        label: basename(file),
        file,
        ...(matchers.length > 0 ? { matchers, detail: matchers.join(' · ') } : {}),
      },
      place: { at: exported.at, ...(exported.e === 'local' ? { b: exported.b } : { exported: index }) },
    },
  ];
}

/** `'/a'`, `['/a', { source: '/b' }]`; Next.js reads nothing else, since the matcher must be constant. */
function textsOf(value: Abs): string[] {
  if (value.k === 'lit') return [String(value.v)];
  if (value.k === 'array') return value.items.flatMap(textsOf);
  if (value.k === 'object' && value.props['source']) return textsOf(value.props['source']);
  return [];
}
