import 'server-only';
import { createSafeActionClient, DEFAULT_SERVER_ERROR_MESSAGE } from 'next-safe-action';
import { auth } from '@/auth';

/** Public: guards nothing. */
const actionClient = createSafeActionClient({
  handleServerError(error) {
    console.error('action failed', error);
    return DEFAULT_SERVER_ERROR_MESSAGE;
  },
});

export const authActionClient = actionClient.use(async ({ next }) => {
  const session = await auth();
  if (!session?.user?.id) throw new Error('Not signed in');
  return next({ ctx: { userId: session.user.id } });
});
