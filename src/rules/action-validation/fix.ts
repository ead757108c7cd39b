import { defineFix } from '../../edit/fix.ts';
import { insertParse } from '../../edit/insertParse.ts';

export const fixes = [
  defineFix({
    id: 'insert-parse',
    title: () => 'Parse the input with a schema',
    trust: 'suggestion',
    preferred: true,
    edit: insertParse,
  }),
];
