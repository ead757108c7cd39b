import { redirect } from 'next/navigation';
import { auth } from '@/auth';

export async function requireUser() {
  const session = await auth();
  if (!session?.user?.id) redirect('/login');
  return session.user;
}

export async function requireAdmin() {
  const user = await requireUser();
  if (user.role !== 'ADMIN') redirect('/');
  return user;
}

// returns the error, the caller has to look at it
export async function checkAdmin() {
  const session = await auth();
  if (session?.user?.role !== 'ADMIN') return { error: 'Administrators only' };
  return { user: session.user };
}

// may be undefined
export async function getCurrentUser() {
  const session = await auth();
  return session?.user;
}

// the role was renamed some time ago
export async function isStaff() {
  const user = await getCurrentUser();
  return (user?.role as string) === 'admin';
//                                  ^^^^^^^ session-shape error
}

export async function isNewCustomer() {
  const session = await auth();
  return session?.user?.createdAt !== undefined;
//                      ^^^^^^^^^ session-shape error
}
