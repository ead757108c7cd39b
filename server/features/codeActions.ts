/**
 * Code actions. The menu is made from the findings alone; edits are computed, verified and checked against the
 * document's version when one is chosen.
 */
import { z } from 'zod/mini';
import {
  CodeActionKind,
  LSPErrorCodes,
  ResponseError,
  type CodeAction,
  type CodeActionContext,
  type Diagnostic,
  type Range,
} from 'vscode-languageserver/node';
import { offsetAt } from '../../src/base/lineIndex.ts';
import type { EditResult, Finding } from '../../src/run/finding.ts';
import type { ServerContext } from '../context.ts';
import { diagnosticSource, toDiagnostic, toWorkspaceEdit } from '../convert.ts';
import type { Folder } from '../folder.ts';
import { showRuleCommand } from './rulePages.ts';

const quickFix = `${CodeActionKind.QuickFix}.${diagnosticSource}`;
const fixAllKind = `${CodeActionKind.SourceFixAll}.${diagnosticSource}`;

const refactorKind = `${CodeActionKind.RefactorExtract}.${diagnosticSource}`;

export const codeActionCapabilities = {
  codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorExtract, fixAllKind],
  resolveProvider: true,
};

/** The command of our extension that opens a rule's page. */
const openRuleCommand = 'backendSpecialist.openRule';

/** What an unresolved action carries to the editor and back. */
const dataSchema = z.object({
  uri: z.string(),
  /** Of the document the action was offered for; null when it is not open. */
  version: z.nullable(z.number()),
  what: z.union([
    z.object({ kind: z.literal('fix'), fingerprint: z.string(), recipe: z.string(), index: z.number() }),
    z.object({ kind: z.literal('suppress'), fingerprint: z.string(), scope: z.enum(['line', 'file']) }),
    z.object({ kind: z.literal('fixAll') }),
    z.object({ kind: z.literal('refactor'), id: z.string(), start: z.number(), end: z.number() }),
  ]),
});
type ActionData = z.infer<typeof dataSchema>;

/** Whether a kind is asked for: `only` names kinds, and each stands for all below it. */
function isWanted(kind: string, only: CodeActionContext['only']): boolean {
  return (
    only === undefined ||
    only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`))
  );
}

const isBefore = (a: Range['start'], b: Range['start']) =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

const overlaps = (a: Range, b: Range) => !isBefore(a.end, b.start) && !isBefore(b.end, a.start);

const isSame = (a: Diagnostic, b: Diagnostic) =>
  a.source === b.source &&
  a.code === b.code &&
  !isBefore(a.range.start, b.range.start) &&
  !isBefore(b.range.start, a.range.start);

/** A refusal the person should read. */
const refuse = (reason: string) => new ResponseError(LSPErrorCodes.RequestFailed, reason);

/** The document moved on: the editor asks anew by itself. */
const outdated = () =>
  new ResponseError(LSPErrorCodes.ContentModified, 'The document changed since this action was offered.');

const action = (title: string, kind: string, diagnostics: Diagnostic[], data: ActionData): CodeAction => ({
  title,
  kind,
  ...(diagnostics.length === 0 ? {} : { diagnostics }),
  data,
});

function compute(folder: Folder, file: string, what: ActionData['what']): EditResult {
  const engine = folder.engine;
  if (!engine) throw outdated();
  if (what.kind === 'fixAll') return engine.fixAll(file);
  if (what.kind === 'refactor') return engine.refactor(file, what.id, { start: what.start, end: what.end });
  const finding = folder.check(file).findings.find(({ fingerprint }) => fingerprint === what.fingerprint);
  if (!finding) throw outdated();
  if (what.kind === 'suppress') return engine.suppress(finding, what.scope);
  const offer = finding.fixes[what.index];
  if (offer?.recipe !== what.recipe) throw outdated();
  return engine.edits(finding, offer);
}

function fixActions(finding: Finding, diagnostic: Diagnostic, data: Omit<ActionData, 'what'>): CodeAction[] {
  const { fingerprint, rule } = finding;
  return finding.fixes.map((offer, index) => ({
    ...action(offer.title, `${quickFix}.${rule}`, [diagnostic], {
      ...data,
      what: { kind: 'fix', fingerprint, recipe: offer.recipe, index },
    }),
    ...(offer.preferred ? { isPreferred: true } : {}),
  }));
}

const suppressAction = (
  { rule, fingerprint }: Finding,
  scope: 'line' | 'file',
  diagnostic: Diagnostic,
  data: Omit<ActionData, 'what'>,
) =>
  action(`Disable ${rule} for this ${scope}`, `${quickFix}.disable`, [diagnostic], {
    ...data,
    what: { kind: 'suppress', fingerprint, scope },
  });

export function registerCodeActions(context: ServerContext): void {
  const { connection, client, documents, folders } = context;

  const documentationAction = (rule: string, diagnostics: Diagnostic[]): CodeAction => ({
    title: `Show documentation for ${rule}`,
    kind: `${quickFix}.documentation`,
    diagnostics,
    command: {
      title: `Show documentation for ${rule}`,
      command: client.isOurs ? openRuleCommand : showRuleCommand,
      arguments: [rule],
    },
  });

  connection.onCodeAction(
    async ({ textDocument, range, context: asked }, token): Promise<CodeAction[] | null> => {
      const located = folders.locate(textDocument.uri);
      if (!located || !client.codeActionLiterals) return null;
      const { folder, file } = located;
      await folder.ready;
      if (token.isCancellationRequested || !folder.knows(file)) return null;
      const started = context.now();
      const { findings } = folder.check(file);
      const data = { uri: textDocument.uri, version: documents.get(textDocument.uri)?.version ?? null };
      const out: CodeAction[] = [];
      const hit = findings.filter((finding) => overlaps(finding.range, range));
      if (isWanted(quickFix, asked.only) || asked.only?.some((kind) => kind.startsWith(`${quickFix}.`))) {
        const paired = hit.map((finding) => {
          const own = toDiagnostic(finding, folder, documents, client);
          return { finding, diagnostic: asked.diagnostics.find((given) => isSame(given, own)) ?? own };
        });
        const byRule = groupByRule(paired);
        out.push(...paired.flatMap(({ finding, diagnostic }) => fixActions(finding, diagnostic, data)));
        for (const group of byRule.values())
          for (const { finding, diagnostic } of group.slice(0, 1))
            out.push(
              suppressAction(finding, 'line', diagnostic, data),
              suppressAction(finding, 'file', diagnostic, data),
            );
        for (const [rule, group] of byRule)
          out.push(
            documentationAction(
              rule,
              group.map(({ diagnostic }) => diagnostic),
            ),
          );
      }
      if (isWanted(refactorKind, asked.only) && folder.engine) {
        const lines = folder.engine.lines(file);
        const span = { start: offsetAt(lines, range.start), end: offsetAt(lines, range.end) };
        for (const { id, title, place } of folder.engine.refactorings(file, span))
          out.push(action(title, refactorKind, [], { ...data, what: { kind: 'refactor', id, ...place } }));
      }
      const isAskedByName = asked.only !== undefined && isWanted(fixAllKind, asked.only);
      if (isAskedByName && findings.some(({ fixes }) => fixes.some(({ trust }) => trust === 'safe')))
        out.push(
          action('Fix all safe Backend Specialist problems', fixAllKind, [], {
            ...data,
            what: { kind: 'fixAll' },
          }),
        );
      const wanted = out.filter(({ kind }) => isWanted(kind ?? '', asked.only));
      context.timing(`textDocument/codeAction ${file}`, context.now() - started);
      return client.resolvesEdits ? wanted : wanted.flatMap((one) => resolveNow(one));
    },
  );

  /** For editors that do not resolve: the edit at once, and no action where it is refused. */
  function resolveNow(unresolved: CodeAction): CodeAction[] {
    try {
      return [resolve(unresolved)];
    } catch (error) {
      if (error instanceof ResponseError) return [];
      throw error;
    }
  }

  function resolve(unresolved: CodeAction): CodeAction {
    if (unresolved.command) return unresolved;
    const parsed = dataSchema.safeParse(unresolved.data);
    if (!parsed.success) throw refuse('This action is not one of ours.');
    const { uri, version, what } = parsed.data;
    const located = folders.locate(uri);
    if (!located || (documents.get(uri)?.version ?? null) !== version) throw outdated();
    const result = compute(located.folder, located.file, what);
    if (!result.ok) throw refuse(`${unresolved.title}: ${result.reason}`);
    const finding =
      what.kind === 'fix'
        ? located.folder
            .check(located.file)
            .findings.find(({ fingerprint }) => fingerprint === what.fingerprint)
        : undefined;
    const isDangerous = what.kind === 'fix' && finding?.fixes[what.index]?.trust === 'dangerous';
    const confirm = isDangerous
      ? { label: unresolved.title, description: 'Read it before you apply it', needsConfirmation: true }
      : undefined;
    const edit = toWorkspaceEdit(result.changes, located.folder, documents, client, confirm);
    if ('reason' in edit) throw refuse(edit.reason);
    return { ...unresolved, edit };
  }

  connection.onCodeActionResolve((unresolved, token) => {
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    const started = context.now();
    const resolved = resolve(unresolved);
    context.timing(`codeAction/resolve ${unresolved.title}`, context.now() - started);
    return resolved;
  });
}

function groupByRule<Item extends { finding: Finding }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.finding.rule);
    if (group) group.push(item);
    else groups.set(item.finding.rule, [item]);
  }
  return groups;
}
