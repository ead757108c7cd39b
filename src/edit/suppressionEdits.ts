/** The edit that adds a suppression comment in a file's own comment syntax. */
import { basename } from '../base/path.ts';
import { indentAt, styleOf } from './style.ts';
import type { EditResult, Finding } from '../run/finding.ts';

interface Comment {
  open: string;
  close: string;
}

function commentOf(file: string, scope: 'line' | 'file'): Comment | undefined {
  const name = basename(file);
  if (/\.([cm]?[jt]sx?|prisma)$/.test(name)) return { open: '// ', close: '' };
  if (name.endsWith('.sql')) return { open: '-- ', close: '' };
  // In Markdown only commands in fenced blocks are reported, and inside a fence the shell's comment is one.
  if (/\.mdc?$/.test(name))
    return scope === 'line' ? { open: '# ', close: '' } : { open: '<!-- ', close: ' -->' };
  if (name.endsWith('.json')) return undefined;
  return { open: '# ', close: '' };
}

/**
 * A comment that silences a finding's rule for its line or for its file.
 * @param inMarkup whether a line comment before the line would be text (JSX children, a template literal)
 */
export function suppressionEdit(
  finding: Finding,
  scope: 'line' | 'file',
  text: string,
  inMarkup: boolean,
): EditResult {
  const comment = commentOf(finding.file, scope);
  if (!comment)
    return {
      ok: false,
      reason:
        'This file format has no comments. Switch the rule off for it in backend-specialist.config.json.',
    };
  const { newline } = styleOf(text);
  if (scope === 'file') {
    const isMarkdown = /\.mdc?$/.test(finding.file);
    const head = isMarkdown ? /^---\r?\n[\s\S]*?\n---\r?\n/ : /^(#!.*\r?\n|---\r?\n)/;
    const shebang = head.exec(text)?.[0].length ?? 0;
    const line = `${comment.open}backend-specialist-disable-file ${finding.rule}${comment.close}${newline}`;
    return {
      ok: true,
      title: `Disable ${finding.rule} for this file`,
      changes: [{ file: finding.file, create: false, edits: [{ start: shebang, end: shebang, text: line }] }],
    };
  }
  if (inMarkup)
    return {
      ok: false,
      reason: 'A comment before this line would become text. Disable the rule for the file instead.',
    };
  const title = `Disable ${finding.rule} for this line`;
  const lineStart = finding.start - finding.range.start.character;
  const before = text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, lineStart);
  const existing = /backend-specialist-disable-next-line\s+([\w-]+(?:\s*,\s*[\w-]+)*)/.exec(before);
  if (existing) {
    const at = lineStart - before.length + existing.index + existing[0].length;
    return {
      ok: true,
      title,
      changes: [
        { file: finding.file, create: false, edits: [{ start: at, end: at, text: `, ${finding.rule}` }] },
      ],
    };
  }
  const line = `${indentAt(text, finding.start)}${comment.open}backend-specialist-disable-next-line ${finding.rule}${comment.close}${newline}`;
  return {
    ok: true,
    title,
    changes: [
      { file: finding.file, create: false, edits: [{ start: lineStart, end: lineStart, text: line }] },
    ],
  };
}
