/** Text of one configuration file → settings, or issues with the places they are at. */
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import type { FileId } from '../base/path.ts';
import type { Span } from '../base/span.ts';
import type { Severity } from '../rules/rule.ts';
import { didYouMean } from './distance.ts';
import { settingsSchema, severitySettingSchema, type RuleSetting, type Settings } from './settings.ts';

/** What the configuration has to know of a rule. */
export interface RuleDeclaration {
  id: string;
  title: string;
  severity: Severity;
  /** Sections of the contract, and kinds of files it reads: presets choose by them. */
  sections: readonly string[];
  kinds: readonly string[];
  options: z.ZodType;
  /** Options in force where none are given. */
  defaults: unknown;
}

/** Something wrong in a configuration file; `start` and `end` are UTF-16 offsets in its text. */
export interface ConfigIssue extends Span {
  file: FileId;
  message: string;
}

export interface ParsedConfig {
  /** `undefined` when there are issues. */
  settings: Settings | undefined;
  issues: ConfigIssue[];
  /** Place of each `extends` entry, in order. */
  extendsAt: Span[];
}

type Path = (string | number)[];

const severityNames = severitySettingSchema.options;

const spanOf = (node: Node | undefined): Span =>
  node ? { start: node.offset, end: node.offset + node.length } : { start: 0, end: 0 };

/** The node at a path, or the nearest one above it that exists. */
function nearestNode(root: Node, path: Path): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return node;
  }
  return root;
}

/** The key of a property rather than its value. */
function keySpan(root: Node, path: Path): Span {
  const value = findNodeAtLocation(root, path);
  return spanOf(value?.parent?.children?.[0] ?? value ?? nearestNode(root, path));
}

/** Names a Zod object schema knows, below optional, default and the like. */
function keysOf(schema: unknown): string[] {
  let current = schema as { def?: { innerType?: unknown; shape?: object; element?: unknown } } | undefined;
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return Object.keys(current?.def?.shape ?? {});
}

/** The schema at a path of the settings, as far as objects and arrays go. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  let current: unknown = schema;
  for (const piece of path) {
    let inner = current as {
      def?: { innerType?: unknown; shape?: Record<string, unknown>; element?: unknown };
    };
    while (inner?.def?.innerType) inner = inner.def.innerType as typeof inner;
    current = typeof piece === 'number' ? inner?.def?.element : inner?.def?.shape?.[String(piece)];
  }
  return current;
}

/** Nobody mends more at a time, and placing each costs a walk through the file. */
const mostIssues = 100;

/** Zod's issues as ours; unknown keys are placed at the key, with the nearest known one. */
function convertIssues(
  file: FileId,
  root: Node,
  base: Path,
  schema: unknown,
  issues: readonly z.core.$ZodIssue[],
): ConfigIssue[] {
  const out: ConfigIssue[] = [];
  for (const issue of issues) {
    if (out.length >= mostIssues) break;
    const path = [...base, ...issue.path.map((piece) => (typeof piece === 'symbol' ? String(piece) : piece))];
    if (issue.code === 'unrecognized_keys') {
      const known = keysOf(schemaAt(schema, issue.path));
      for (const key of issue.keys.slice(0, mostIssues)) {
        const message = `Unknown setting "${key}".${didYouMean(key, known)}`;
        out.push({ file, message, ...keySpan(root, [...path, key]) });
      }
      continue;
    }
    const at = nearestNode(root, path);
    out.push({ file, message: messageOf(issue, path, at), ...spanOf(at) });
  }
  return out;
}

/** What is wrong with a value, with the allowed one it probably means. */
function messageOf(issue: z.core.$ZodIssue, path: Path, at: Node): string {
  const given: unknown = at.value;
  const suggestion = (known: Iterable<string>): string =>
    typeof given === 'string' ? didYouMean(given, known) : '';
  if (issue.code === 'invalid_union' && path.includes('rules'))
    return `Expected a severity (${severityNames.map((name) => `"${name}"`).join(', ')}) or [severity, options].${suggestion(severityNames)}`;
  if (issue.code !== 'invalid_value') return issue.message;
  const known = issue.values.map(String);
  const expected = known.map((name) => `"${name}"`).join(', ');
  return `Expected ${known.length === 1 ? '' : 'one of '}${expected}.${suggestion(known)}`;
}

/** Unknown rules and wrong options below one `rules` object. */
function checkRules(
  file: FileId,
  root: Node,
  base: Path,
  settings: { [id: string]: RuleSetting },
  rules: readonly RuleDeclaration[],
): ConfigIssue[] {
  const out: ConfigIssue[] = [];
  for (const [id, setting] of Object.entries(settings)) {
    if (out.length >= mostIssues) break;
    const rule = rules.find((candidate) => candidate.id === id);
    if (!rule) {
      const near = didYouMean(
        id,
        rules.map((candidate) => candidate.id),
      );
      out.push({ file, message: `Unknown rule "${id}".${near}`, ...keySpan(root, [...base, id]) });
    } else if (Array.isArray(setting)) {
      const parsed = rule.options.safeParse(withDefaults(rule, setting[1]));
      if (!parsed.success)
        out.push(...convertIssues(file, root, [...base, id, 1], rule.options, parsed.error.issues));
    }
  }
  return out;
}

/** Given options over the rule's defaults. */
export function withDefaults(rule: RuleDeclaration, given: { [key: string]: unknown }): unknown {
  const defaults = typeof rule.defaults === 'object' && rule.defaults !== null ? rule.defaults : {};
  return { ...defaults, ...given };
}

/**
 * Reads a configuration file: JSON with comments and trailing commas.
 * @param file its path from the workspace root, for the issues
 * @param rules the rules that exist, with the schemas of their options
 */
export function parseConfig(file: FileId, text: string, rules: readonly RuleDeclaration[]): ParsedConfig {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  let value: unknown;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: false });
    value = root && getNodeValue(root);
  } catch (error) {
    // The parser is recursive: brackets nested some thousand deep end here.
    if (!(error instanceof RangeError)) throw error;
    const message = 'The file is nested too deeply to be read.';
    return { settings: undefined, issues: [{ file, message, start: 0, end: text.length }], extendsAt: [] };
  }
  if (!root || errors.length > 0) {
    // The parser goes on after an error and trips over its consequences: the first one is the mistake.
    const [first] = errors;
    const what =
      first && printParseErrorCode(first.error).replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const issue = first
      ? { file, message: `Invalid JSON: ${what}.`, start: first.offset, end: first.offset + first.length }
      : { file, message: 'The file is empty.', start: 0, end: 0 };
    return { settings: undefined, issues: [issue], extendsAt: [] };
  }
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) {
    const issues = convertIssues(file, root, [], settingsSchema, parsed.error.issues);
    return { settings: undefined, issues: bounded(issues), extendsAt: [] };
  }
  const settings = parsed.data;
  const issues = checkRules(file, root, ['rules'], settings.rules ?? {}, rules);
  for (const [index, override] of (settings.overrides ?? []).entries())
    issues.push(...checkRules(file, root, ['overrides', index, 'rules'], override.rules, rules));
  return {
    settings: issues.length === 0 ? settings : undefined,
    issues: bounded(issues),
    extendsAt: extendsSpans(root, settings),
  };
}

/** As many issues as are told, the last of which says that there are more. */
function bounded(issues: readonly ConfigIssue[]): ConfigIssue[] {
  if (issues.length < mostIssues) return [...issues];
  const told = issues.slice(0, mostIssues);
  const last = told.at(-1);
  return last ? [...told, { ...last, message: 'There are more mistakes than are shown.' }] : told;
}

function extendsSpans(root: Node, settings: Settings): Span[] {
  if (settings.extends === undefined) return [];
  if (typeof settings.extends === 'string') return [spanOf(findNodeAtLocation(root, ['extends']))];
  return settings.extends.map((_, index) => spanOf(findNodeAtLocation(root, ['extends', index])));
}
