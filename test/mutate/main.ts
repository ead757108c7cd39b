// npm run mutate [rule…]
// Breaks the sample apps in memory, one change at a time, and prints for each rule how many changes it notices.
import { mutate } from './run.ts';

const only = process.argv.slice(2);
const scores = await mutate(['shop', 'monorepo'], only.length > 0 ? only : undefined);
console.table(
  Object.fromEntries(
    scores.map(({ rule, isKnown, mutants, caught }) => [
      rule,
      {
        mutants,
        caught: isKnown ? caught : '(no such rule)',
        share: isKnown && mutants > 0 ? `${Math.round((100 * caught) / mutants)} %` : '',
      },
    ]),
  ),
);
for (const { rule, missed } of scores)
  for (const { app, file, line, operator, was } of missed)
    console.log(`${rule}, ${operator}: ${app}/${file}:${line} «${was}»`);
