/** What was found in a folder, as rows of the Backend Map: by rule, then by file. */
import path from 'node:path';
import { plural } from '../../src/base/plural.ts';
import type { MapNodeData } from '../../src/protocol/map.ts';
import { firstSentence } from '../../src/report/model.ts';
import type { Finding } from '../../src/run/finding.ts';
import type { Folder } from '../folder.ts';
import { countOf, hasSafeFix, noFindings } from './mapIndex.ts';
import { bare, idOf } from './mapRows.ts';

/** More findings of one rule than these are read in the Problems panel. */
const maxFindings = 200;

const order = { error: 0, warning: 1, info: 2, hint: 3 } as const;

/** Rows of the rules that found something, the gravest first. @param words of a filter */
export function ruleRows(folder: Folder, words: readonly string[]): MapNodeData[] {
  const byRule = new Map<string, Finding[]>();
  for (const { findings } of folder.results().values())
    for (const finding of findings) {
      const list = byRule.get(finding.rule);
      if (list) list.push(finding);
      else byRule.set(finding.rule, [finding]);
    }
  return [...byRule]
    .filter(([rule]) => words.every((word) => rule.includes(word) || /^problems?$/.test(word)))
    .map(([rule, found]) => ({
      rule,
      found,
      worst: Math.min(...found.map(({ severity }) => order[severity])),
    }))
    .toSorted((a, b) => a.worst - b.worst || b.found.length - a.found.length || (a.rule < b.rule ? -1 : 1))
    .map(({ rule, found }) => ({
      ...bare,
      id: idOf([folder.root, null, 'problems', `rule:${rule}`]),
      kind: 'rule',
      of: Object.keys(order).find((severity) => found.some((one) => one.severity === severity)) ?? 'info',
      label: rule,
      hasChildren: true,
      count: found.length,
      findings: countOf(found),
      reference: rule,
    }));
}

/** Rows of what a rule found, by file. @param row of the rule */
export function findingRows(folder: Folder, row: string): MapNodeData[] {
  const rule = row.startsWith('rule:') ? row.slice('rule:'.length) : undefined;
  const found = [...folder.results()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { findings }]) => findings.filter((finding) => finding.rule === rule));
  const shown = found.slice(0, maxFindings).map((finding): MapNodeData => ({
    ...bare,
    id: idOf([folder.root, null, 'problems', finding.fingerprint]),
    kind: 'finding',
    of: finding.severity,
    label: path.posix.basename(finding.file),
    description: firstSentence(finding.message),
    findings: noFindings,
    file: folder.uriOf(finding.file),
    details: [finding.message],
    reference: finding.file,
    fixable: hasSafeFix(finding),
  }));
  const left = found.length - shown.length;
  if (left === 0) return shown;
  return [
    ...shown,
    {
      ...bare,
      id: idOf([folder.root, null, 'problems', `more:${rule ?? ''}`]),
      kind: 'more',
      of: 'problems',
      label: `${plural(left, 'more finding')} in the Problems panel`,
      findings: noFindings,
    },
  ];
}
