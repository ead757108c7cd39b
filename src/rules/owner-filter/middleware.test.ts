import { describe, it } from 'vitest';
import { expectFindings, openFixture } from '../../../test/kit/check.ts';

/**
 * A chain of middleware that puts who calls on the request and hands the request on: each link may refuse in several ways, a cache stands
 * beside the look-up, and the handler runs inside a callback that keeps a context.
 */
const chain = `
  //- prisma/schema.prisma
  datasource db {
    provider = "postgresql"
  }
  model User {
    id        String    @id @default(cuid())
    mailboxes Mailbox[]
    accounts  Account[]
  }
  model Account {
    id     String @id
    userId String
    user   User   @relation(fields: [userId], references: [id])
  }
  model Mailbox {
    id      String  @id @default(cuid())
    address String
    userId  String
    user    User    @relation(fields: [userId], references: [id])
    drafts  Draft[]
  }
  model Draft {
    id        String  @id @default(cuid())
    subject   String
    mailboxId String
    mailbox   Mailbox @relation(fields: [mailboxId], references: [id])
  }
  //- lib/context.ts
  import { AsyncLocalStorage } from 'node:async_hooks';
  const storage = new AsyncLocalStorage<{ source: string }>();
  export function runWithContext<T>(context: { source: string }, operation: () => Promise<T>): Promise<T> {
    return storage.run(context, operation);
  }
  export async function timed<T>({ step, operation }: { step: string; operation: () => Promise<T> }): Promise<T> {
    const started = performance.now();
    try {
      return await operation();
    } finally {
      console.info(step, performance.now() - started);
    }
  }
  //- lib/mailboxes.ts
  import { prisma } from '@/lib/db';
  import { redis } from '@/lib/redis';

  export async function getAddress({ userId, mailboxId }: { userId: string; mailboxId: string }): Promise<string | null> {
    if (!userId || !mailboxId) return null;
    const key = \`mailbox:\${userId}:\${mailboxId}\`;
    try {
      const kept = await redis.get<string>(key);
      if (kept !== null) return kept;
    } catch {
      console.warn('no cache');
    }
    const mailbox = await prisma.mailbox.findUnique({ where: { id: mailboxId, userId }, select: { address: true } });
    return mailbox?.address ?? null;
  }
  //- lib/middleware.ts
  import { auth } from '@/auth';
  import { runWithContext, timed } from '@/lib/context';
  import { getAddress } from '@/lib/mailboxes';

  interface AuthRequest extends Request { auth: { userId: string } }
  interface MailboxRequest extends Request { auth: { userId: string; mailboxId: string; address: string } }
  type Handler<T extends Request> = (request: T, context: { params: Promise<{ id: string }> }) => Promise<Response>;

  function withMiddleware<T extends Request>(handler: Handler<T>, middleware?: (request: Request) => Promise<T | Response>) {
    return async (request: Request, context: { params: Promise<{ id: string }> }) => {
      let seen: Request = request;
      return runWithContext({ source: request.url }, async () => {
        try {
          let enhanced = request;
          if (middleware) {
            const result = await middleware(request);
            if (result instanceof Response) return result;
            enhanced = result;
          }
          seen = enhanced;
          return await handler(enhanced as T, context);
        } catch (error) {
          console.error(seen.url, error);
          return Response.json({ error: 'Unexpected' }, { status: 500 });
        }
      });
    };
  }

  async function authMiddleware(request: Request): Promise<AuthRequest | Response> {
    const session = await auth();
    if (!session?.user) return Response.json({ error: 'Unauthorized' }, { status: 401 });
    const own = request as AuthRequest;
    own.auth = { userId: session.user.id };
    return own;
  }

  async function mailboxMiddleware(request: Request): Promise<MailboxRequest | Response> {
    const own = await authMiddleware(request);
    if (own instanceof Response) return own;
    const userId = own.auth.userId;
    const mailboxId = request.headers.get('x-mailbox');
    if (!mailboxId) return Response.json({ error: 'Name a mailbox' }, { status: 403 });
    const address = await timed({ step: 'validate', operation: () => getAddress({ userId, mailboxId }) });
    if (!address) return Response.json({ error: 'Invalid mailbox' }, { status: 403 });
    const whole = own as MailboxRequest;
    whole.auth = { userId, mailboxId, address };
    return whole;
  }

  export const withAuth = (handler: Handler<AuthRequest>) => withMiddleware(handler, authMiddleware);
  export const withMailbox = (handler: Handler<MailboxRequest>) => withMiddleware(handler, mailboxMiddleware);
`;

describe('owner-filter behind middleware that writes on the request', () => {
  it('knows the caller by what the middleware has put there', async () => {
    const fixture = await openFixture(`${chain}
  //- app/api/drafts/[id]/route.ts
  import { prisma } from '@/lib/db';
  import { withAuth, withMailbox } from '@/lib/middleware';

  export const GET = withAuth(async (request, { params }) => {
    const { id } = await params;
    return Response.json(await prisma.draft.findFirst({ where: { id, mailbox: { userId: request.auth.userId } } }));
  });

  export const PATCH = withMailbox(async (request, { params }) => {
    const { mailboxId } = request.auth;
    const { id } = await params;
    const { subject } = await request.json();
    await prisma.draft.update({ where: { id, mailboxId }, data: { subject } });
    return Response.json({ ok: true });
  });

  export const DELETE = withMailbox(async (request, { params }) => {
    const { id } = await params;
    await prisma.draft.delete({ where: { id } });
    //                 ^^^^^^ owner-filter error
    return Response.json({ ok: true });
  });
`);
    expectFindings(fixture, { rules: ['owner-filter', 'no-client-identity'] });
  });

  it('still knows what the request itself has sent', async () => {
    const fixture = await openFixture(`${chain}
  //- app/api/drafts/route.ts
  import { prisma } from '@/lib/db';
  import { withMailbox } from '@/lib/middleware';

  export const PUT = withMailbox(async (request) => {
    const { id, subject } = await request.json();
    await prisma.draft.update({ where: { id }, data: { subject } });
    //                 ^^^^^^ owner-filter error
    return Response.json({ ok: true });
  });

  export const POST = withMailbox(async (request) => {
    const { userId } = await request.json();
    return Response.json(await prisma.mailbox.findMany({ where: { userId }, take: 20 }));
    //                                                            ^^^^^^ no-client-identity error
  });
`);
    expectFindings(fixture, { rules: ['owner-filter', 'no-client-identity'] });
  });
});
