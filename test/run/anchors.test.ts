import { expect, it } from 'vitest';
import { findings, openFixture } from '../kit/check.ts';

it('a finding inside of a literal moves with its line', async () => {
  const source =
    "import { execSync } from 'node:child_process';\n\nexecSync('npx prisma migrate reset --force');\n";
  const fixture = await openFixture({ 'scripts/reset.ts': source });
  const flagged = (): string[] =>
    findings(fixture, 'no-destructive-command').map(
      ({ file, start, end }) => fixture.engine.text(file)?.slice(start, end) ?? '',
    );
  const before = flagged();
  expect(before).toEqual(['migrate reset']);
  const computed = fixture.engine.computations().get('reports');
  fixture.engine.update([
    { file: 'scripts/reset.ts', text: `\n// moved\n${source.replace('execSync(', 'execSync(  ')}` },
  ]);
  expect(flagged()).toEqual(before);
  // Moved, not found anew.
  expect(fixture.engine.computations().get('reports')).toBe(computed);
});
