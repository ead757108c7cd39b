import { ts } from 'ts-morph';
import { defineFix } from '../../edit/fix.ts';
import type { FixContext, FixOutcome } from '../../edit/fix.ts';
import { importedAs } from '../../edit/imports.ts';
import { nodeAt } from '../../edit/queryCall.ts';
import { declarationOf } from '../../edit/scopes.ts';
import type { TextEdit } from '../../run/finding.ts';
import { moveSessionOut } from './moveSession.ts';

export const fixes = [
  defineFix({
    id: 'move-session-out',
    title: () => 'Read the session outside and pass what is needed',
    trust: 'suggestion',
    preferred: true,
    edit(context) {
      const source = context.sourceOf(context.file);
      const name = source && nodeAt(source, context.finding.start, context.finding.end);
      if (!source || !name) return { refuse: 'The call can no longer be found.' };
      const edits = moveSessionOut(source, name);
      return typeof edits === 'string'
        ? { refuse: edits }
        : { changes: [{ file: context.file, create: false, edits }] };
    },
  }),
  defineFix({
    id: 'add-to-key',
    title: () => 'Add it to the key',
    trust: 'suggestion',
    preferred: true,
    edit: addToKey,
  }),
];

function addToKey({ file, finding, sourceOf }: FixContext): FixOutcome {
  const source = sourceOf(file);
  const name = source && nodeAt(source, finding.start, finding.end);
  if (!source || !name || !ts.isIdentifier(name)) return { refuse: 'The value can no longer be found.' };
  let chain: ts.Node = name;
  while (ts.isPropertyAccessExpression(chain.parent) && chain.parent.expression === chain)
    chain = chain.parent;
  const wrapper = importedAs(source, 'next/cache', 'unstable_cache');
  const call = ts.findAncestor(
    name,
    (node): node is ts.CallExpression =>
      ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === wrapper,
  );
  const part =
    ts.isCallExpression(chain.parent) && chain.parent.expression === chain ? undefined : keyPart(name, chain);
  if (!call || part === undefined)
    return { refuse: 'It can’t be told how this value becomes a text of the key. Pass it as an argument.' };
  const edit = intoKey(source, call, part);
  return edit
    ? { changes: [{ file, create: false, edits: [edit] }] }
    : { refuse: 'The key is not written at the call.' };
}

/** A value as a part of the key, which takes strings only. */
function keyPart(name: ts.Identifier, chain: ts.Node): string | undefined {
  const text = chain.getText();
  const last = ts.isPropertyAccessExpression(chain) ? chain.name.text : name.text;
  const declaration = chain === name ? declarationOf(name) : undefined;
  const type = declaration && 'type' in declaration ? declaration.type?.getText() : undefined;
  if (type === 'string') return text;
  if (type !== undefined) {
    const isPlain = type
      .split('|')
      .every((one) => /^(string|number|boolean|null|undefined|bigint)$/.test(one.trim()));
    return isPlain ? `String(${text})` : undefined;
  }
  if (!/(id|slug|email|name|locale|page|role)$/i.test(last)) return undefined;
  return /(id|slug|email)$/i.test(last) && !text.includes('?.') ? text : `String(${text})`;
}

function intoKey(source: ts.SourceFile, call: ts.CallExpression, part: string): TextEdit | undefined {
  const [wrapped, key] = call.arguments;
  if (!wrapped) return undefined;
  if (!key) return { start: wrapped.end, end: wrapped.end, text: `, [${part}]` };
  if (ts.isIdentifier(key) && key.text === 'undefined')
    return { start: key.getStart(source), end: key.end, text: `[${part}]` };
  if (!ts.isArrayLiteralExpression(key)) return undefined;
  const last = key.elements.at(-1);
  return last
    ? { start: last.end, end: last.end, text: `, ${part}` }
    : { start: key.getStart(source) + 1, end: key.getStart(source) + 1, text: part };
}
