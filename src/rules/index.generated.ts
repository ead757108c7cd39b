// Written by `npm run codegen`. Do not edit.
import type { RegisteredRule } from './registry.ts';
import { rule as unusedSuppression } from './unused-suppression/rule.ts';
import { fixes as unusedSuppressionFixes } from './unused-suppression/fix.ts';

export const registeredRules: readonly RegisteredRule[] = [
  { rule: unusedSuppression, fixes: unusedSuppressionFixes },
];
