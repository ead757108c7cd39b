import { ts } from 'ts-morph';
import { handlerAt, insert, logStatement } from '../../edit/catchHandler.ts';
import { failureOf } from '../../edit/failure.ts';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import type { TextEdit } from '../../run/finding.ts';
import { dependencyVersion } from '../../workspace/dependencies.ts';

const done = (context: FixContext, edits: TextEdit[]): FixOutcome => ({
  changes: [{ file: context.file, create: false, edits }],
});

export const fixes = [
  defineFix({
    id: 'log-error',
    title: () => 'Log the error',
    trust: 'safe',
    preferred: true,
    edit(context) {
      const handler = handlerAt(context);
      if (typeof handler === 'string') return { refuse: handler };
      const { statement, imports } = logStatement(
        context,
        handler,
        String(context.data['name'] ?? 'the operation'),
      );
      return done(context, [...imports, ...insert(handler, [statement])]);
    },
  }),
  defineFix({
    id: 'log-and-return',
    title: ({ logged }) =>
      logged === true ? 'Answer with a failure' : 'Log the error and answer with a failure',
    trust: 'suggestion',
    preferred: false,
    edit(context) {
      const handler = handlerAt(context);
      if (typeof handler === 'string') return { refuse: handler };
      const failure = failureOf(context, handler, handler.block ?? handler.expression);
      if (typeof failure === 'string') return { refuse: failure };
      const log =
        context.data['logged'] === true
          ? undefined
          : logStatement(context, handler, String(context.data['name'] ?? 'the operation'));
      const answer = `return ${failure.text}`;
      const last = handler.block?.statements.at(-1);
      const edits =
        last && ts.isReturnStatement(last)
          ? [
              ...(log ? insert(handler, [log.statement]) : handler.naming),
              { start: last.getStart(handler.source), end: last.end, text: answer + handler.style.semicolon },
            ]
          : insert(handler, [...(log ? [log.statement] : []), answer], 'last');
      return done(context, [...(log?.imports ?? []), ...failure.imports, ...edits]);
    },
  }),
  defineFix({
    id: 'rethrow-navigation',
    title: () => 'Let navigation pass: unstable_rethrow() first',
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const version = dependencyVersion(context.workspace, context.file, 'next');
      if (version && version[0] < 15)
        return { refuse: 'unstable_rethrow() came with Next.js 15. Move the call behind the try instead.' };
      const handler = handlerAt(context);
      if (typeof handler === 'string') return { refuse: handler };
      const known = importedAs(handler.source, 'next/navigation', 'unstable_rethrow');
      const imports = addImport(handler.source, { spec: 'next/navigation', name: 'unstable_rethrow' });
      return done(context, [
        ...imports,
        ...insert(handler, [`${known ?? 'unstable_rethrow'}(${handler.error})`]),
      ]);
    },
  }),
  defineFix({
    id: 'add-cause',
    title: () => 'Pass the caught error as the cause',
    trust: 'safe',
    preferred: true,
    edit(context) {
      const handler = handlerAt(context);
      if (typeof handler === 'string') return { refuse: handler };
      const thrown = handler.block?.statements.findLast(ts.isThrowStatement)?.expression;
      if (!thrown || !ts.isNewExpression(thrown) || thrown.arguments?.length !== 1)
        return { refuse: 'What is thrown takes no cause here; pass the error by hand.' };
      const [message] = thrown.arguments;
      if (!message) return { refuse: 'What is thrown has no message.' };
      const cause = handler.error === 'cause' ? 'cause' : `cause: ${handler.error}`;
      return done(context, [
        ...handler.naming,
        { start: message.end, end: message.end, text: `, { ${cause} }` },
      ]);
    },
  }),
];
