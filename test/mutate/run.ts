/** Makes every mutant of the sample apps in memory and asks whether the rule that should notice reports something new. */
import { rules } from '../../src/engine.ts';
import type { Engine } from '../../src/engine.ts';
import type { AppName } from '../apps/install.mjs';
import { openApp } from '../kit/apps.ts';
import { findingsOf } from '../kit/check.ts';
import { isServerCode, mutantsOf } from './mutant.ts';
import type { Mutant } from './mutant.ts';
import { operators } from './operators.ts';

/** How a rule did. */
export interface Score {
  rule: string;
  /** Not registered: its mutants are made, and nobody looks. */
  isKnown: boolean;
  mutants: number;
  caught: number;
  missed: (Mutant & { app: AppName })[];
}

/**
 * Runs all operators over the apps.
 * @param only rules to look at; all that have operators, unless given
 * @throws when a file stays changed or a rule crashes
 */
export async function mutate(apps: readonly AppName[], only?: readonly string[]): Promise<Score[]> {
  const scores = new Map<string, Score>();
  for (const { rule } of operators)
    if (only?.includes(rule) ?? true)
      scores.set(rule, {
        rule,
        isKnown: isRegistered(rule),
        mutants: 0,
        caught: 0,
        missed: [],
      });
  for (const app of apps) {
    const { engine } = await openApp(app);
    const before = new Map(
      operators
        .flatMap(({ rule, or = [] }) => [rule, ...or])
        .filter(isRegistered)
        .map((rule) => [rule, told(engine, rule)]),
    );
    for (const file of engine.files().filter(isServerCode)) {
      const text = engine.text(file) ?? '';
      for (const mutant of mutantsOf(operators, file, text)) {
        const score = scores.get(mutant.rule);
        if (!score) continue;
        score.mutants++;
        if (!score.isKnown) continue;
        engine.update([{ file, text: mutant.text }]);
        const looking = [mutant.rule, ...mutant.or.filter(isRegistered)];
        if (looking.some((rule) => isNew(before.get(rule) ?? [], told(engine, rule)))) score.caught++;
        else score.missed.push({ ...mutant, app });
        engine.update([{ file, text }]);
      }
    }
  }
  return [...scores.values()];
}

const isRegistered = (rule: string): boolean => rules.some(({ meta }) => meta.id === rule);

/** What a rule says, wherever in the app, without the places: code around a change moves. */
function told(engine: Engine, rule: string): string[] {
  return findingsOf(engine, rule).map(({ file, message }) => `${file}: ${message}`);
}

function isNew(before: readonly string[], after: readonly string[]): boolean {
  const count = (list: readonly string[], one: string): number =>
    list.filter((other) => other === one).length;
  return after.some((one) => count(after, one) > count(before, one));
}
