import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { registeredRules } from '../../src/rules/index.generated.ts';

const file = 'backend-specialist.config.json';
const declared = registeredRules.map(({ rule }) => rule.meta);

/** Severity by rule id of all rules that are on. */
function inForce(files: { [file: string]: string }): Map<string, string> {
  const config = resolveConfig(file, { rules: declared, read: (path) => files[path] });
  expect(config.issues).toEqual([]);
  return new Map(
    declared
      .map(({ id }) => [id, config.rule(id, 'lib/a.ts').severity] as const)
      .filter(([, severity]) => severity !== 'off'),
  );
}
const preset = (name: string) => inForce({ [file]: `{ "preset": "${name}" }` });

describe('presets', () => {
  test('recommended is what holds without a preset', () => {
    expect(preset('recommended')).toEqual(inForce({ [file]: '{}' }));
    expect(preset('recommended').size).toBe(declared.length);
  });

  test('strict is one step more severe and leaves nothing out', () => {
    const next = { error: 'error', warning: 'error', info: 'warning', hint: 'info' };
    expect(preset('strict')).toEqual(new Map(declared.map(({ id, severity }) => [id, next[severity]])));
  });

  test('security has what guards access and data, and no matter of style', () => {
    const ids = preset('security');
    for (const id of ['action-auth', 'owner-filter', 'no-secret-log', 'action-validation', 'env-schema'])
      expect(ids.has(id), id).toBe(true);
    for (const id of ['service-layer', 'no-n-plus-one', 'action-location', 'unused-suppression'])
      expect(ids.has(id), id).toBe(false);
  });

  test('migrations-only has the rules of migrations and of database commands', () => {
    expect([...preset('migrations-only').keys()].toSorted()).toEqual([
      'destructive-migration',
      'edited-migration',
      'migrate-dev-only',
      'migration-breaks-code',
      'no-destructive-command',
      'unsafe-migration',
    ]);
  });

  test('rules stand above the preset; the nearest file that names one decides', () => {
    const files = {
      [file]: '{ "extends": "./base.json", "rules": { "service-layer": "hint" } }',
      'base.json': '{ "preset": "migrations-only", "rules": { "edited-migration": "off" } }',
    };
    const extended = inForce(files);
    expect(extended.get('service-layer')).toBe('hint');
    expect(extended.has('edited-migration')).toBe(false);
    expect(extended.has('action-auth')).toBe(false);
    const own = inForce({ ...files, [file]: '{ "extends": "./base.json", "preset": "recommended" }' });
    expect(own.get('action-auth')).toBe('error');
  });

  test('an unknown preset is an issue at its place', () => {
    const text = '{ "preset": "strickt" }';
    const [issue] = parseConfig(file, text, declared).issues;
    expect(text.slice(issue?.start, issue?.end)).toBe('"strickt"');
    expect(issue?.message).toContain('strict');
  });
});
