'use server';

import { hash } from 'bcryptjs';
import { AuthError } from 'next-auth';
import { signIn, signOut } from '@/auth';
import { fail, ok, type ActionResult } from '@/lib/action-result';
import { prisma } from '@/lib/db';
import { signInSchema } from '@/lib/validations/user';

export async function login(_previous: ActionResult | null, formData: FormData): Promise<ActionResult> {
  const parsed = signInSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input');
  try {
    await signIn('credentials', { ...parsed.data, redirectTo: '/account' });
    return ok();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    console.warn('sign-in refused', error.type);
    return fail('Wrong email or password');
  }
}

export async function register(_previous: ActionResult | null, formData: FormData): Promise<ActionResult> {
  const parsed = signInSchema.safeParse(Object.fromEntries(formData));
  if (!parsed.success) return fail('Invalid input');
  const passwordHash = await hash(parsed.data.password, 12);
  try {
    await prisma.user.create({ data: { email: parsed.data.email, passwordHash } });
//                    ^^^^^^ service-layer hint
    return ok();
  } catch (error) {
    console.error('register failed', error);
    return fail('Could not create the account');
  }
}

export async function logout() {
  await signOut({ redirectTo: '/' });
}
