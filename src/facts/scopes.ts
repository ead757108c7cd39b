import type { Binding, BindingId, FunctionId } from './tsModel.ts';

interface Scope {
  names: Map<string, BindingId>;
  fn: FunctionId;
}

/** The chain of lexical scopes during one walk; writes bindings into the file's table. */
export class Scopes {
  private readonly chain: Scope[] = [];
  private readonly bindings: Binding[];

  constructor(bindings: Binding[]) {
    this.bindings = bindings;
  }

  get currentFunction(): FunctionId {
    return this.chain.at(-1)?.fn ?? -1;
  }

  enterFunction(fn: FunctionId): void {
    this.chain.push({ names: new Map(), fn });
  }

  enterBlock(): void {
    this.chain.push({ names: new Map(), fn: this.currentFunction });
  }

  leave(): void {
    this.chain.pop();
  }

  /** Declares a name in the innermost scope; a second declaration of the same name there keeps the first binding. */
  declare(name: string, kind: Binding['kind'], at: number, type?: string): BindingId {
    const scope = this.chain.at(-1);
    const known = scope?.names.get(name);
    if (known !== undefined) return known;
    const id = this.add(name, kind, at, type);
    scope?.names.set(name, id);
    return id;
  }

  /** A binding without a name, for lowered patterns. */
  temp(at: number, kind: 'temp' | 'param' = 'temp', type?: string): BindingId {
    return this.add('', kind, at, type);
  }

  lookup(name: string): BindingId {
    for (let i = this.chain.length - 1; i >= 0; i--) {
      const id = this.chain[i]?.names.get(name);
      if (id !== undefined) return id;
    }
    return -1;
  }

  markMutable(id: BindingId): void {
    const binding = this.bindings[id];
    if (binding) binding.mutable = true;
  }

  private add(name: string, kind: Binding['kind'], at: number, type?: string): BindingId {
    const binding: Binding = { name, kind, fn: this.currentFunction, at };
    if (type !== undefined) binding.type = type;
    this.bindings.push(binding);
    return this.bindings.length - 1;
  }
}
