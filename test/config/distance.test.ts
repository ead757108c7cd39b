import { expect, test } from 'vitest';
import { didYouMean, nearestName } from '../../src/config/distance.ts';

test('the nearest known name within a third of the letters', () => {
  expect(nearestName('requirePagination', ['require-pagination', 'action-auth'])).toBe('require-pagination');
  expect(nearestName('rule', ['rules', 'ignore'])).toBe('rules');
  expect(nearestName('something-else', ['rules', 'ignore'])).toBeUndefined();
  expect(nearestName('x'.repeat(100_000), ['rules'])).toBeUndefined();
  expect(didYouMean('zzz', ['rules'])).toBe('');
});
