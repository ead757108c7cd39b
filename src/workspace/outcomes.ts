/** The ways in which a function can end, a handful of them: what is alike becomes one. */
import { isSame } from '../base/equal.ts';
import { isOneClient, isResponse, joinAbs, sameAbs } from './abs.ts';
import { bothGiven } from './state.ts';
import type { Outcome } from './summary.ts';

const MAX_OUTCOMES = 6;

/** Adds a way to end to those that are known. */
export function addOutcome(outcomes: Outcome[], outcome: Outcome): void {
  const same = outcomes.find(
    (other) =>
      !!other.proof === !!outcome.proof &&
      other.refused === outcome.refused &&
      isSame(other.checks, outcome.checks) &&
      (sameAbs(other.value, outcome.value) || isOneClient(other.value, outcome.value)),
  );
  if (same) {
    same.value = joinAbs(same.value, outcome.value);
    keepGiven(same, outcome);
    keepRoles(same, outcome);
    // What is skipped outside of production says less than what is checked in it.
    if (same.proof?.kind === 'environment' && outcome.proof) same.proof = outcome.proof;
    return;
  }
  outcomes.push(outcome);
  if (outcomes.length > MAX_OUTCOMES) mergeAlike(outcomes);
}

/** Makes room: two refusals say no more than one, and must not take what a guard hands on with them. */
function mergeAlike(outcomes: Outcome[]): void {
  const isAlike = (one: Outcome, other: Outcome): boolean =>
    !!one.proof === !!other.proof && isResponse(one.value) === isResponse(other.value);
  const own = outcomes.pop();
  if (!own) return;
  const answers = outcomes.filter(({ value }) => isResponse(value));
  const pair = isResponse(own.value)
    ? undefined
    : answers
        .map((one) => [one, answers.find((other) => other !== one && isAlike(one, other))] as const)
        .find(([, other]) => other);
  const [kept, dropped] = pair ?? [];
  if (kept && dropped) {
    merge(kept, dropped);
    outcomes.splice(outcomes.indexOf(dropped), 1, own);
    return;
  }
  const proved = outcomes.filter((other) => !!other.proof === !!own.proof);
  const alike = outcomes.filter((other) => isAlike(other, own));
  const into =
    alike.find((other) => isSame(other.checks, own.checks)) ??
    alike.at(-1) ??
    proved.find((other) => isSame(other.checks, own.checks)) ??
    proved.at(-1) ??
    outcomes[0];
  if (into) merge(into, own);
}

function merge(into: Outcome, other: Outcome): void {
  into.value = joinAbs(into.value, other.value);
  const checks = into.checks?.filter((check) => other.checks?.some((own) => isSame(own, check)));
  if (checks?.length) into.checks = checks;
  else delete into.checks;
  if (!other.proof) delete into.proof;
  if (!other.refused) delete into.refused;
  keepRoles(into, other);
  keepGiven(into, other);
}

/** Two ends that are taken as one prove a role when both do. */
function keepRoles(into: Outcome, other: Outcome): void {
  if (into.roles && other.roles) into.roles = [...new Set([...into.roles, ...other.roles])];
  else delete into.roles;
}

/** Two ends that are taken as one need what both of them need. */
function keepGiven(into: Outcome, other: Outcome): void {
  const when = bothGiven(into.when ?? [], other.when ?? []);
  if (when.length) into.when = [...when];
  else delete into.when;
  if (into.proof || !isSame(into.unless, other.unless)) delete into.unless;
}
