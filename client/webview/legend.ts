/** What colours and lines mean, with how many nodes have them. */
import { dotOf } from './list.ts';
import { textElement } from './page.ts';
import { strokes } from './svg.ts';
import type { legendOf } from './view.ts';

export function showLegend(into: HTMLElement, groups: ReturnType<typeof legendOf>): void {
  const rows = groups.map(({ label, tone, sign, count }) => {
    const row = textElement('li', '');
    row.append(dotOf(tone), `${sign ? `${sign} ` : ''}${label} (${count})`);
    return row;
  });
  const lines = Object.keys(strokes).map((kind) => {
    const row = textElement('li', '');
    row.append(textElement('span', '', `line ${kind}`), kind);
    return row;
  });
  into.replaceChildren(...rows, ...lines);
}
