/** Tests by hand of what a schema has let through just before. */
import type { FileId } from '../../base/path.ts';
import type { BindingId, FunctionId, TsFacts, Value } from '../../facts/tsModel.ts';
import { visitSteps } from '../../facts/visit.ts';
import { CalleeResolver, calleeText } from '../../workspace/calleeResolver.ts';
import type { WorkspaceView } from '../../workspace/view.ts';
import { mayBeMissing, shapeOfKey } from '../../workspace/zodShape.ts';
import type { ZodShape } from '../../workspace/zodShape.ts';

export interface RepeatedCheck {
  at: number;
  /** The schema's name as written. */
  schema: string;
  /** What the schema says. */
  what: string;
}

interface Known {
  shape: ZodShape;
  schema: string;
}

export function repeatedChecks(workspace: WorkspaceView, file: FileId, facts: TsFacts): RepeatedCheck[] {
  if (!facts.functions.some((fn, id) => id > 0 && fn.async)) return [];
  const resolver = new CalleeResolver(workspace);
  const out: RepeatedCheck[] = [];
  facts.functions.forEach((fn, id) => {
    if (id === 0) return;
    const search = new Search(resolver, file, facts, id);
    visitSteps(fn.body, {
      step: (step) => {
        if (step.s === 'let') search.note(step.b, step.value);
        else if (step.s === 'if') search.test(step.test, out);
      },
    });
  });
  return out;
}

class Search {
  private readonly resolver: CalleeResolver;
  private readonly file: FileId;
  private readonly facts: TsFacts;
  private readonly fn: FunctionId;
  private readonly parsed = new Map<BindingId, Known>();
  /** Results of `safeParse`. */
  private readonly results = new Map<BindingId, Known>();

  constructor(resolver: CalleeResolver, file: FileId, facts: TsFacts, fn: FunctionId) {
    this.resolver = resolver;
    this.file = file;
    this.facts = facts;
    this.fn = fn;
  }

  note(b: BindingId, value: Value): void {
    if (this.facts.bindings[b]?.mutable) return;
    const inner = value.k === 'await' ? value.of : value;
    if (inner.k === 'call' && inner.fn.k === 'member' && /^(safeParse|parse)(Async)?$/.test(inner.fn.name)) {
      const schema = this.resolver.resolve(this.file, this.facts, this.fn, inner.fn.of);
      if (schema.k !== 'schema' || schema.shape.t !== 'object') return;
      const known = { shape: schema.shape, schema: calleeText(inner.fn.of) };
      (inner.fn.name.startsWith('safe') ? this.results : this.parsed).set(b, known);
      return;
    }
    const known = this.known(inner);
    if (known) this.parsed.set(b, known);
  }

  private known(value: Value): Known | undefined {
    if (value.k === 'ref') return this.parsed.get(value.b);
    if (value.k !== 'member') return undefined;
    if (value.of.k === 'ref' && value.name === 'data') {
      const result = this.results.get(value.of.b);
      if (result) return result;
    }
    const of = this.known(value.of);
    const shape = of && shapeOfKey(of.shape, value.name);
    return shape && { shape, schema: of.schema };
  }

  /** Parts of a test that can never come out true after the parse. */
  test(test: Value, out: RepeatedCheck[]): void {
    if (test.k === 'logic') {
      this.test(test.left, out);
      this.test(test.right, out);
      return;
    }
    const found = this.repeated(test);
    if (found) out.push(found);
  }

  private repeated(test: Value): RepeatedCheck | undefined {
    if (test.k === 'unary' && test.op === '!') {
      const known = this.known(test.of);
      if (!known || !isNeverEmpty(known.shape)) return undefined;
      const at = placeOf(test.of);
      return at === undefined ? undefined : { at, schema: known.schema, what: 'the value is there' };
    }
    if (test.k !== 'binary') return undefined;
    const { left, right, op } = test;
    if (right.k !== 'lit' || typeof right.v !== 'number') return undefined;
    const isLength = left.k === 'member' && left.name === 'length';
    const known = this.known(isLength ? left.of : left);
    if (!known || mayBeMissing(known.shape) || known.shape.transformed) return undefined;
    const { t, min, max } = known.shape;
    if (isLength ? t !== 'string' && t !== 'array' : t !== 'number') return undefined;
    const at = placeOf(isLength ? left.of : left);
    if (at === undefined) return undefined;
    const below = op === '<' ? right.v : op === '<=' ? right.v + (isLength ? 1 : 0) : undefined;
    if (below !== undefined && min !== undefined && (op === '<' ? min >= right.v : isLength && min >= below))
      return { at, schema: known.schema, what: `at least ${min}` };
    if (max !== undefined && max < Number.MAX_SAFE_INTEGER && op === '>' && max <= right.v)
      return { at, schema: known.schema, what: `at most ${max}` };
    return undefined;
  }
}

function isNeverEmpty(shape: ZodShape): boolean {
  if (mayBeMissing(shape) || shape.transformed) return false;
  if (shape.t === 'string')
    return (shape.min ?? 0) >= 1 || /^(email|uuid|cuid2?|ulid|nanoid|url)$/.test(shape.format ?? '');
  if (shape.t === 'enum') return shape.values !== undefined && !shape.values.includes('');
  return shape.t === 'object' || shape.t === 'array' || shape.t === 'date';
}

function placeOf(value: Value): number | undefined {
  return value.k === 'ref' || value.k === 'member' ? value.at : undefined;
}
