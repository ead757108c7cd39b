/** Keeps facts whole while somebody uses them and packed after that: most files of a workspace are looked at once. */
import type { FileFacts } from '../facts/model.ts';
import { packFacts, unpackFacts } from '../facts/pack.ts';
import type { PartId } from './factParts.ts';

let versions = 0;

/** The facts of one file. The cell stays the same as long as the file means the same, so that nobody wakes. */
export class FactsCell {
  readonly kind: FileFacts['kind'];
  private whole: FileFacts | undefined;
  private packed: string | undefined;
  /** Of the text that its places fit; undefined when it is an older good state than the text. */
  hash: string | undefined;
  /** Nobody will ask again: the file means something else now. */
  isDiscarded = false;
  /** Another one whenever places have moved. */
  layout: object = {};
  /** Asked for since the shelf looked last. */
  isUsed = true;

  private readonly born = ++versions;
  /** Versions of parts that are as they were in the cell before. */
  private readonly kept = new Map<PartId, number>();

  constructor(facts: FileFacts, packed?: string) {
    this.kind = facts.kind;
    this.whole = facts;
    this.packed = packed;
  }

  /** A number that no other state of this part has, in this cell or another. */
  version(part: PartId): number {
    return this.kept.get(part) ?? this.born;
  }

  /** Takes over the versions of parts of the cell that this one follows. */
  keep(before: FactsCell, parts: Iterable<PartId>): void {
    for (const part of parts) this.kept.set(part, before.version(part));
  }

  get isWhole(): boolean {
    return this.whole !== undefined;
  }

  facts(): FileFacts {
    this.isUsed = true;
    if (!this.whole) {
      // Only what `pack` made of whole facts is ever packed.
      this.whole = unpackFacts(this.packed ?? '') as FileFacts;
    }
    return this.whole;
  }

  /** Changes places and the like, in place: the meaning stays. */
  move(change: (facts: FileFacts) => void): void {
    change(this.facts());
    this.packed = undefined;
    this.layout = {};
  }

  /** As one line of text. */
  line(): string {
    return (this.packed ??= packFacts(this.facts()));
  }

  pack(): void {
    if (!this.whole || this.isDiscarded) return;
    this.line();
    this.whole = undefined;
  }
}

/** So many cells stay whole; of the others those that were not asked for since the last round are packed. */
export class Shelf {
  private readonly queue: FactsCell[] = [];
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Notes a cell that has become whole. */
  add(cell: FactsCell): void {
    this.queue.push(cell);
    while (this.queue.length > this.limit) {
      const oldest = this.queue.shift();
      if (!oldest) return;
      if (oldest.isUsed && !oldest.isDiscarded) {
        oldest.isUsed = false;
        this.queue.push(oldest);
      } else oldest.pack();
    }
  }
}
