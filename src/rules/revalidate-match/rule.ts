import { z } from 'zod';
import type { TsFacts, Value } from '../../facts/tsModel.ts';
import { nearTag, sharedUses } from '../../workspace/caching.ts';
import { renewalsOf } from '../../workspace/renewals.ts';
import type { Renewal } from '../../workspace/renewals.ts';
import { pathFault, shown } from '../../workspace/routeMatch.ts';
import type { PathFault } from '../../workspace/routeMatch.ts';
import { ANY, mayBeSame, Texts } from '../../workspace/texts.ts';
import { unrenewed } from '../../workspace/unrenewed.ts';
import { defineRule } from '../rule.ts';
import type { RuleContext } from '../rule.ts';

export const rule = defineRule({
  meta: {
    id: 'revalidate-match',
    title:
      'What is revalidated is something that is cached, and what is cached is revalidated when it changes.',
    sections: ['S3'],
    severity: 'info',
    fix: 'none',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options: z.strictObject({}),
    defaults: {},
    messages: {
      route: 'No page or route handler has the path `{path}`, so no cached page is renewed.{near}',
      type: '`{path}` spells files, but without a second argument it is taken for a URL, which no page has. Write {meant}.',
      files:
        'With `{type}` the path must be that of the files below `app/`, groups and parameters included, and `{path}` is none. Write {meant}, or give the URL alone.',
      slash: '`{path}` has no slash in front, so it is no page’s path. Write {meant}.',
      query: '`{path}` has a query or a hash, which no cached page’s path has. Write {meant}.',
      tag: 'Nothing is cached under the tag `{tag}`, so nothing is renewed.{near}',
      forever:
        '{name} keeps {model} for all requests, and nothing renews it: after a change everybody goes on seeing the old rows. Give it a tag, and call `updateTag()` after the writes.',
      tagged:
        '{name} keeps {model} under {tags}, but nothing renews {them}: {until}. Call `updateTag()` after the writes.',
    },
  },
  check(context) {
    const { facts, role, app, workspace } = context;
    if (facts.kind !== 'ts' || !app || role === 'client' || role === 'tooling' || role === 'generated')
      return;
    for (const renewal of renewalsOf(workspace, context.file, facts))
      if (renewal.does === 'renewTag') checkTag(context, facts, app.root, renewal);
      else checkPath(context, facts, app.root, renewal);
    checkKept(context, facts);
  },
});

type Context = RuleContext<object>;

function checkTag(
  { workspace, file, report }: Context,
  facts: TsFacts,
  root: string,
  { what }: Renewal,
): void {
  const tags = new Texts(workspace).of(file, facts, what);
  const caching = workspace.caching(root);
  const isKept = (tag: string): boolean => caching.kept.some((kept) => mayBeSame(kept, tag));
  const [first] = tags;
  if (first === undefined || tags.some((tag) => isUnknown(tag) || isKept(tag))) return;
  const near = nearTag(first, caching);
  report({
    place: { at: placeOf(what) },
    message: 'tag',
    data: { tag: shown(first), near: near === undefined ? '' : ` Did you mean \`${shown(near)}\`?` },
  });
}

function isUnknown(text: string): boolean {
  return text.replaceAll(ANY, '') === '';
}

function checkPath(
  { workspace, file, report }: Context,
  facts: TsFacts,
  root: string,
  { what, type }: Renewal,
): void {
  const texts = new Texts(workspace);
  const routes = workspace.routes(root);
  const types = type ? texts.of(type.file, type.facts, type.value) : [undefined];
  const faults: [string, PathFault][] = [];
  for (const path of texts.of(file, facts, what))
    for (const one of types) {
      const fault = pathFault(path, one, routes);
      if (!fault) return;
      faults.push([path, fault]);
    }
  const [first] = faults;
  if (!first) return;
  const [path, { why, near, isWeak }] = first;
  report({
    place: { at: placeOf(what) },
    message: why,
    data: {
      path: shown(path),
      type: types[0] ?? '',
      near: near === undefined ? '' : ` Did you mean \`${near}\`?`,
      meant: near === undefined ? 'another path' : `\`${near}\``,
    },
    ...(isWeak ? { severity: 'hint' } : {}),
  });
}

/** The token that says most: of `tags.posts` the name, of a text all of it. */
function placeOf(value: Value): number {
  return value.at;
}

function checkKept({ workspace, file, report }: Context, facts: TsFacts): void {
  for (const use of sharedUses(facts)) {
    const found = unrenewed(workspace, file, facts, use);
    if (!found) continue;
    const { model, tags, isTimed, write } = found;
    report({
      place: { at: use.at },
      message: tags.length === 0 ? 'forever' : 'tagged',
      data: {
        name: use.name === '' ? 'This' : `\`${use.name}\``,
        model,
        tags: tags.map((tag) => `\`${shown(tag)}\``).join(', '),
        them: tags.length === 1 ? 'it' : 'them',
        until: isTimed
          ? 'a change shows when its time is over, no sooner'
          : 'after a change everybody goes on seeing the old rows',
      },
      ...(isTimed ? { severity: 'hint' } : {}),
      related: [{ place: write, message: `${model} changes here.` }],
    });
  }
}
