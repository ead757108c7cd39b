import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { identityExpression } from '../../workspace/identity.ts';

export const fixes = [
  defineFix({
    id: 'use-session',
    title: () => 'Take the id from the session',
    trust: 'suggestion',
    preferred: true,
    edit({ file, finding, data, workspace, sourceOf }) {
      const source = sourceOf(file);
      const name = source && nodeAt(source, finding.start, finding.end);
      const property = name?.parent;
      const { fn } = data;
      const user = typeof fn === 'number' ? identityExpression(workspace, file, fn) : undefined;
      if (user === undefined) return { refuse: 'No variable here holds the session or its user.' };
      if (source && property && ts.isPropertyAssignment(property) && property.name === name)
        return {
          changes: [
            {
              file,
              create: false,
              edits: [
                { start: property.initializer.getStart(source), end: property.initializer.end, text: user },
              ],
            },
          ],
        };
      if (source && property && ts.isShorthandPropertyAssignment(property))
        return {
          changes: [
            {
              file,
              create: false,
              edits: [
                {
                  start: property.getStart(source),
                  end: property.end,
                  text: `${property.name.text}: ${user}`,
                },
              ],
            },
          ],
        };
      return { refuse: 'The key is not written here.' };
    },
  }),
];
