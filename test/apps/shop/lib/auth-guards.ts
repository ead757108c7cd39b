import 'server-only';
import type { Session } from 'next-auth';
import { forbidden, redirect } from 'next/navigation';
import { auth } from '@/auth';
import type { ActionError } from '@/lib/action-result';

type SessionUser = Session['user'];

/** The signed-in user; sends everyone else to the sign-in page. */
export async function requireUser(): Promise<SessionUser> {
  const session = await auth();
  if (!session?.user?.id) redirect('/login');
  return session.user;
}

/** The signed-in administrator; answers 403 to every other user. */
export async function requireAdmin(): Promise<SessionUser> {
  const user = await requireUser();
  if (user.role !== 'ADMIN') forbidden();
  return user;
}

/** The signed-in user, or the error that an action returns; the caller tests `error`. */
export async function currentUserOrError(): Promise<{ user: SessionUser; error?: never } | { user?: never; error: ActionError }> {
  const session = await auth();
  if (!session?.user?.id) return { error: { message: 'Sign in first', code: 'UNAUTHENTICATED' } };
  return { user: session.user };
}
