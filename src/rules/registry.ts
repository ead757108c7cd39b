import type { FixRecipe } from '../edit/fix.ts';
import type { Rule } from './rule.ts';

/** A rule with its fix recipes, as the generated index lists them. */
export interface RegisteredRule {
  rule: Rule;
  fixes: readonly FixRecipe[];
}
