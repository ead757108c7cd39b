/** What the names of modules stand for: exports, followed through re-exports, and bindings of the module itself. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { ExportFacts, TsFacts, Value } from '../facts/tsModel.ts';
import { visitSteps } from '../facts/visit.ts';
import { joinAbs, UNKNOWN } from './abs.ts';
import type { Abs } from './abs.ts';
import type { Database, Query } from './database.ts';
import { Interpreter } from './interpreter.ts';
import { importedValue } from './links.ts';
import type { Links } from './links.ts';
import { freshState } from './state.ts';
import { functionKey, parseFunctionKey } from './summary.ts';

export interface ModuleLinks extends Links {
  tsFacts(file: FileId): TsFacts | undefined;
}

export class ModuleValues {
  private readonly links: ModuleLinks;
  private readonly exports: Query<Abs>;
  private readonly bindings: Query<Abs>;

  constructor(db: Database, links: ModuleLinks) {
    this.links = links;
    const recursive = { equal: isSame, bottom: () => UNKNOWN };
    this.exports = db.query('exported', (key) => this.findExport(key), recursive);
    this.bindings = db.query('moduleValue', (key) => this.evaluateBinding(key), recursive);
  }

  exported(file: FileId, name: string): Abs {
    return this.exports(`${file}\n${name}`);
  }

  binding(file: FileId, b: number): Abs {
    return this.bindings(functionKey(file, b));
  }

  private findExport(key: string): Abs {
    const newline = key.lastIndexOf('\n');
    const file = key.slice(0, newline);
    const name = key.slice(newline + 1);
    const facts = this.links.tsFacts(file);
    if (!facts) return UNKNOWN;
    const stars: Extract<ExportFacts, { e: 'star' }>[] = [];
    for (const item of facts.exports) {
      if (item.e === 'star') {
        if (item.as === name) return importedValue(this.links, file, item.spec, '*');
        if (item.as === undefined && !item.typeOnly) stars.push(item);
        continue;
      }
      if (item.name !== name) continue;
      if (item.e === 'local') return this.binding(file, item.b);
      if (item.e === 'from')
        return item.typeOnly ? UNKNOWN : importedValue(this.links, file, item.spec, item.imported);
      return this.evaluate(file, facts, item.value);
    }
    if (name === 'default') return UNKNOWN;
    for (const star of stars) {
      const target = this.links.target(file, star.spec);
      if (target.t === 'file') {
        const value = this.exported(target.file, name);
        if (value.k !== 'unknown' || value.from) return value;
      } else if (target.t === 'generated') return { k: 'generated', path: [name] };
    }
    return UNKNOWN;
  }

  private evaluateBinding(key: string): Abs {
    const { file, fn: b } = parseFunctionKey(key);
    const facts = this.links.tsFacts(file);
    const binding = facts?.bindings[b];
    if (!facts || !binding) return UNKNOWN;
    if (binding.f !== undefined) return { k: 'closure', file, fn: binding.f };
    if (binding.c !== undefined) return { k: 'class', file, c: binding.c };
    if (binding.kind === 'import') {
      for (const item of facts.imports)
        for (const named of item.names)
          if (named.b === b)
            return item.typeOnly || named.typeOnly
              ? UNKNOWN
              : importedValue(this.links, file, item.spec, named.imported);
      return UNKNOWN;
    }
    let result: Abs | undefined;
    for (const value of assignedValues(facts, b)) {
      const next = this.evaluate(file, facts, value);
      result = result ? joinAbs(result, next) : next;
    }
    return result ?? UNKNOWN;
  }

  private evaluate(file: FileId, facts: TsFacts, value: Value): Abs {
    return new Interpreter(this.links, file, facts, 0).eval(value, freshState());
  }
}

/** Values that a module-level name is given anywhere in the module's body. */
function assignedValues(facts: TsFacts, b: number): Value[] {
  const out: Value[] = [];
  const module = facts.functions[0];
  if (!module) return out;
  visitSteps(module.body, {
    step: (step) => {
      if (step.s === 'let' && step.b === b) out.push(step.value);
      if (
        step.s === 'expr' &&
        step.value.k === 'assign' &&
        step.value.target.k === 'ref' &&
        step.value.target.b === b
      )
        out.push(step.value.value);
    },
  });
  return out;
}
