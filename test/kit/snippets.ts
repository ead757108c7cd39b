/** Snippets as the editor would write them: the part of VS Code's snippet syntax that ours use, and nothing else is accepted. */

interface Stop {
  number: number;
  /** The text offered, or one for each choice; none for a place that repeats another's text. */
  values: Piece[][];
  transform?: { pattern: RegExp; format: string };
}
type Piece = string | Stop;

/** Reads up to a character of `until` that is not escaped, or the end. */
class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text) ?? undefined;
    if (found) this.at = sticky.lastIndex;
    return found;
  }

  pieces(until: string): Piece[] {
    const out: Piece[] = [];
    while (!this.done && !until.includes(this.text.charAt(this.at))) out.push(this.piece());
    return out;
  }

  private piece(): Piece {
    const escaped = this.match(/\\([$}\\,|])/);
    if (escaped) return escaped[1] ?? '';
    const plain = this.match(/\$(\d+)/);
    if (plain) return { number: Number(plain[1]), values: [] };
    const open = this.match(/\$\{(\d+)/);
    if (open) return this.stop(Number(open[1]));
    const variable = this.match(/\$(TM_SELECTED_TEXT|\{TM_SELECTED_TEXT\})/);
    if (variable) return '';
    if (this.match(/\$/)) throw new Error(`what is "$${this.text.slice(this.at, this.at + 20)}"?`);
    return this.match(/[^]/)?.[0] ?? '';
  }

  private stop(number: number): Stop {
    const values: Piece[][] = [];
    if (this.match(/\|/)) {
      do values.push(this.pieces(',|'));
      while (this.match(/,/));
      this.expect(/\|\}/);
      return { number, values };
    }
    const transform = this.match(/\/((?:\\.|[^/\\])+)\/((?:\$\{[^}]*\}|[^/}])*)\/([a-z]*)\}/);
    if (transform) {
      const [, pattern = '', format = '', flags = ''] = transform;
      return { number, values, transform: { pattern: new RegExp(pattern, flags), format } };
    }
    if (this.match(/:/)) values.push(this.pieces('}'));
    this.expect(/\}/);
    return { number, values };
  }

  private expect(pattern: RegExp): void {
    if (!this.match(pattern))
      throw new Error(`${pattern} is expected at "${this.text.slice(this.at, this.at + 20)}"`);
  }
}

/** As VS Code has them. */
const changes: { [name: string]: (text: string) => string } = {
  downcase: (text) => text.toLowerCase(),
  pascalcase: (text) =>
    (text.match(/[a-z0-9]+/gi) ?? []).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
};

function transformed(text: string, { pattern, format }: { pattern: RegExp; format: string }): string {
  return text.replace(pattern, (...groups: string[]) =>
    format.replace(/\$\{(\d+):\/(\w+)\}/g, (_, group: string, name: string) => {
      const change = changes[name];
      if (!change) throw new Error(`the kit knows no transformation "${name}"`);
      return change(groups[Number(group)] ?? '');
    }),
  );
}

function stopsIn(pieces: readonly Piece[]): Stop[] {
  return pieces.flatMap((piece) =>
    typeof piece === 'string' ? [] : [piece, ...piece.values.flatMap((value) => stopsIn(value))],
  );
}

export interface Expansion {
  /** `''` where every choice is the first, else the one that was taken. */
  choice: string;
  text: string;
}

/**
 * What a snippet writes when its placeholders are left as they are: once with the first of all choices, and once for each other choice.
 * @throws on syntax that the kit doesn't know, and on a place whose text no placeholder gives
 */
export function expansions(body: readonly string[]): Expansion[] {
  const reader = new Reader(body.join('\n'));
  const pieces = reader.pieces('');
  const stops = stopsIn(pieces);
  const write = (taken: Stop | undefined, index: number): string => {
    const given = new Map<number, string>([[0, '']]);
    const textOf = (list: readonly Piece[]): string =>
      list.map((piece) => (typeof piece === 'string' ? piece : valueOf(piece))).join('');
    const valueOf = (stop: Stop): string => {
      let value = given.get(stop.number);
      if (value === undefined) {
        // The text may come after the place that repeats it.
        const source = stops.find(({ number, values }) => number === stop.number && values.length > 0);
        if (!source) throw new Error(`nothing gives $${stop.number} a text`);
        value = textOf(source.values[source === taken ? index : 0] ?? []);
        given.set(stop.number, value);
      }
      return stop.transform ? transformed(value, stop.transform) : value;
    };
    return textOf(pieces);
  };
  const others = stops.flatMap((stop) =>
    stop.values.slice(1).map((value, index) => ({
      choice: value.join(''),
      text: write(stop, index + 1),
    })),
  );
  return [{ choice: '', text: write(undefined, 0) }, ...others];
}
