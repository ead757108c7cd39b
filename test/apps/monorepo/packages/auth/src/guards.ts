import type { Session } from 'next-auth';
import { redirect } from 'next/navigation';
import { auth } from './auth';

export async function requireUser(): Promise<Session['user']> {
  const session = await auth();
  if (!session?.user?.id) redirect('/api/auth/signin');
  return session.user;
}

export async function assertStaff(): Promise<Session['user']> {
  const user = await requireUser();
  if (user.role !== 'STAFF') throw new Error('Staff only');
  return user;
}

/** An action for signed-in users: the handler gets the user as its first argument. */
export function withUser<Args extends unknown[], Result>(
  handler: (user: Session['user'], ...args: Args) => Promise<Result>,
) {
  return async (...args: Args): Promise<Result> => {
    const user = await requireUser();
    return handler(user, ...args);
  };
}

/** Measures an action; guards nothing. */
export function traced<Args extends unknown[], Result>(name: string, handler: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    const started = performance.now();
    try {
      return await handler(...args);
    } finally {
      console.info(name, Math.round(performance.now() - started));
    }
  };
}
