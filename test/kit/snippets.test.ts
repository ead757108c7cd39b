import { expect, it } from 'vitest';
import { expansions } from './snippets.ts';

const texts = (...body: string[]): string[] => expansions(body).map(({ text }) => text);

it('puts in placeholders, also inside others, and repeats them wherever they are named', () => {
  expect(texts('${1:post} $1 ${2:${1}Schema} ${3:$2!}$0')).toEqual(['post post postSchema postSchema!']);
  expect(texts('$1 then ${1:later}')).toEqual(['later then later']);
});

it('takes each choice once, the others being the first', () => {
  expect(expansions(['${1|a,b\\,c|}-${2|x,y|}-$1'])).toEqual([
    { choice: '', text: 'a-x-a' },
    { choice: 'b,c', text: 'b,c-x-b,c' },
    { choice: 'y', text: 'a-y-a' },
  ]);
});

it('transforms and unescapes', () => {
  expect(texts('${1:post} ${1/(.*)/${1:/pascalcase}/} \\${x\\} \\$1')).toEqual(['post Post ${x} $1']);
});

it('refuses what it does not know', () => {
  expect(() => texts('${1:a')).toThrow();
  expect(() => texts('$NAME')).toThrow();
  expect(() => texts('$1')).toThrow(/nothing gives \$1/);
  expect(() => texts('${1:a} ${1/(.*)/${1:/nocase}/}')).toThrow(/nocase/);
});
