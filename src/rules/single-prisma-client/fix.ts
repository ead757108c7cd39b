import { defineFix } from '../../edit/fix.ts';
import { keepOnGlobal } from './keepOnGlobal.ts';
import { useSharedClient } from './useShared.ts';

export const fixes = [
  defineFix({
    id: 'use-shared-client',
    title: ({ name, module }) =>
      `Use ${name === 'default' ? 'the client' : String(name)} of ${String(module)}`,
    trust: 'suggestion',
    preferred: true,
    edit: useSharedClient,
  }),
  defineFix({
    id: 'keep-on-global',
    title: () => 'Keep it on globalThis outside of production',
    trust: 'suggestion',
    preferred: true,
    edit: keepOnGlobal,
  }),
];
