/** `backend-map.md`: what stands in it, whose text it is, how little an update touches. */
import { describe, expect, test } from 'vitest';
import { openApp } from '../kit/apps.ts';
import { lineDifference, MAP, notes, open, openWith } from './kit.ts';

const fresh = async (): Promise<string> => (await open()).map().next;

describe('a map that is written for the first time', () => {
  test('has the sections and columns of the contract', async () => {
    const text = await fresh();
    const headings = text.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([
      '# Backend Map of notes',
      '## Data Schema Summary',
      '## Actions & Services Inventory',
      '### Server Actions',
      '### Route Handlers',
      '### Core Services',
      '### Pages',
      '### Validation Schemas',
      '## Auth & Security',
      '### Access by role',
      '## Environment',
      '## Migrations',
      '## Graph',
    ]);
    for (const head of [
      '| Model | Primary key | Key foreign keys | Owner | Core purpose |',
      '| Action | File | Purpose | Validation | Auth | Role | Writes | Revalidates |',
      '| Method + path | File | Purpose | Validation | Auth | Writes |',
      '| Service | File | Key patterns | Responsibility |',
    ])
      expect(text).toContain(`\n${head}\n`);
  });

  test('says one line for each entry, with links that have no line numbers', async () => {
    const lines = (await fresh()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '| `Note` | `id` | `userId → User` | `userId` | What people write down. |',
        '| `saveNote` | [`lib/actions/note.actions.ts`](../../lib/actions/note.actions.ts#saveNote) |  | `noteSchema` | session | – | `Note` | `/notes` |',
        '| `GET /api/notes` | [`app/api/notes/route.ts`](../../app/api/notes/route.ts#GET) |  | – | session | – |',
        '| `listNotes` | [`lib/services/note.service.ts`](../../lib/services/note.service.ts#listNotes) | reads `Note` · list bounded | The newest notes of one person. |',
        '- **Owner keys**: `userId`',
        '| `Note` | – | read, create | – | – |',
      ]),
    );
    const tldr = lines.slice(lines.indexOf('<!-- backend-map:start tldr -->') + 2).slice(0, 3);
    expect(tldr.map((line) => line.slice(0, 10))).toEqual(['- **Stack*', '- **Places', '- **Use**:']);
  });

  test('is true at once, and the same for the same code', async () => {
    const { write, map } = await open();
    const text = write();
    expect(map()).toMatchObject({ stale: [], edits: [], next: text });
    expect(await fresh()).toBe(text);
  });

  test('counts problems by rule when asked, and not its own staleness', async () => {
    const { engine } = await openApp('shop-twin');
    const [doc] = engine.mapDocuments(true);
    expect(doc?.next).toMatch(/\n\| `require-pagination` \| [1-9]\d* \| \d+ \|/);
    expect(doc?.next).not.toContain('`map-stale`');
  });

  test('a large app has one graph for each area', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `lib/services/thing${i}.service.ts`,
        `import { prisma } from '@/lib/db';\nexport const get${i} = (id: string) => prisma.note.findUnique({ where: { id } });\nexport const put${i} = (id: string) => prisma.note.delete({ where: { id } });\n`,
      ]),
    );
    const routes = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `app/api/thing${i}/route.ts`,
        `import { get${i} } from '@/lib/services/thing${i}.service';\nexport const GET = async () => Response.json(await get${i}('1'));\n`,
      ]),
    );
    const text = (await open({ ...notes, ...files, ...routes })).map().next;
    expect(text).toContain('\ntitle: thing7\n');
    expect(text.match(/^```mermaid$/gm)?.length).toBe(41);
  });
});

describe('an update', () => {
  const change = async (file: string, edit: (text: string) => string): Promise<string[]> => {
    const { engine, map, write } = await open();
    const before = write();
    engine.update([{ file, text: edit(engine.text(file) ?? '') }]);
    const after = map().next;
    engine.update([{ file: MAP, text: after }]);
    expect(map().edits).toEqual([]);
    return lineDifference(before, after);
  };

  test('of one function touches its line alone', async () => {
    expect(
      await change('lib/actions/note.actions.ts', (text) =>
        text.replace("revalidatePath('/notes')", "revalidatePath('/')"),
      ),
    ).toEqual([
      '-| `saveNote` | [`lib/actions/note.actions.ts`](../../lib/actions/note.actions.ts#saveNote) |  | `noteSchema` | session | – | `Note` | `/notes` |',
      '+| `saveNote` | [`lib/actions/note.actions.ts`](../../lib/actions/note.actions.ts#saveNote) |  | `noteSchema` | session | – | `Note` | `/` |',
    ]);
  });

  test('of a name touches the lines that have it', async () => {
    const { engine, map, write } = await open();
    const before = write();
    for (const file of ['lib/services/note.service.ts', 'app/api/notes/route.ts'])
      engine.update([{ file, text: (engine.text(file) ?? '').replaceAll('listNotes', 'recentNotes') }]);
    const lines = lineDifference(before, map().next);
    expect(lines.filter((line) => /^[-+]\| /.test(line))).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/listNotes|recentNotes/);
    expect(map().stale.find(({ section }) => section === 'services')).toMatchObject({
      kind: 'gone',
      label: 'listNotes',
      detail: 'now recentNotes',
    });
  });

  test('of the order of functions touches nothing', async () => {
    expect(
      await change('lib/services/note.service.ts', (text) => {
        const [head = '', list = '', add = ''] = text.split(/(?=\/\*\*|export async function addNote)/);
        return head + add + list;
      }),
    ).toEqual([]);
  });

  test('of a new and of a removed function is a line more and a line less', async () => {
    const added = await change(
      'lib/services/note.service.ts',
      (text) => `${text}export async function countNotes() {\n  return prisma.note.count();\n}\n`,
    );
    expect(added.filter((line) => line.startsWith('+| '))).toEqual([
      '+| `countNotes` | [`lib/services/note.service.ts`](../../lib/services/note.service.ts#countNotes) | reads `Note` |  |',
    ]);
    expect(added.filter((line) => line.startsWith('-'))).toEqual([]);
    const removed = await change('app/api/notes/route.ts', () => 'export {};\n');
    expect(removed.filter((line) => line.startsWith('-| `GET'))).toHaveLength(1);
  });

  test('tells what it is about', async () => {
    const { engine, map, write } = await open();
    write();
    const file = 'lib/services/note.service.ts';
    engine.update([
      {
        file,
        text: (engine.text(file) ?? '').replace(
          'addNote(userId: string, text: string) {',
          'addNote(userId: string, text: string) {\n  await prisma.user.findFirst({ where: { id: userId } });',
        ),
      },
    ]);
    expect(map().stale.map(({ kind, section, label, detail }) => [kind, section, label, detail])).toEqual(
      expect.arrayContaining([
        ['changed', 'services', 'addNote', 'Key patterns: writes Note → reads User · writes Note'],
      ]),
    );
  });
});

describe('what people write stays', () => {
  test('purposes, columns of their own, notes and text between the parts', async () => {
    const { engine, map, write } = await open();
    let text = write();
    text = text
      .replace('| `saveNote` |', '| `saveNote` |')
      .replace(/(\| `saveNote` \| \S+ \|) {2}\|/, '$1 Keeps what you think.  |')
      .replace(
        '| Service | File | Key patterns | Responsibility |\n| --- | --- | --- | --- |',
        '| Service | File | Key patterns | Responsibility | Team |\n| --- | --- | --- | --- | :-: |',
      )
      .replace(/(\| `addNote` .*)\|\n/, '$1| *blue*, asks `a \\| b` |\n')
      .replace('- **Owner keys**: `userId`', '- **Owner keys**: `userId` — never an e-mail\n  - ask Ada')
      .replace(
        '<!-- backend-map:end services -->',
        '- our own remark in the part\n\n<!-- backend-map:end services -->',
      )
      .replace('## Auth & Security', 'Free text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Auth & Security');
    engine.update([{ file: MAP, text }]);
    expect(map().edits).toEqual([]);
    const file = 'lib/services/note.service.ts';
    engine.update([
      {
        file,
        text: (engine.text(file) ?? '')
          .replace('prisma.note.create(', 'prisma.note.upsert(')
          .replace('listNotes', 'newest'),
      },
    ]);
    engine.update([
      {
        file: 'lib/actions/note.actions.ts',
        text: (engine.text('lib/actions/note.actions.ts') ?? '').replace("'/notes'", "'/n'"),
      },
    ]);
    const after = write();
    for (const kept of [
      'Keeps what you think.  |',
      '| *blue*, asks `a \\| b` |',
      '- **Owner keys**: `userId` — never an e-mail\n  - ask Ada\n',
      '\n- our own remark in the part\n',
      'Free text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
      '| The newest notes of one person. |',
    ])
      expect(after).toContain(kept);
    expect(after).toContain('| `/n` |');
    expect(map().edits).toEqual([]);
  });

  test('a purpose is filled once: one that was emptied stays empty, and a new comment changes none', async () => {
    const { engine, map, write } = await open();
    const text = write().replace('| The newest notes of one person. |', '| |');
    engine.update([{ file: MAP, text }]);
    engine.update([
      {
        file: 'lib/services/note.service.ts',
        text: (notes['lib/services/note.service.ts'] ?? '').replace('The newest', 'Some'),
      },
    ]);
    expect(map().edits).toEqual([]);
  });

  test('a purpose moves along with a function that goes to another file', async () => {
    const { engine, write } = await open();
    const text = write().replace(/(\| `addNote` .*)\|  \|/, '$1| Writes it down. |');
    engine.update([{ file: MAP, text }]);
    const file = 'lib/services/note.service.ts';
    const [list = '', add = ''] = (engine.text(file) ?? '').split(/(?=export async function addNote)/);
    engine.update([
      { file, text: list },
      { file: 'lib/services/more.service.ts', text: `import { prisma } from '@/lib/db';\n${add}` },
    ]);
    expect(write()).toMatch(
      /\| `addNote` \| \[`lib\/services\/more\.service\.ts`\].* \| Writes it down\. \|/,
    );
  });

  test('a note in a column of their own outlives its entry', async () => {
    const { engine, write, map } = await open();
    const text = write()
      .replace(
        '| Service | File | Key patterns | Responsibility |\n| --- | --- | --- | --- |',
        '| Service | File | Key patterns | Responsibility | Team |\n| --- | --- | --- | --- | --- |',
      )
      .replace(/(\| `addNote` .*\|)\n/, '$1 ask Ada |\n');
    engine.update([{ file: MAP, text }]);
    const file = 'lib/services/note.service.ts';
    engine.update([
      { file, text: (engine.text(file) ?? '').split(/(?=export async function addNote)/)[0] ?? '' },
    ]);
    expect(write()).toContain(
      '\n- About `addNote` (`lib/services/note.service.ts`), which is gone: ask Ada\n',
    );
    expect(map().edits).toEqual([]);
  });

  test('tables that a formatter has aligned are true as they are', async () => {
    const { engine, map, write } = await open();
    const aligned = write()
      .replace(/^\| (.*) \|$/gm, (line) => line.replaceAll(' | ', '   |  '))
      .replaceAll('| --- |', '| :------ |');
    engine.update([{ file: MAP, text: aligned }]);
    expect(map().edits).toEqual([]);
  });

  test('line ends of any kind', async () => {
    const { engine, map, write } = await open();
    const windows = `${write().replaceAll('\n', '\r\n')}\r\nmine\r\n`;
    engine.update([{ file: MAP, text: windows }]);
    expect(map().edits).toEqual([]);
    const file = 'lib/actions/note.actions.ts';
    engine.update([{ file, text: (engine.text(file) ?? '').replace("'/notes'", "'/n'") }]);
    const after = write();
    expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(after.endsWith('\r\nmine\r\n')).toBe(true);
    expect(map().edits).toEqual([]);
  });
});

describe('a map that people wrote before', () => {
  const byHand = `# Backend Map

> Read me first.

## 1. Data Schema Summary

| Model | Primary Key | Core Purpose |
|-------|-------------|--------------|
| Note  | id (cuid)   | Things **to remember** |
| Tag   | id          | Labels, planned |

## 2. Actions & Services Inventory

### Server Actions

| Action | File | Purpose | Auth | SLA |
| :-- | :-- | :-- | :-- | --: |
| saveNote() | lib/actions/note.actions.ts | Keeps a note | yes | 200 ms |

### Core Services

- note.service: everything about notes

## 3. Maintenance Policy

Update with every pull request.

## Change log

| Date | Change |
|---|---|
| 2026-01-01 | begun |
`;

  test('is taken over: rows recognised, purposes and own sections kept', async () => {
    const { map, write } = await openWith(byHand);
    const text = write();
    expect(map().edits).toEqual([]);
    for (const kept of [
      '> Read me first.\n',
      '| `Note` | `id` | `userId → User` | `userId` | Things **to remember** |',
      '| `User` | `id` | – | – |  |',
      '- About `Tag`, which is gone: Labels, planned\n',
      '| Action | File | Purpose | Validation | Auth | Role | Writes | Revalidates | SLA |',
      '| Keeps a note | `noteSchema` | session | – | `Note` | `/notes` | 200 ms |',
      '- note.service: everything about notes\n',
      '## 3. Maintenance Policy\n\nUpdate with every pull request.\n',
      '## Change log\n\n| Date | Change |\n|---|---|\n| 2026-01-01 | begun |\n',
    ])
      expect(text).toContain(kept);
    expect(text.indexOf('start services')).toBeGreaterThan(text.indexOf('### Core Services'));
    expect(text.indexOf('start services')).toBeLessThan(text.indexOf('- note.service'));
    expect(text.match(/^## .*Data Schema Summary$/gm)).toEqual(['## 1. Data Schema Summary']);
  });

  test('every line of it that was no table is still there', async () => {
    const { write } = await openWith(byHand);
    const after = new Set(write().split('\n'));
    const prose = byHand.split('\n').filter((line) => !line.startsWith('|'));
    expect(prose.filter((line) => !after.has(line))).toEqual([]);
  });

  test('an empty file and one of plain text', async () => {
    for (const text of ['', 'Nothing yet', '# Map\n\n\n']) {
      const { map, write } = await openWith(text);
      expect(write()).toContain('| `saveNote` |');
      expect(map().edits).toEqual([]);
    }
  });
});

describe('damage', () => {
  const conflict = (text: string, from: RegExp, ours: string, theirs: string): string =>
    text.replace(
      from,
      (line) =>
        `<<<<<<< HEAD\n${line.replace(/\|  \|\n$/, `| ${ours} |\n`)}=======\n${line.replace(/\|  \|\n$/, `| ${theirs} |\n`)}>>>>>>> other\n`,
    );

  test('a conflict inside of a generated part is settled, purposes of both sides kept', async () => {
    const text = conflict(`${await fresh()}mine\n`, /\| `addNote` .*\n/, 'Puts in.', 'Adds.');
    const { map, write } = await openWith(text);
    expect(map().stale.map(({ kind }) => kind)).toEqual(['conflict']);
    const after = write();
    expect(after).not.toMatch(/^[<=>]{7}/m);
    expect(after).toContain('| Puts in. / Adds. |');
    expect(after.endsWith('mine\n')).toBe(true);
    expect(map().edits).toEqual([]);
  });

  test('of three sides, the base is dropped', async () => {
    const text = (await fresh()).replace(
      /(\| `addNote` .*\n)/,
      '<<<<<<< a\n$1||||||| base\n| `old` | x | y | z |\n=======\n>>>>>>> b\n',
    );
    const { write } = await openWith(text);
    expect(write()).toBe(await fresh());
  });

  test('a conflict in a person’s text is theirs to settle', async () => {
    const text = `${await fresh()}\n<<<<<<< a\nmine\n=======\nyours\n>>>>>>> b\n`;
    const { map } = await openWith(text);
    expect(map().stale).toMatchObject([{ kind: 'conflict', edits: [] }]);
    expect(map().next).toBe(text);
  });

  test('markers without their other half go, and the part comes back', async () => {
    const { map, write } = await openWith((await fresh()).replace('<!-- backend-map:end actions -->\n', ''));
    expect(map().stale.map(({ kind }) => kind)).toContain('damaged');
    const after = write();
    expect(after.match(/backend-map:(start|end) actions/g)).toHaveLength(2);
    expect(map().edits).toEqual([]);
  });

  test('a part that was deleted comes back in its place; one that was copied is told', async () => {
    const whole = await fresh();
    const without = whole.replace(/### Core Services[\s\S]*?end services -->\n\n/, '');
    const { write, map } = await openWith(without);
    expect(write()).toBe(whole);
    expect(map().edits).toEqual([]);
    const copied = await openWith(
      `${whole}\n<!-- backend-map:start env -->\n\nx\n\n<!-- backend-map:end env -->\n`,
    );
    expect(copied.write()).toContain('\nx\n');
    expect(copied.map().edits).toEqual([]);
  });

  test('markers in code are no markers, and what is never closed is not filled', async () => {
    const inCode = '# M\n\n```\n<!-- backend-map:start env -->\n<!-- backend-map:end env -->\n```\n';
    const { write, map } = await openWith(inCode);
    expect(write()).toContain(inCode.slice(5));
    expect(map().edits).toEqual([]);
    for (const start of ['```\n', '~~~~ text\n', '<pre>\n', '<script>\n']) {
      const hidden = await openWith(`# M\n\n${start}`);
      expect(hidden.map()).toMatchObject({ edits: [], stale: [{ kind: 'damaged' }] });
    }
  });

  test('a table without its rows, or in place of it a sentence', async () => {
    const whole = await fresh();
    const { write } = await openWith(
      whole.replace(/(start services -->\n\n)[\s\S]*?(\n<!-- backend-map:end services)/, '$1Later.\n$2'),
    );
    expect(write()).toContain('\nLater.\n');
    expect(write()).toContain('| `listNotes` |');
  });
});

describe('foreign text', () => {
  test('names and comments become no markup', async () => {
    const evil =
      '</td>| x | <img src=x onerror=alert(1)> `code` [a](javascript:b) <!-- backend-map:end services -->';
    const { map, write } = await open({
      ...notes,
      'lib/services/we`ird|na(me].service.ts': `import { prisma } from '@/lib/db';\n/** ${evil} */\nexport const evil = () => prisma.note.count();\n`,
      'app/api/[...all]/(g)/route.ts':
        "import { prisma } from '@/lib/db';\nexport const GET = () => prisma.note.count();\n",
      'lib/env.ts': `import { z } from 'zod';\nexport const env = z.object({ "A|B\`": z.string(), OK: z.string() }).parse(process.env);\n`,
    });
    const text = write();
    const line = text.split('\n').find((candidate) => candidate.includes('evil')) ?? '';
    expect(line).toContain('\\<img src=x onerror=alert(1)\\>');
    expect(line).toContain('\\|');
    expect(line).not.toMatch(/[^\\]<[!i/]/);
    expect(map().edits).toEqual([]);
    expect(text).toContain('%5B...all%5D/%28g%29/route.ts');
  });

  test('a monorepo: one map an app, each leading to the other', async () => {
    const { engine } = await openApp('monorepo');
    const docs = engine.mapDocuments(false);
    expect(docs.map(({ file }) => file)).toEqual([
      'apps/admin/doc/documentation/backend-map.md',
      'apps/web/doc/documentation/backend-map.md',
    ]);
    expect(docs[0]?.next).toContain(
      '[`../web/doc/documentation/backend-map.md`](../../../web/doc/documentation/backend-map.md)',
    );
    expect(docs[0]?.next).toContain('../../packages/db/prisma');
    for (const { file, next } of docs) engine.update([{ file, text: next }]);
    for (const { edits } of engine.mapDocuments(false)) expect(edits).toEqual([]);
  });
});
