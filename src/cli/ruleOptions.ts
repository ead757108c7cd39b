import { didYouMean } from '../config/distance.ts';
import type { SeverityOrOff } from '../rules/rule.ts';
import { UsageError } from './exitCodes.ts';

const severities: readonly string[] = ['error', 'warning', 'info', 'hint', 'off'];

export interface RuleSelection {
  /** Severities from `ID=sev`. */
  severities: { [id: string]: SeverityOrOff };
  /** When rules were named without a severity: report these (and those given one) only. */
  only: ReadonlySet<string> | undefined;
}

/**
 * Reads `--rule ID` and `--rule ID=severity`.
 * @param given the values as written
 * @param known ids that exist
 * @throws UsageError for an unknown rule or severity
 */
export function readRuleOptions(given: readonly string[], known: readonly string[]): RuleSelection {
  const chosen: RuleSelection['severities'] = {};
  const named = new Set<string>();
  let isSelection = false;
  for (const value of given) {
    const [id = '', severity] = value.split('=', 2);
    if (!known.includes(id)) throw new UsageError(`unknown rule "${id}".${didYouMean(id, known)}`);
    if (severity === undefined) isSelection = true;
    else if (severities.includes(severity)) chosen[id] = severity as SeverityOrOff;
    else
      throw new UsageError(
        `unknown severity "${severity}" for rule "${id}".${didYouMean(severity, severities)} Use one of ${severities.join(', ')}.`,
      );
    named.add(id);
  }
  return { severities: chosen, only: isSelection ? named : undefined };
}
