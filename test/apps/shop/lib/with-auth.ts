import 'server-only';
import type { Session } from 'next-auth';
import { unstable_rethrow } from 'next/navigation';
import { auth } from '@/auth';

type Handler<Context> = (request: Request, context: Context, user: Session['user']) => Promise<Response>;

/** Wraps a route handler: 401 without a session, 500 with a logged error when the handler throws. */
export function withAuth<Context>(handler: Handler<Context>) {
  return async (request: Request, context: Context): Promise<Response> => {
    const session = await auth();
    if (!session?.user?.id) return Response.json({ error: { message: 'Sign in first' } }, { status: 401 });
    try {
      return await handler(request, context, session.user);
    } catch (error) {
      unstable_rethrow(error);
      console.error('route handler failed', error);
      return Response.json({ error: { message: 'Internal error' } }, { status: 500 });
    }
  };
}
