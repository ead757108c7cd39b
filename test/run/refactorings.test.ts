import { expect, it } from 'vitest';
import { openFixture, textsAfter } from '../kit/check.ts';

const PAGE = `import { prisma } from '@/lib/db';

export default async function Posts() {
  return <p>{await prisma.post.count()}</p>;
}
`;

it('extracts a query with no finding asked for, also where the rule is off', async () => {
  const { engine } = await openFixture({
    'app/posts/page.tsx': PAGE,
    'backend-specialist.config.json': '{ "rules": { "service-layer": "off" } }',
  });
  const at = PAGE.indexOf('count') + 2;
  const [offer, ...more] = engine.refactorings('app/posts/page.tsx', { start: at, end: at });
  expect(more).toEqual([]);
  expect(offer?.title).toBe('Extract to a service function');
  const result = offer && engine.refactor('app/posts/page.tsx', offer.id, offer.place);
  expect(result).toMatchObject({ ok: true });
  if (result?.ok)
    expect(textsAfter(engine, result.changes)).toEqual({
      'app/posts/page.tsx': `import { countPosts } from '@/lib/services/post.service';

export default async function Posts() {
  return <p>{await countPosts()}</p>;
}
`,
      'lib/services/post.service.ts': `import { cache } from 'react';
import { prisma } from '@/lib/db';

export const countPosts = cache(() => prisma.post.count());
`,
    });
});

it('is offered at Prisma calls of pages, routes, actions and components only', async () => {
  const service = "import { prisma } from '@/lib/db';\nexport const count = () => prisma.post.count();\n";
  const { engine } = await openFixture({ 'app/posts/page.tsx': PAGE, 'lib/services/post.ts': service });
  expect(engine.refactorings('app/posts/page.tsx', { start: 0, end: 5 })).toEqual([]);
  expect(engine.refactorings('lib/services/post.ts', { start: 0, end: service.length })).toEqual([]);
  expect(engine.refactor('app/posts/page.tsx', 'other', { start: 0, end: 1 })).toEqual({
    ok: false,
    reason: 'This refactoring is not known.',
  });
});
