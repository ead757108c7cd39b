/** The throws of a function that its caller sees. */
import type { Step, Value } from '../../facts/tsModel.ts';
import { visitSteps, visitValue } from '../../facts/visit.ts';
import { navigationOf } from '../../workspace/calleeResolver.ts';
import type { CalleeResolver, FoundFunction } from '../../workspace/calleeResolver.ts';
import { ErrorNames } from '../../workspace/errorNames.ts';
import { NavigationFinder } from '../../workspace/navigationThrows.ts';

export interface EscapingThrow {
  step: Extract<Step, { s: 'throw' }>;
  /** The name of what is thrown. */
  at: number;
}

/** The handler that a statement stands in. */
interface Handling {
  names: ErrorNames;
  /** The watched code may navigate, or the handler tells navigation from other errors: throwing on is how that works. */
  navigates: boolean;
}

const TELLS_NAVIGATION = /redirect|rethrow|next(js)?(router|internal)|isNext|httpaccess|^AuthError$|NEXT_/i;

export function escapingThrows(resolver: CalleeResolver, where: FoundFunction): EscapingThrow[] {
  const out: EscapingThrow[] = [];
  const navigation = new NavigationFinder(resolver);
  const walk = (steps: readonly Step[], handling: Handling | undefined): void => {
    for (const step of steps)
      switch (step.s) {
        case 'throw':
          if (!isNavigation(resolver, where, step.value) && !isPassedOn(step.value, handling))
            out.push({ step, at: nameOf(step.value) ?? step.at });
          break;
        case 'if':
          // What the server was never set up for is nobody's failure but its own.
          if (asksEnvironment(step.test)) break;
          walk(step.then, handling);
          walk(step.else ?? [], handling);
          break;
        case 'loop':
          walk(step.body, handling);
          break;
        case 'switch':
          for (const clause of step.cases) walk(clause.body, handling);
          break;
        case 'try':
          if (!step.handler) walk(step.body, handling);
          else
            walk(step.handler.body, {
              names: new ErrorNames(where.facts, step.handler.b),
              navigates:
                tellsNavigation(step.handler.body) || navigation.escaping(where, step.body, true).length > 0,
            });
          walk(step.finally ?? [], handling);
          break;
        default:
      }
  };
  walk(where.facts.functions[where.fn]?.body ?? [], undefined);
  return out;
}

function isNavigation(resolver: CalleeResolver, { file, facts, fn }: FoundFunction, value: Value): boolean {
  return (
    value.k === 'call' && navigationOf(resolver.resolve(file, facts, fn, value.fn), value.args) !== undefined
  );
}

function isPassedOn(value: Value, handling: Handling | undefined): boolean {
  return handling !== undefined && handling.navigates && handling.names.isError(value);
}

function nameOf(value: Value): number | undefined {
  if (value.k === 'new' || value.k === 'call') return nameOf(value.fn);
  return value.k === 'ref' || value.k === 'member' ? value.at : undefined;
}

function tellsNavigation(steps: readonly Step[]): boolean {
  let found = false;
  visitSteps(steps, {
    value: (value) => {
      if ((value.k === 'ref' || value.k === 'member') && TELLS_NAVIGATION.test(value.name)) found = true;
      else if (value.k === 'lit' && typeof value.v === 'string' && /NEXT_/.test(value.v)) found = true;
      return !found;
    },
  });
  return found;
}

function asksEnvironment(test: Value): boolean {
  let found = false;
  visitValue(test, (value) => {
    if ((value.k === 'member' || value.k === 'ref') && value.name === 'env') found = true;
    return !found;
  });
  return found;
}
