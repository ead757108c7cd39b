/** Presets: how severe each rule is before a configuration says something of it. */
import type { SeverityOrOff } from '../rules/rule.ts';
import type { RuleDeclaration } from './parse.ts';
import type { PresetName } from './settings.ts';

/** Rules of other sections without which data is open all the same. */
const alsoSecurity: readonly string[] = ['action-validation', 'no-secret-log'];

const stricter: { [severity in SeverityOrOff]: SeverityOrOff } = {
  error: 'error',
  warning: 'error',
  info: 'warning',
  hint: 'info',
  off: 'off',
};

/** Severity of a rule in a preset. */
export function presetSeverity(preset: PresetName, rule: RuleDeclaration): SeverityOrOff {
  switch (preset) {
    case 'recommended':
      return rule.severity;
    case 'strict':
      return stricter[rule.severity];
    case 'security':
      return rule.sections.includes('S5') || alsoSecurity.includes(rule.id) ? rule.severity : 'off';
    case 'migrations-only':
      // Rules of migrations themselves, and of the commands that run or bypass them.
      return rule.kinds.includes('sql') || rule.kinds.includes('commands') ? rule.severity : 'off';
  }
}
