import { createSafeActionClient } from 'next-safe-action';
import { auth } from '@/auth';

export const actionClient = createSafeActionClient({
  handleServerError(error) {
    console.error('action failed', error);
    return 'Something went wrong';
  },
});

export const authAction = actionClient.use(async ({ next }) => {
  const session = await auth();
  if (!session?.user?.id) throw new Error('Not signed in');
  return next({ ctx: { userId: session.user.id } });
});

// the role check goes here
export const adminAction = actionClient.use(async ({ next }) => {
  return next({ ctx: {} });
});
