/** How results are written in a project: by its own helpers, as its literals, or with a module that is made for it. */
import type { ts } from 'ts-morph';
import { join } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { projectFailure } from '../../edit/failure.ts';
import type { FixContext } from '../../edit/fix.ts';
import { addImport, importedAs } from '../../edit/imports.ts';
import type { WantedImport } from '../../edit/imports.ts';
import { specifierFor } from '../../edit/specifier.ts';
import { styleOf } from '../../edit/style.ts';
import type { Style } from '../../edit/style.ts';
import type { FileEdits, TextEdit } from '../../run/finding.ts';

/** Writes results into one file; what it needs for that is asked for at the end. */
export class ResultWriter {
  private readonly context: FixContext;
  private readonly source: ts.SourceFile;
  private readonly wanted = new Map<string, WantedImport>();
  private created: FileEdits | undefined;

  constructor(context: FixContext, source: ts.SourceFile) {
    this.context = context;
    this.source = source;
  }

  /** @param value code; absent when there is nothing to hand over */
  success(value?: string): string {
    const { result } = this.project();
    const own = result?.ok;
    if (!result) return `${this.name('ok')}(${value ?? ''})`;
    if (own && (own.file === this.context.file || own.spec !== undefined))
      return `${this.imported(own.name, own.spec)}(${value ?? ''})`;
    const parts = [
      ...(result.isFlagged ? [`${result.flag}: true`] : []),
      ...(value === undefined ? [] : [value === 'data' ? value : `data: ${value}`]),
    ];
    if (parts.length === 0) return `{ ${result.flag ?? 'success'}: true }`;
    return `{ ${parts.join(', ')} }`;
  }

  /** @param message the text for people, as code */
  failure(message: string): string {
    const { result } = this.project();
    if (!result) return `${this.name('fail')}(${message})`;
    const { fail } = result;
    if (fail && (fail.file === this.context.file || fail.spec !== undefined))
      return `${this.imported(fail.name, fail.spec)}(${message})`;
    return projectFailure(this.context, this.source, message).text;
  }

  /** The result type with the type of its data, as code; undefined when the project has none of its own. */
  type(data: string | undefined): string | undefined {
    const { result } = this.project();
    const own = result ? result.type : { name: 'ActionResult', spec: this.module()?.spec, file: '' };
    if (!own) return undefined;
    const { workspace, file } = this.context;
    // A type that only the configuration names is imported nowhere yet.
    const isElsewhere = own.file !== file && own.file !== '';
    const spec = own.spec ?? (isElsewhere ? specifierFor(workspace, file, own.file) : undefined);
    if (spec === undefined && own.file !== file) return undefined;
    if (spec !== undefined) this.wanted.set(`type ${own.name}`, { spec, name: own.name, typeOnly: true });
    return data === undefined ? own.name : `${own.name}<${data}>`;
  }

  /** What the code written so far needs: imports, and the module it is imported from. */
  needs(): { imports: TextEdit[]; files: FileEdits[] } {
    const imports = [...this.wanted.values()];
    // One statement holds both the functions and the type.
    const [first] = imports;
    const edits =
      first && imports.length > 1 && imports.every(({ spec }) => spec === first.spec)
        ? this.together(imports)
        : imports.flatMap((item) => addImport(this.source, item));
    return { imports: edits, files: this.created ? [this.created] : [] };
  }

  private together(imports: readonly WantedImport[]): TextEdit[] {
    const missing = imports.filter((item) =>
      item.typeOnly
        ? !new RegExp(`\\b${item.name}\\b`).test(this.importText())
        : importedAs(this.source, item.spec, item.name) === undefined,
    );
    const [first] = missing;
    if (!first) return [];
    const names = missing
      .map(({ name, typeOnly }) => (typeOnly ? `type ${name}` : name))
      .toSorted()
      .join(', ');
    return addImport(this.source, { spec: first.spec, name: names });
  }

  private importText(): string {
    return this.source.text.slice(
      0,
      this.source.statements.findLast((one) => /^import\b/.test(one.getText(this.source)))?.end ?? 0,
    );
  }

  private project(): { result: ReturnType<FixContext['workspace']['projectConventions']>['result'] } {
    if (this.context.data['contract'] === true) return { result: undefined };
    return this.context.workspace.projectConventions(this.context.file);
  }

  private imported(name: string, spec: string | undefined): string {
    if (spec === undefined) return name;
    const local = importedAs(this.source, spec, name);
    if (local === undefined) this.wanted.set(name, { spec, name });
    return local ?? name;
  }

  /** A function of the module that is made where a project has no results yet. */
  private name(name: 'ok' | 'fail'): string {
    const module = this.module();
    return this.imported(name, module?.spec);
  }

  private module(): { spec: string; file: FileId } | undefined {
    const { workspace, file, text } = this.context;
    const app = workspace.app(file);
    const target = join(app?.root ?? '', app?.src ?? '', 'lib/action-result.ts');
    if (target === undefined) return undefined;
    if (!workspace.exists(target))
      this.created ??= {
        file: target,
        create: true,
        edits: [{ start: 0, end: 0, text: moduleText(styleOf(text)) }],
      };
    const spec = specifierFor(workspace, file, target);
    return spec === undefined ? undefined : { spec, file: target };
  }
}

function moduleText({ semicolon: end, indent, newline }: Style): string {
  return [
    `export type ActionError = { message: string; code?: string }${end}`,
    '',
    `export type ActionResult<T = undefined> = { success: boolean; data?: T; error?: ActionError }${end}`,
    '',
    `export const ok = <T = undefined>(data?: T): ActionResult<T> => ({ success: true, data })${end}`,
    '',
    'export const fail = (message: string, code?: string): ActionResult<never> => ({',
    `${indent}success: false,`,
    `${indent}error: { message, code },`,
    `})${end}`,
    '',
  ].join(newline);
}
