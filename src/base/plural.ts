/** A number with its noun. @param nouns the noun for all numbers but one, where it does not just end in `s` */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
