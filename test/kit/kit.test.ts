import { describe, expect, it } from 'vitest';
import { baseApp } from './baseApp.ts';
import {
  applyFix,
  expectFindings,
  expectFixed,
  expectSilent,
  findingsOf,
  openFiles,
  openFixture,
  refusal,
} from './check.ts';
import { parseFixture, takeExpectations } from './fixture.ts';

const suppressed = `
  //- lib/a.ts
  const text = 'a';

  // backend-specialist-disable-next-line no-swallowed-error -- none
  //< 1:67 unused-suppression info
  export const a = text;
`;

describe('fixtures', () => {
  it('splits at paths, dedents and keeps relative indentation', () => {
    expect(parseFixture(`\n  //- a/b.ts\n  if (x) {\n    y();\n  }\n  #- c.yml\n  k: 1\n`)).toEqual({
      'a/b.ts': 'if (x) {\n  y();\n}\n',
      'c.yml': 'k: 1\n',
    });
  });

  it('refuses text without a path and a path twice', () => {
    expect(() => parseFixture('const a = 1;\n')).toThrow('no "//- path" line');
    expect(() => parseFixture('//- a.ts\n//- a.ts\n')).toThrow('a.ts twice');
  });

  it('takes expectations out and counts the remaining lines', () => {
    const text = 'const a = 1;\n//    ^ some-rule error\n\nconst bc = 2;\n//    ^^ other-rule\n';
    const { files, expectations } = takeExpectations({ 'a.ts': text });
    expect(files['a.ts']).toBe('const a = 1;\n\nconst bc = 2;\n');
    expect(expectations).toMatchObject([
      { line: 1, column: 7, endColumn: 8, text: 'a', rule: 'some-rule', severity: 'error' },
      { line: 3, column: 7, endColumn: 9, text: 'bc', rule: 'other-rule' },
    ]);
  });
});

describe('the base', () => {
  it('is silent', async () => {
    const engine = await openFiles(baseApp);
    expect(engine.problems()).toEqual([]);
    expect(findingsOf(engine)).toEqual([]);
  });

  it('is an application with a schema, and can be left out', async () => {
    const { engine } = await openFixture('//- lib/a.ts\nexport const a = 1;\n');
    expect(engine.stats().apps).toHaveLength(1);
    const bare = await openFixture('//- lib/a.ts\nexport const a = 1;\n', { base: false });
    expect(bare.engine.files()).toEqual(['lib/a.ts']);
  });
});

describe('checks', () => {
  it('accept what the carets say', async () => {
    expectFindings(await openFixture(suppressed));
    expectFindings(await openFixture(suppressed), { rules: ['unused-suppression'] });
  });

  it('fail for carets without a finding, findings without carets and other severities', async () => {
    const silent = await openFixture(
      '//- lib/a.ts\nexport const a = 1;\n//           ^ unused-suppression\n',
    );
    expect(() => expectFindings(silent)).toThrow('lib/a.ts:1:14 unused-suppression «a»');
    const unmarked = await openFixture(suppressed.replace(/.*\/\/<.*\n/, ''));
    expect(() => expectFindings(unmarked)).toThrow('lib/a.ts:3:1 unused-suppression');
    expect(() => expectSilent(unmarked, 'unused-suppression')).toThrow('lib/a.ts:3:1');
    const other = await openFixture(suppressed.replace('suppression info', 'suppression error'));
    expect(() => expectFindings(other)).toThrow('info');
    expectSilent(silent, 'unused-suppression');
  });

  it('refuse carets that point at nothing and rules that do not exist', async () => {
    await expect(openFixture('//- a.ts\nconst a = 1;\n//< 20:30 some-rule\n')).rejects.toThrow('not a token');
    const fixture = await openFixture(suppressed);
    expect(() => expectSilent(fixture, 'no-such-rule')).toThrow('no rule "no-such-rule"');
  });
});

describe('fixes', () => {
  const rule = 'unused-suppression';
  const fixed = `
    //- lib/a.ts
    const text = 'a';

    export const a = text;
  `;

  it('compare exact texts and leave the engine fixed', async () => {
    const fixture = await openFixture(suppressed);
    expect(refusal(fixture, { rule })).toBeUndefined();
    expectFixed(fixture, rule, fixed);
    expectSilent(fixture, rule);
    expectFixed(await openFixture(suppressed), rule, fixed, { all: true });
  });

  it('fail for another text, another file and a fix that is not there', async () => {
    const expectOther = async (expected: string): Promise<void> => {
      const fixture = await openFixture(suppressed);
      expect(() => expectFixed(fixture, rule, expected)).toThrow();
    };
    await expectOther(fixed.replace('= text', '=  text'));
    await expectOther(fixed.replace('a.ts', 'b.ts'));
    const fixture = await openFixture(suppressed);
    expect(() => applyFix(fixture, { rule, nth: 1 })).toThrow('has 1 findings, number 1 is wanted');
    expect(() => applyFix(fixture, { rule, recipe: 'other' })).toThrow(
      'offers [remove-suppression], not other',
    );
  });
});
