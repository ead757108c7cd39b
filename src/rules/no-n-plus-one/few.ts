/** Whether a list is short by the way it is made: constants, months of a year, chunks, the first three. */
import { calleeName } from '../../workspace/calleeResolver.ts';
import { valuesGiven } from '../../workspace/rawSql.ts';
import type { Abs } from '../../workspace/abs.ts';
import type { FileId } from '../../base/path.ts';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

/** Most rounds of a loop that nobody will notice. */
const FEW = 20;
/** A page of rows is long enough to matter; the latest three are not. */
const FEW_ROWS = 5;

const CHUNKS = /chunk|batch|partition|inGroupsOf|paginate/i;
const CALENDAR = /^each(Hour|Day|Week|Weekend|Month|Quarter|Year)/;
const SAME_LENGTH: ReadonlySet<string> = new Set([
  'map',
  'filter',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'slice',
  'keys',
  'values',
  'entries',
  'fill',
  'concat',
]);

interface Source {
  view: WorkspaceView;
  file: FileId;
  facts: TsFacts;
}

/** Whether a list has few items for good, or its items are batches. */
export function isFew(source: Source, list: Value, depth = 0): boolean {
  if (depth > 6) return false;
  const inner = (value: Value): boolean => isFew(source, value, depth + 1);
  switch (list.k) {
    case 'array':
      return list.items.length > 0 && list.items.length <= FEW && list.items.every(isFewSpread);
    case 'object':
      // `Array.from({ length: 7 }, …)`
      return list.props.some((prop) => prop.p === 'prop' && prop.name === 'length' && isSmall(prop.value));
    case 'await':
      return inner(list.of);
    case 'logic':
      return inner(list.left);
    case 'cond':
      return inner(list.then) && inner(list.else);
    case 'ref':
      return isFewNamed(source, list, depth);
    case 'member':
      return list.of.k === 'ref' && isFewValue(valueOf(source, list.of), list.name);
    case 'call':
      return isFewMade(source, list, depth);
    case 'new':
      return isFewCollection(list.fn, list.args[0]);
    default:
      return false;
  }

  /** `new Set([...])`, `new Array(7)` */
  function isFewCollection(made: Value, from: Value | undefined): boolean {
    if (made.k !== 'ref' || !from) return false;
    return made.name === 'Array' ? isSmall(from) : made.name === 'Set' && inner(from);
  }

  function isFewSpread(item: Value): boolean {
    return item.k !== 'spread' || inner(item.of);
  }
}

function isFewNamed(source: Source, list: Extract<Value, { k: 'ref' }>, depth: number): boolean {
  if (CHUNKS.test(list.name)) return true;
  const binding = source.facts.bindings[list.b];
  if (!binding) return false;
  if (binding.kind === 'import' || binding.fn === 0) return isFewValue(valueOf(source, list));
  const values = valuesGiven(source.facts, list.b);
  return (
    binding.kind !== 'param' && values.length > 0 && values.every((value) => isFew(source, value, depth + 1))
  );
}

function isFewMade(source: Source, call: Extract<Value, { k: 'call' }>, depth: number): boolean {
  const { fn, args } = call;
  const name = calleeName(fn);
  const [first, second] = args;
  if (CHUNKS.test(name) || CALENDAR.test(name)) return true;
  if (fn.k === 'ref') return name === 'Array' && !!first && isSmall(first);
  if (fn.k !== 'member') return false;
  if (fn.of.k === 'ref' && fn.of.name === 'Object' && /^(keys|values|entries)$/.test(name))
    return first?.k === 'object' || (first?.k === 'ref' && isFewObject(source, first));
  if (fn.of.k === 'ref' && fn.of.name === 'Array' && name === 'from' && first)
    return isFew(source, first, depth + 1);
  if (name === 'slice' && second && isSmall(second) && first?.k === 'lit' && first.v === 0) return true;
  if (name === 'findMany') return takesFew(first);
  return SAME_LENGTH.has(name) && isFew(source, fn.of, depth + 1);
}

function isSmall(value: Value): boolean {
  return value.k === 'lit' && typeof value.v === 'number' && value.v <= FEW;
}

function takesFew(args: Value | undefined): boolean {
  if (args?.k !== 'object') return false;
  const take = args.props.find((prop) => prop.p === 'prop' && prop.name === 'take')?.value;
  return take?.k === 'lit' && typeof take.v === 'number' && Math.abs(take.v) <= FEW_ROWS;
}

function valueOf({ view, file, facts }: Source, ref: Extract<Value, { k: 'ref' }>): Abs | undefined {
  const binding = facts.bindings[ref.b];
  return binding && (binding.kind === 'import' || binding.fn === 0)
    ? view.moduleValue(file, ref.b)
    : undefined;
}

function isFewValue(value: Abs | undefined, member?: string): boolean {
  if (!value) return false;
  if (member !== undefined) return value.k === 'object' && isFewValue(value.props[member]);
  return value.k === 'array' && !value.open && value.items.length > 0 && value.items.length <= FEW;
}

/** `Object.values(Role)`: an enum, or an object that is written out. */
function isFewObject(source: Source, ref: Extract<Value, { k: 'ref' }>): boolean {
  const binding = source.facts.bindings[ref.b];
  if (binding?.kind === 'enum') return true;
  const value = valueOf(source, ref);
  if (value) return value.k === 'generated' || (value.k === 'object' && !value.open);
  const given = binding?.kind === 'const' ? valuesGiven(source.facts, ref.b) : [];
  return given.length === 1 && given[0]?.k === 'object' && given[0].props.length > 0;
}
