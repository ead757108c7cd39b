/** How much room the names of nodes take. */

/** Longer names lose their middle. */
const maxText = 34;

/** On both sides of a name together, in pixels. */
const textRoom = 22;

export const shorten = (text: string): string =>
  text.length <= maxText ? text : `${text.slice(0, maxText / 2)}…${text.slice(-maxText / 2 + 1)}`;

const ruler = document.createElement('canvas').getContext('2d');

/** Width of a node with a text, in pixels. */
export function widthOf(text: string, font: string): number {
  if (!ruler) return text.length * 7 + textRoom;
  ruler.font = `12px ${font}`;
  return Math.ceil(ruler.measureText(text).width) + textRoom;
}
