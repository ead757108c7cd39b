import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/edit/applyEdits.ts';
import type { Engine } from '../../../src/engine.ts';
import type { Finding } from '../../../src/run/finding.ts';
import { findingsOf, messageId } from '../../../test/kit/check.ts';
import type { Files } from '../../../test/kit/fixture.ts';
import { lineDifference, MAP, notes, open } from '../../../test/map/kit.ts';

const RULE = 'map-stale';
const ACTION = 'lib/actions/note.actions.ts';
const SERVICE = 'lib/services/note.service.ts';
const ROUTE = 'app/api/notes/route.ts';

const found = (engine: Engine): Finding[] => findingsOf(engine, RULE);
const shown = (engine: Engine): string[] =>
  found(engine).map(
    (finding) =>
      `${messageId(finding)} ${finding.severity} ${finding.file}:${finding.range.start.line + 1} «${engine.text(finding.file)?.slice(finding.start, finding.end).slice(0, 24) ?? ''}»`,
  );

/** A workspace whose map is true, then changed. */
async function changed(changes: Files, files: Files = notes): Promise<{ engine: Engine; map: string }> {
  const { engine, write } = await open(files);
  const map = write();
  engine.update(Object.entries(changes).map(([file, text]) => ({ file, text })));
  return { engine, map };
}

const source = (file: string): string => notes[file] ?? '';
const ids = async (changes: Files, files?: Files): Promise<string[]> =>
  shown((await changed(changes, files)).engine);

/** Takes a fix of the first finding that offers it, and gives the texts that it makes. */
function take(engine: Engine, recipe: string): Files {
  for (const finding of found(engine)) {
    const offer = finding.fixes.find((fix) => fix.recipe === recipe);
    if (!offer) continue;
    const result = engine.edits(finding, offer);
    if (!result.ok) throw new Error(result.reason);
    const texts = Object.fromEntries(
      result.changes.map(({ file, edits }) => [file, applyEdits(engine.text(file) ?? '', edits)]),
    );
    engine.update(Object.entries(texts).map(([file, text]) => ({ file, text })));
    return texts;
  }
  throw new Error(`nothing offers ${recipe}`);
}

describe('reports', () => {
  it('a line whose facts have changed, at the line, and what is drawn from it as information', async () => {
    expect(
      await ids({
        [ACTION]: source(ACTION)
          .replace("  if (!session?.user?.id) throw new Error('no');\n", '')
          .replace('session.user.id', "session?.user?.id ?? ''"),
      }),
    ).toEqual([
      expect.stringMatching(/^changed warning .*«\| `saveNote` \|/),
      expect.stringMatching(/^changed info .*«\| `Note` \|/),
      expect.stringMatching(/^changed info .*a_saveNote_/),
    ]);
  });

  it.each([
    ['what it revalidates', ACTION, "revalidatePath('/notes')", "revalidatePath('/other')"],
    ['its schema', ACTION, /noteSchema/g, 'inputSchema'],
    [
      'the models of a service',
      SERVICE,
      'prisma.note.create({ data: { userId, text } })',
      'prisma.user.findUnique({ where: { id: userId } })',
    ],
    ['how long a list gets', SERVICE, ', take: 20', ''],
    [
      'the key of a model',
      'prisma/schema.prisma',
      'model Note {\n  id String @id',
      'model Note {\n  id String @id @default(cuid())\n  code String @id',
    ],
    ['the owner of a model', 'prisma/schema.prisma', /userId/g, 'ownerId'],
  ])('%s', async (_, file, from, to) => {
    const { engine } = await changed({ [file]: source(file).replace(from, to) });
    const own = found(engine).filter(({ severity }) => severity === 'warning');
    expect(own.map(({ file: at }) => at)).toContain(MAP);
    expect(['changed', 'gone']).toContain(
      messageId(own.find(({ file: at }) => at === MAP) ?? own[0] ?? raise()),
    );
  });

  it('a line whose function is gone', async () => {
    const text = source(SERVICE).replace(/export async function addNote[\s\S]*$/, '');
    expect(await ids({ [SERVICE]: text, [ACTION]: 'export {};\n' })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^gone warning .*«\| `saveNote`/),
        expect.stringMatching(/^gone warning .*«\| `addNote`/),
      ]),
    );
  });

  it('a function that the map does not know, at its name', async () => {
    const { engine } = await changed({
      [SERVICE]: `${source(SERVICE)}export async function dropNotes(userId: string) {\n  return prisma.note.deleteMany({ where: { userId } });\n}\n`,
    });
    expect(shown(engine).filter((line) => line.includes('warning'))).toEqual([
      `undocumented warning ${SERVICE}:9 «dropNotes»`,
    ]);
    expect(found(engine).find((finding) => finding.file === SERVICE)?.message).toContain(
      `has no line in ${MAP}`,
    );
  });

  it.each([
    [
      'an action',
      ACTION,
      `${source(ACTION)}export async function wipe() {\n  await addNote('a', 'b');\n}\n`,
      'wipe',
    ],
    [
      'a method of a route',
      ROUTE,
      `${source(ROUTE)}export async function POST() {\n  return Response.json(await listNotes('1'));\n}\n`,
      'POST',
    ],
    [
      'a schema of input',
      ACTION,
      source(ACTION).replace(
        'export async',
        'export const idSchema = z.object({ id: z.string() });\nexport async',
      ),
      'idSchema',
    ],
    [
      'a model',
      'prisma/schema.prisma',
      `${source('prisma/schema.prisma')}model Tag {\n  id Int @id\n}\n`,
      'Tag',
    ],
  ])('%s that the map does not know', async (_, file, text, name) => {
    const { engine } = await changed({ [file]: text });
    const own = found(engine).filter((finding) => finding.file === file);
    expect(own.map((finding) => engine.text(file)?.slice(finding.start, finding.end))).toEqual([name]);
  });

  it('a variable of the environment', async () => {
    const { engine } = await changed({
      'lib/env.ts':
        "import { z } from 'zod';\nexport const env = z.object({ TOKEN: z.string() }).parse(process.env);\n",
    });
    expect(shown(engine)).toContain('undocumented warning lib/env.ts:2 «TOKEN»');
  });

  it('a page and a migration that the map does not know, in the map', async () => {
    const { engine } = await changed({
      'app/notes/page.tsx':
        "import { listNotes } from '@/lib/services/note.service';\nexport default async function Page() {\n  return <p>{(await listNotes('1')).length}</p>;\n}\n",
      'prisma/migrations/20260101000000_init/migration.sql': 'CREATE TABLE "Note" ("id" TEXT NOT NULL);\n',
    });
    const own = found(engine).filter(({ file }) => file === MAP);
    expect(own.map(({ message }) => message.split(' ')[0])).toEqual(
      expect.arrayContaining(['/notes', '20260101000000_init']),
    );
  });

  it('a map that is missing, once, where the database is named', async () => {
    const { engine } = await open();
    expect(shown(engine)).toEqual(['absent warning prisma/schema.prisma:1 «db»']);
    expect(found(engine)[0]?.message).toContain(`${MAP} is missing`);
  });

  it('a map that was written by hand, once', async () => {
    const { engine } = await open({
      ...notes,
      [MAP]: '# Our backend\n\n| Model | Purpose |\n| - | - |\n| Note | x |\n',
    });
    expect(shown(engine)).toEqual([`unmarked warning ${MAP}:1 «# Our backend»`]);
  });

  it('parts that are missing, markers without their half, conflicts, what is never closed', async () => {
    const { engine, map } = await changed({});
    const of = (text: string): string[] => {
      engine.update([{ file: MAP, text }]);
      return found(engine).map(messageId);
    };
    expect(of(map.replace(/### Core Services[\s\S]*?end services -->\n/, ''))).toEqual(['section']);
    expect(of(map.replace('<!-- backend-map:end env -->', ''))).toEqual(['stray', 'section']);
    expect(of(map.replace(/\| `addNote`.*\n/, (line) => `<<<<<<< a\n${line}=======\n>>>>>>> b\n`))).toEqual([
      'conflict',
    ]);
    expect(
      of(
        map
          .replace(
            /\| Service \| File \| Key patterns \| Responsibility \|\n/,
            '| Service | File | Responsibility |\n',
          )
          .replace('| --- | --- | --- | --- |\n| `addNote`', '| --- | --- | --- |\n| `addNote`'),
      ),
    ).toContain('section');
    expect(of('# M\n\n```\n')).toEqual(['hidden']);
  });
});

describe('accepts', () => {
  const silent = async (changes: Files): Promise<void> => expect(await ids(changes)).toEqual([]);

  it('a map that is true', async () => silent({}));
  it('moved lines', async () => silent({ [SERVICE]: `// a comment\n\n\n${source(SERVICE)}` }));
  it('another order of functions', async () => {
    const [head = '', list = '', add = ''] = source(SERVICE).split(
      /(?=\/\*\*|export async function addNote)/,
    );
    await silent({ [SERVICE]: head + add + list });
  });
  it('another body that does the same', async () =>
    silent({
      [SERVICE]: source(SERVICE)
        .replace('return prisma.note.create', 'const made = prisma.note.create')
        .replace(/\}\n$/, '  return made;\n}\n'),
    }));
  it('a new comment: purposes are filled once', async () =>
    silent({ [SERVICE]: source(SERVICE).replace('The newest notes', 'Some notes') }));
  it('functions that touch no database', async () =>
    silent({ 'lib/format.ts': 'export const upper = (text: string) => text.toUpperCase();\n' }));
  it('functions that nobody can import', async () =>
    silent({
      [SERVICE]: `${source(SERVICE)}async function inner() {\n  return prisma.note.count();\n}\nvoid inner;\n`,
    }));
  it('components and tests', async () =>
    silent({
      'components/a.tsx': "'use client';\nexport function A() { return <p>x</p>; }\n",
      'lib/services/note.service.test.ts':
        "import { prisma } from '@/lib/db';\nexport const count = () => prisma.note.count();\n",
    }));
  it('scripts', async () =>
    silent({
      'prisma/seed.ts':
        "import { prisma } from '@/lib/db';\nexport async function main() { await prisma.note.deleteMany(); }\n",
    }));
  it('text of people anywhere', async () => {
    const { engine, map } = await changed({});
    engine.update([
      {
        file: MAP,
        text: map
          .replace('| The newest notes of one person. |', '| What **we** wrote |')
          .replace('## Environment', 'Free text\n\n## Environment')
          .replace('- **Engine**', '- ours\n- **Engine**'),
      },
    ]);
    expect(shown(engine)).toEqual([]);
  });
  it('code that does not parse for a moment', async () =>
    silent({ [SERVICE]: `${source(SERVICE)}export async function half(` }));
  it('a workspace that nobody queries', async () => {
    const { 'lib/db.ts': _, ...files } = notes;
    const { engine } = await open({
      ...files,
      [SERVICE]: 'export {};\n',
      [ACTION]: 'export {};\n',
      [ROUTE]: 'export {};\n',
    });
    expect(shown(engine)).toEqual([]);
  });
  it('a map that says so', async () => {
    const { engine, map } = await changed({ [ACTION]: source(ACTION).replace("'/notes'", "'/o'") });
    engine.update([
      {
        file: MAP,
        text: `<!-- backend-specialist-disable-file map-stale -- written by the release job -->\n${map}`,
      },
    ]);
    expect(shown(engine)).toEqual([]);
  });
});

describe('fixes', () => {
  it('one line, and nothing else', async () => {
    const { engine, map } = await changed({ [ACTION]: source(ACTION).replace("'/notes'", "'/o'") });
    const { [MAP]: after = '' } = take(engine, 'update-line');
    expect(lineDifference(map, after)).toEqual([
      expect.stringContaining('`/notes`'),
      expect.stringContaining('`/o`'),
    ]);
    expect(shown(engine)).toEqual([]);
  });

  it('the line of a symbol, from the code', async () => {
    const { engine, map } = await changed({
      'prisma/schema.prisma': `${source('prisma/schema.prisma')}/// A word.\nmodel Tag {\n  id Int @id\n}\n`,
    });
    const { [MAP]: after = '' } = take(engine, 'add-line');
    expect(lineDifference(map, after)).toEqual(['+| `Tag` | `id` | – | – | A word. |']);
    expect(shown(engine)).toEqual([]);
  });

  it('everything at once, and by fix-all', async () => {
    const changes = {
      [ACTION]: source(ACTION).replace("'/notes'", "'/o'"),
      [SERVICE]: source(SERVICE).replace('take: 20', 'take: 20, include: { user: true }'),
    };
    const one = await changed(changes);
    take(one.engine, 'update-map');
    expect(shown(one.engine)).toEqual([]);
    const all = await changed(changes);
    const result = all.engine.fixAll(MAP);
    expect(result.ok && result.changes.map(({ file }) => file)).toEqual([MAP]);
    if (result.ok)
      for (const { file, edits } of result.changes)
        all.engine.update([{ file, text: applyEdits(all.engine.text(file) ?? '', edits) }]);
    expect(shown(all.engine)).toEqual([]);
    expect(all.engine.text(MAP)).toBe(one.engine.text(MAP));
  });

  it('the whole map where there is none, and where people wrote one', async () => {
    const { engine, map } = await open();
    const { next } = map();
    expect(take(engine, 'write-map')).toEqual({ [MAP]: next });
    expect(shown(engine)).toEqual([]);
    const hand = await open({ ...notes, [MAP]: '# Ours\n\nText.\n' });
    expect(take(hand.engine, 'update-map')[MAP]).toContain('\nText.\n');
    expect(shown(hand.engine)).toEqual([]);
  });

  it('a merge, keeping the purposes of both sides', async () => {
    const { engine, map } = await changed({});
    const text = map.replace(
      /(\| `addNote` .*\|)  \|\n/,
      '<<<<<<< a\n$1 One. |\n=======\n$1 Two. |\n>>>>>>> b\n',
    );
    engine.update([{ file: MAP, text }]);
    expect(take(engine, 'update-line')[MAP]).toContain('| One. / Two. |');
    expect(shown(engine)).toEqual([]);
  });
});

function raise(): never {
  throw new Error('nothing was found');
}

describe('what is told in the map alone', () => {
  it('an item of a list', async () => {
    const { engine, map } = await changed({});
    engine.update([{ file: MAP, text: map.replace(/- \*\*Owner keys\*\*.*\n/, '') }]);
    expect(found(engine).map(messageId)).toEqual(['missing']);
  });
});

describe('monorepo', () => {
  it('a file of a package is told to the apps that use it', async () => {
    const app = (name: string, uses: boolean): Files => ({
      [`apps/${name}/package.json`]: `{"name":"${name}","dependencies":{"next":"16.0.0","db":"*"}}`,
      [`apps/${name}/app/page.tsx`]: 'export default function Page() { return null; }\n',
      [`apps/${name}/app/api/notes/route.ts`]: uses
        ? "import { all } from 'db';\nexport const GET = async () => Response.json(await all());\n"
        : 'export const GET = () => new Response();\n',
    });
    const { engine } = await open({
      'package.json': '{"workspaces":["apps/*","packages/*"]}',
      ...app('a', true),
      ...app('b', false),
      'packages/db/package.json': '{"name":"db","main":"src/index.ts"}',
      'packages/db/prisma/schema.prisma':
        'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id Int @id\n}\n',
      'packages/db/src/index.ts':
        "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\nexport const all = async () => prisma.note.findMany({ take: 3 });\n",
    });
    for (const { file, next } of engine.mapDocuments(false)) engine.update([{ file, text: next }]);
    expect(shown(engine).filter((line) => line.startsWith('undocumented'))).toEqual([]);
    const file = 'packages/db/src/index.ts';
    engine.update([
      { file, text: `${engine.text(file) ?? ''}export const one = async () => prisma.note.findFirst();\n` },
    ]);
    expect(
      found(engine)
        .filter((finding) => finding.file === file)
        .map(({ message }) => message),
    ).toEqual([expect.stringContaining('apps/a/doc/documentation/backend-map.md')]);
  });
});
