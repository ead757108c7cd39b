import { expect, it } from 'vitest';
import { applyFix, findings, openFixture } from '../../../test/kit/check.ts';

const file = 'lib/services/ping.service.ts';
const code = (comment: string): string =>
  `export async function ping() {
  try {
    await fetch('https://example.com');
    // ${comment}
  } catch {}
}
`;

it('a misspelt rule is corrected rather than removed, and then silences what it was written for', async () => {
  const fixture = await openFixture({
    [file]: code('backend-specialist-disable-next-line no-swalowed-error -- the answer is not needed'),
  });
  const [finding] = findings(fixture, 'unused-suppression');
  expect(finding?.message).toBe('There is no rule "no-swalowed-error". Did you mean "no-swallowed-error"?');
  expect(finding?.fixes.map(({ trust }) => trust)).toEqual(['suggestion']);
  expect(findings(fixture, 'no-swallowed-error')).toHaveLength(1);
  expect(applyFix(fixture, { rule: 'unused-suppression' })).toEqual({
    [file]: code('backend-specialist-disable-next-line no-swallowed-error -- the answer is not needed'),
  });
  expect(findings(fixture, 'unused-suppression')).toEqual([]);
  expect(findings(fixture, 'no-swallowed-error')).toEqual([]);
});

it('a name that is near none is unused like any other', async () => {
  const fixture = await openFixture({
    [file]: code('backend-specialist-disable-next-line eqeqeq -- from elsewhere'),
  });
  const [finding] = findings(fixture, 'unused-suppression');
  expect(finding?.message).toBe('This suppression silences nothing of eqeqeq. Remove it.');
});
