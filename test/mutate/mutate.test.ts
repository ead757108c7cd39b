import { ts } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { appFiles } from '../kit/apps.ts';
import { isServerCode, mutantsOf } from './mutant.ts';
import { operators } from './operators.ts';
import { mutate } from './run.ts';

/** At least 18 of 20. */
const SHARE = 0.9;

const shop = appFiles('shop');

describe('the operators', () => {
  it('make texts that parse and differ from what was there', () => {
    const wrong: string[] = [];
    for (const [file, text] of Object.entries(shop).filter(([name]) => isServerCode(name)))
      for (const mutant of mutantsOf(operators, file, text)) {
        const { diagnostics = [] } = ts.transpileModule(mutant.text, {
          fileName: file,
          reportDiagnostics: true,
          compilerOptions: { jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ESNext },
        });
        if (diagnostics.length > 0 || mutant.text === text)
          wrong.push(
            `${mutant.operator}: ${file}:${mutant.line} ${diagnostics.map(({ messageText }) => JSON.stringify(messageText)).join()}`,
          );
      }
    expect(wrong).toEqual([]);
  });

  it('are used, each of them but the one that needs a service inside a transaction', () => {
    const apps = [shop, appFiles('monorepo')];
    const used = new Set(
      apps
        .flatMap((files) => Object.entries(files))
        .filter(([file]) => isServerCode(file))
        .flatMap(([file, text]) => mutantsOf(operators, file, text))
        .map(({ rule, operator }) => `${rule}: ${operator}`),
    );
    const idle = operators.map(({ rule, name }) => `${rule}: ${name}`).filter((name) => !used.has(name));
    expect(idle).toEqual([
      'transaction-discipline: forget the await',
      'transaction-discipline: call the service without the transaction',
    ]);
  });

  it('break a transaction in every way', () => {
    const text = `export const pay = (id: string) =>
  prisma.$transaction(async (tx) => {
    await tx.order.update({ where: { id }, data: { paid: true } });
    return addReceipt(id, tx);
  });
`;
    const own = operators.filter(({ rule }) => rule === 'transaction-discipline');
    expect(
      mutantsOf(own, 'lib/pay.ts', text).map((mutant) => mutant.text.split('\n').slice(1, 4).join('|')),
    ).toEqual([
      '  prisma.$transaction(async (tx) => {|    await prisma.order.update({ where: { id }, data: { paid: true } });|    return addReceipt(id, tx);',
      '  prisma.$transaction(async (tx) => {|    tx.order.update({ where: { id }, data: { paid: true } });|    return addReceipt(id, tx);',
      '  prisma.$transaction(async (tx) => {|    await tx.order.update({ where: { id }, data: { paid: true } });|    return addReceipt(id);',
      "  prisma.$transaction(async (tx) => { await fetch('https://mail.example.com/send', { method: 'POST' });|    await tx.order.update({ where: { id }, data: { paid: true } });|    return addReceipt(id, tx);",
    ]);
  });
});

describe('what is broken in shop and monorepo', () => {
  it('is noticed by the rule that should, nine times out of ten', { timeout: 240_000 }, async () => {
    const scores = (await mutate(['shop', 'monorepo'])).filter(({ isKnown }) => isKnown);
    const low = scores.filter(({ caught, mutants }) => caught < mutants * SHARE);
    expect(
      low.map(({ rule, caught, mutants, missed }) => ({
        rule,
        figure: `${caught} of ${mutants}`,
        missed: missed.map(({ app, file, line, operator }) => `${operator}: ${app}/${file}:${line}`),
      })),
    ).toEqual([]);
    expect(scores.length).toBeGreaterThanOrEqual(5);
  });

  it('can go unnoticed: a rule that does not look at a mutant misses it', async () => {
    const [score] = await mutate(['shop'], ['transaction-discipline']);
    expect(score).toMatchObject({ rule: 'transaction-discipline', mutants: 4, caught: 4, missed: [] });
  });
});
