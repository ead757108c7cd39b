import { extractToService } from '../../edit/extractToService.ts';
import { defineFix } from '../../edit/fix.ts';

export const fixes = [
  defineFix({
    id: 'extract-to-service',
    title: () => 'Extract to a service function',
    trust: 'suggestion',
    preferred: true,
    edit: (context) => extractToService(context, context.finding.start, context.finding.end),
  }),
];
