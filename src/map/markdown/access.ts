/** Who may do what with the rows of a model: the matrix of roles and operations. */
import type { Draft } from '../entries.ts';
import type { MapOverview } from '../model.ts';
import { NONE } from './sections.ts';
import type { TableSection } from './sections.ts';
import { code } from './text.ts';

/** Callers that have no role of their own, in the order of the columns. */
const ANYONE = 'Anyone';
const SIGNED_IN = 'Signed in';
const SECRET = 'By secret';
const UNCLEAR = 'Unclear';

const OPERATIONS = ['read', 'create', 'update', 'delete', 'write'];

/** One line for each model that an entry point reaches. */
export function accessSection(drafts: readonly Draft[], overview: MapOverview): TableSection {
  const entries = drafts.filter(({ entry }) => /^(action|route|page)$/.test(entry.kind));
  const seen = new Set(entries.flatMap(({ entry }) => entry.roles ?? []));
  const roles = [
    ...new Set([...(overview.auth?.roles ?? []).filter((role) => seen.has(role)), ...[...seen].toSorted()]),
  ];
  const callers = [ANYONE, SIGNED_IN, ...roles, SECRET, UNCLEAR];
  const cells = new Map<string, Map<string, Set<string>>>();
  for (const { entry } of entries)
    for (const [model, operations] of Object.entries(entry.operations ?? {})) {
      const row = cells.get(model) ?? new Map<string, Set<string>>();
      cells.set(model, row);
      for (const caller of callersOf(entry)) {
        const cell = row.get(caller) ?? new Set();
        row.set(caller, cell);
        for (const operation of operations) cell.add(operation);
      }
    }
  return {
    form: 'table',
    name: 'access',
    heading: '### Access by role',
    known: /^(access|permissions?)( by role| matrix)?$/,
    columns: [
      { title: 'Model' },
      ...callers.map((caller) => ({
        title:
          caller === ANYONE || caller === SIGNED_IN || caller === SECRET || caller === UNCLEAR
            ? caller
            : code(caller),
      })),
    ],
    rows: [...cells]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([model, row]) => ({
        name: model,
        cells: [
          code(model),
          ...callers.map(
            (caller) => OPERATIONS.filter((operation) => row.get(caller)?.has(operation)).join(', ') || NONE,
          ),
        ],
      })),
  };
}

function callersOf({ guard, guardKind, roles }: Draft['entry']): readonly string[] {
  if (guard === 'guarded') {
    if (guardKind !== undefined && guardKind !== 'session') return [SECRET];
    return roles && roles.length > 0 ? roles : [SIGNED_IN];
  }
  return [guard === 'unknown' ? UNCLEAR : ANYONE];
}
