import type { Stale } from '../map/markdown/stale.ts';

const sayKind = {
  changed: 'stale:',
  gone: 'gone:',
  missing: 'missing:',
  section: 'to be written:',
  damaged: 'marker without its other half:',
  conflict: 'merge conflict',
} as const;

/** One line on what of a map is not true; the names in it are a workspace's. */
export function staleText({
  kind,
  section,
  label,
  detail,
}: Pick<Stale, 'kind' | 'section' | 'label' | 'detail'>): string {
  const text = [sayKind[kind], section, label].filter(Boolean).join(' ');
  return detail === undefined ? text : `${text} (${detail})`;
}
