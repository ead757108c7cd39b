import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database } from '../../src/workspace/database.ts';

describe('Database', () => {
  it('recomputes only what read the changed input', () => {
    const db = new Database();
    const text = db.input<string>('text');
    const length = db.query('length', (key) => (text(key) ?? '').length);
    const total = db.query('total', () => length('a') + length('b'));
    text.set('a', 'x');
    text.set('b', 'yy');
    expect(total('')).toBe(3);
    text.set('b', 'zz');
    expect(total('')).toBe(3);
    expect(db.computed.get('length')).toBe(3);
    expect(db.computed.get('total')).toBe(1);
    text.set('b', 'zzz');
    expect(total('')).toBe(4);
    expect(db.computed.get('total')).toBe(2);
  });

  it('lists watched keys that may have changed, once', () => {
    const db = new Database();
    const text = db.input<string>('text');
    const upper = db.query('upper', (key) => (text(key) ?? '').toUpperCase());
    const shown = db.query('shown', (key) => `<${upper(key)}>`, { watched: true });
    text.set('a', 'x');
    expect(shown('a')).toBe('<X>');
    expect(shown('b')).toBe('<>');
    expect(db.takeStale('shown')).toEqual([]);
    text.set('a', 'y');
    expect(db.takeStale('shown')).toEqual(['a']);
    expect(db.takeStale('shown')).toEqual([]);
    expect(shown('a')).toBe('<Y>');
  });

  it('tells the readers of an eager query only of another value', () => {
    const db = new Database();
    const text = db.input<string>('text');
    const size = db.query('size', (key) => (text(key) ?? '').length, { eager: true });
    const shown = db.query('shown', (key) => `${key}:${size('a') + size('b')}`, { watched: true });
    text.set('a', 'x');
    expect([shown('p'), shown('q')]).toEqual(['p:1', 'q:1']);
    text.set('a', 'y');
    expect(db.takeStale('shown')).toEqual([]);
    expect(shown('p')).toBe('p:1');
    expect(db.computed.get('size')).toBe(3);
    expect(db.computed.get('shown')).toBe(2);
    text.set('b', 'zz');
    text.set('a', 'xy');
    expect(db.takeStale('shown').toSorted()).toEqual(['p', 'q']);
    expect(shown('q')).toBe('q:4');
    size.drop('b');
    text.set('b', undefined);
    expect(shown('q')).toBe('q:2');
  });

  it('gives what a database made anew gives when eager queries rest on each other by way of others', () => {
    // Each layer reads two nodes of the one below; every second layer is eager and coarse (halves its value).
    const LAYERS = 5;
    const WIDTH = 4;
    const wiring = fc.array(fc.tuple(fc.nat(WIDTH - 1), fc.nat(WIDTH - 1)), {
      minLength: LAYERS * WIDTH,
      maxLength: LAYERS * WIDTH,
    });
    const build = (wires: [number, number][]) => {
      const db = new Database();
      const leaf = db.input<number>('leaf');
      let below: (key: string) => number = (key) => leaf(key) ?? 0;
      for (let layer = 0; layer < LAYERS; layer++) {
        const lower = below;
        const eager = layer % 2 === 1;
        below = db.query(
          `layer${layer}`,
          (key) => {
            const [a, b] = wires[layer * WIDTH + Number(key)] ?? [0, 0];
            const sum = lower(String(a)) + lower(String(b));
            return eager ? Math.trunc(sum / 2) : sum;
          },
          { eager },
        );
      }
      const top = db.query('top', (key) => below(key), { watched: true });
      return { db, leaf, top };
    };
    const edits = fc.array(fc.tuple(fc.nat(WIDTH - 1), fc.nat(9), fc.nat(WIDTH - 1)), { maxLength: 20 });
    fc.assert(
      fc.property(wiring, edits, (wires, script) => {
        const { db, leaf, top } = build(wires);
        const leaves = new Map<string, number>();
        const known = new Map<string, number>();
        for (const [at, value, asked] of script) {
          leaves.set(String(at), value);
          leaf.set(String(at), value);
          const stale = new Set(db.takeStale('top'));
          const fresh = build(wires);
          for (const [key, one] of leaves) fresh.leaf.set(key, one);
          for (const [key, before] of known) if (!stale.has(key)) expect(fresh.top(key)).toBe(before);
          for (const key of [...stale, String(asked)]) {
            expect(top(key)).toBe(fresh.top(key));
            known.set(key, top(key));
          }
        }
      }),
    );
  });

  it('gives the same least fixpoint whichever node of a graph is asked first, also after edits', () => {
    // reach(n) = own label ∪ reach(successors): a set-valued fixpoint over arbitrary (cyclic) graphs.
    const graph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 8, maxLength: 8 });
    const build = () => {
      const db = new Database();
      const edges = db.input<number[]>('edges');
      const reach = db.query<string>(
        'reach',
        (key) => {
          const all = new Set([key]);
          for (const next of edges(key) ?? []) for (const label of reach(String(next))) all.add(label);
          return [...all].toSorted().join('');
        },
        { bottom: () => '', equal: (a, b) => a === b },
      );
      return { edges, reach };
    };
    const expected = (g: number[][], from: number): string => {
      const seen = new Set<number>();
      const todo = [from];
      for (let n = todo.pop(); n !== undefined; n = todo.pop()) {
        if (seen.has(n)) continue;
        seen.add(n);
        todo.push(...(g[n] ?? []));
      }
      return [...seen].map(String).toSorted().join('');
    };
    fc.assert(
      fc.property(
        graph,
        fc.array(fc.tuple(fc.nat(7), fc.array(fc.nat(7), { maxLength: 3 }), fc.nat(7)), { maxLength: 6 }),
        (g, edits) => {
          const live = build();
          const now = g.map((row) => [...row]);
          now.forEach((row, n) => live.edges.set(String(n), row));
          for (const [n, row, ask] of [[0, now[0] ?? [], 3] as const, ...edits]) {
            now[n] = [...row];
            live.edges.set(String(n), [...row]);
            for (const from of [ask, 0, 1, 2, 3, 4, 5, 6, 7])
              expect(live.reach(String(from))).toBe(expected(now, from));
          }
        },
      ),
      {
        numRuns: 300,
        // A node of a cycle was woken by the head whose value it had seen, and so hid later changes from its readers.
        examples: [
          [
            [[], [0], [6, 0, 7], [], [2], [3], [], [3]],
            [
              [6, [1], 0],
              [3, [2], 0],
              [0, [4, 3], 0],
              [3, [4, 6], 1],
              [2, [], 0],
            ],
          ],
        ],
      },
    );
  });
});
