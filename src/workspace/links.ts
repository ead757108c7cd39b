/** What the interpreter asks of the rest of the workspace. */
import type { FileId } from '../base/path.ts';
import type { Binding, ClassFacts, FunctionFacts, FunctionId, TsFacts } from '../facts/tsModel.ts';
import type { Abs, FunctionKey } from './abs.ts';
import type { PartId } from './factParts.ts';
import type { Summary } from './summary.ts';

export type ImportTarget =
  | { t: 'file'; file: FileId }
  /** Prisma's generated client, whether it exists or not. */
  | { t: 'generated'; entry: string }
  | { t: 'package'; spec: string }
  /** A path of the project that leads nowhere. */
  | { t: 'missing'; spec: string };

export interface Links {
  tsFacts(file: FileId): TsFacts | undefined;
  /** One function; who asks for it doesn't depend on the rest of the file. */
  functionFacts(file: FileId, fn: FunctionId): FunctionFacts | undefined;
  /** A parameter of a function, by its index. */
  parameter(file: FileId, fn: FunctionId, index: number): Binding | undefined;
  classFacts(file: FileId, c: number): ClassFacts | undefined;
  /** Whether a function is one that strangers call: an exported action or route handler. */
  isCalledByClients(key: FunctionKey): boolean;
  /** Notes that a part of a file is read. */
  readPart(file: FileId, part: PartId): void;
  target(file: FileId, spec: string): ImportTarget;
  /** The value a module exports under a name. */
  exported(file: FileId, name: string): Abs;
  /** The value of a module-level binding. */
  moduleValue(file: FileId, binding: number): Abs;
  summary(key: FunctionKey): Summary;
  /** Whether the configuration names this as a function that returns the session. */
  isSessionHelper(file: FileId, name: string): boolean;
  /** Client accessors of the models of the schema that the file's app uses; undefined when no schema is known. */
  accessors(file: FileId): ReadonlySet<string> | undefined;
}

/** The value behind an import name. */
export function importedValue(links: Links, file: FileId, spec: string, imported: string): Abs {
  const target = links.target(file, spec);
  switch (target.t) {
    case 'file':
      return imported === '*' ? { k: 'module', file: target.file } : links.exported(target.file, imported);
    case 'generated':
      return { k: 'generated', path: imported === '*' ? [] : [imported] };
    case 'package':
      // `import { z } from '@hono/zod-openapi'`: zod, with a method more.
      if (target.spec === '@hono/zod-openapi' && imported === 'z')
        return { k: 'package', spec: 'zod', path: ['z'] };
      return { k: 'package', spec: target.spec, path: imported === '*' ? [] : [imported] };
    case 'missing':
      return { k: 'package', spec: `missing:${target.spec}`, path: [imported] };
  }
}
