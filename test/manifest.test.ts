/** What package.json promises to the editor is there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

interface Contributes {
  commands: { command: string; title: string }[];
  views: { [container: string]: { id: string }[] };
  viewsWelcome: { view: string; contents: string; when?: string }[];
  snippets: { path: string }[];
  jsonValidation: { url: string }[];
  walkthroughs: {
    id: string;
    steps: { id: string; description: string; media: { markdown: string }; completionEvents: string[] }[];
  }[];
  configuration: {
    properties: { [name: string]: { markdownDescription?: string; default?: unknown; scope?: string } };
  };
}
const { contributes, icon, files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  contributes: Contributes;
  icon: string;
  files: string[];
};

const ownCommands = new Set(contributes.commands.map(({ command }) => command));
const views = new Set(Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id)));

/** Commands of ours that a text with links runs. */
const linkedCommands = (text: string): string[] =>
  [...text.matchAll(/\]\(command:(backendSpecialist\.[\w.]+)/g)].map(([, command]) => command ?? '');
const isRunnable = (command: string): boolean =>
  ownCommands.has(command) || views.has(command.replace(/\.focus$/, ''));

it('names files that exist and are packed', () => {
  const named = [
    icon,
    ...contributes.snippets.map((entry) => entry.path),
    ...contributes.jsonValidation.map(({ url }) => url),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
  ].map((file) => file.replace(/^\.\//, ''));
  for (const file of named) {
    expect(existsSync(path.join(root, file)), file).toBe(true);
    expect(
      files.some((packed) => file.startsWith(`${packed}/`)),
      file,
    ).toBe(true);
  }
});

it('links only to commands and views that exist', () => {
  const texts = [
    ...contributes.viewsWelcome.map(({ contents }) => contents),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
  ];
  const linked = texts.flatMap(linkedCommands);
  expect(linked.length).toBeGreaterThan(3);
  expect(linked.filter((command) => !isRunnable(command))).toEqual([]);
});

it('has a walkthrough of at most five steps, each with a link that completes it', () => {
  for (const { steps } of contributes.walkthroughs) {
    expect(steps.length).toBeLessThanOrEqual(5);
    for (const { id, description, completionEvents } of steps) {
      expect(description, id).toMatch(/\]\(command:/);
      const events = completionEvents.map((event) => event.replace(/^on(Command|View):/, ''));
      expect(
        events.some((name) => description.includes(`(command:${name}`)),
        id,
      ).toBe(true);
    }
  }
});

it('welcomes in every view of its own, whatever state the server is in', () => {
  const states = ['unfit', 'starting', 'indexing', 'error', 'ready'];
  const whens = contributes.viewsWelcome
    .filter(({ view }) => view === 'backendSpecialist.map')
    .map(({ when = '' }) => when)
    .join(' || ');
  for (const state of states) expect(whens).toContain(`backendSpecialist.state == ${state}`);
  expect(contributes.viewsWelcome.filter(({ view }) => !views.has(view))).toEqual([]);
});

it('explains every setting, with its default and its scope', () => {
  for (const [name, setting] of Object.entries(contributes.configuration.properties)) {
    expect(setting.markdownDescription?.length ?? 0, name).toBeGreaterThan(20);
    expect(setting, name).toHaveProperty('default');
    expect(['resource', 'window', 'machine', 'machine-overridable'], name).toContain(setting.scope);
  }
});
