/** How messages speak of an entry point. */
import type { Entry } from './entries.ts';

/** `The POST handler`, `This page`, `` `createPost` `` at the start of a sentence. */
export function entryText(entry: Pick<Entry, 'kind' | 'name' | 'label'>): string {
  switch (entry.kind) {
    case 'route':
      return `The ${entry.name} handler`;
    case 'page':
      return 'This page';
    case 'procedure':
      return `The procedure \`${entry.label}\``;
    case 'inline-action':
      return `The inline action \`${entry.label}\``;
    default:
      return `\`${entry.label}\``;
  }
}
