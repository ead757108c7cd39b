// Written by `npm run codegen`. Do not edit.
import type { RegisteredRule } from './registry.ts';
import { rule as actionAuth } from './action-auth/rule.ts';
import { fixes as actionAuthFixes } from './action-auth/fix.ts';
import { rule as envModule } from './env-module/rule.ts';
import { fixes as envModuleFixes } from './env-module/fix.ts';
import { rule as unusedSuppression } from './unused-suppression/rule.ts';
import { fixes as unusedSuppressionFixes } from './unused-suppression/fix.ts';

export const registeredRules: readonly RegisteredRule[] = [
  { rule: envModule, fixes: envModuleFixes },
  { rule: actionAuth, fixes: actionAuthFixes },
  { rule: unusedSuppression, fixes: unusedSuppressionFixes },
];
