/** The nodes as a list beside the picture: for search, for the keyboard and for screen readers. */
import { textElement } from './page.ts';
import type { Tone } from './view.ts';

export interface Row {
  node: number;
  tone: Tone;
  label: string;
  description: string;
  /** What a screen reader says. */
  spoken: string;
}

export interface ListEvents {
  selected(node: number): void;
  opened(node: number, keepFocus: boolean): void;
  focused(node: number): void;
}

/** Rows that a page key goes over. */
const pageRows = 12;

export class NodeList {
  readonly #element: HTMLElement;
  readonly #events: ListEvents;
  #rows: readonly Row[] = [];
  #options = new Map<number, HTMLElement>();
  #active: number | undefined;

  constructor(element: HTMLElement, events: ListEvents) {
    this.#element = element;
    this.#events = events;
    element.addEventListener('keydown', (event) => this.#key(event));
    element.addEventListener('click', (event) => {
      const option = event.target instanceof Element ? event.target.closest('[role=option]') : null;
      if (!(option instanceof HTMLElement)) return;
      const node = Number(option.dataset['node']);
      this.#select(node);
      if (event.altKey || event.ctrlKey || event.metaKey) events.focused(node);
      else events.opened(node, true);
    });
    element.addEventListener('focus', () => {
      const first = this.#active ?? this.#rows[0]?.node;
      if (first !== undefined) this.#select(first);
    });
  }

  show(rows: readonly Row[], active: number | undefined): void {
    this.#rows = rows;
    this.#options = new Map(rows.map((row) => [row.node, optionOf(row)]));
    this.#element.replaceChildren(...this.#options.values());
    this.#active = undefined;
    this.mark(active);
  }

  /** Shows which row is the selected one, without telling anybody. */
  mark(node: number | undefined): void {
    const before = this.#active === undefined ? undefined : this.#options.get(this.#active);
    before?.setAttribute('aria-selected', 'false');
    const option = node === undefined ? undefined : this.#options.get(node);
    this.#active = option ? node : undefined;
    if (!option) {
      this.#element.removeAttribute('aria-activedescendant');
      return;
    }
    option.setAttribute('aria-selected', 'true');
    this.#element.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  #select(node: number): void {
    this.mark(node);
    this.#events.selected(node);
  }

  #key(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ node }) => node === this.#active);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + pageRows,
      PageUp: at - pageRows,
      Home: 0,
      End: this.#rows.length - 1,
    }[event.key];
    if (to !== undefined) {
      const row = this.#rows[Math.max(0, Math.min(this.#rows.length - 1, to))];
      if (row) this.#select(row.node);
    } else if (this.#active === undefined) return;
    else if (event.key === 'Enter') this.#events.opened(this.#active, false);
    else if (event.key === ' ') this.#events.opened(this.#active, true);
    else if (event.key === 'f') this.#events.focused(this.#active);
    else return;
    event.preventDefault();
  }
}

function optionOf({ node, tone, label, description, spoken }: Row): HTMLElement {
  const option = document.createElement('div');
  option.id = `node-${node}`;
  option.className = 'row';
  option.dataset['node'] = String(node);
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  option.setAttribute('aria-label', spoken);
  option.append(dotOf(tone), textElement('span', label, 'name'), textElement('span', description, 'more'));
  return option;
}

/** A dot in a colour of the theme. */
export function dotOf(tone: Tone): HTMLElement {
  const dot = textElement('span', '', 'dot');
  dot.style.background = `var(--tone-${tone})`;
  return dot;
}
