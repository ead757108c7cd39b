'use server';

import { AuthError } from 'next-auth';
import { signIn, signOut } from '@/auth';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { signInSchema } from '@/lib/validations/user';

export async function login(_previous: ActionResult | null, formData: FormData): Promise<ActionResult> {
  const parsed = signInSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input', 'VALIDATION');
  try {
    await signIn('credentials', { ...parsed.data, redirectTo: '/orders' });
    return ok();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error; // a successful sign-in redirects by throwing
    console.warn('sign-in refused', error.type);
    return fail('Wrong email or password', error.type);
  }
}

export async function logout(): Promise<void> {
  await signOut({ redirectTo: '/' });
}
