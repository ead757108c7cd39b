'use client';

import { useActionState } from 'react';
import { login } from '@/lib/actions/auth.actions';

export default function LoginPage() {
  const [state, action, pending] = useActionState(login, null);
  return (
    <form action={action}>
      <input name="email" type="email" />
      <input name="password" type="password" />
      <button disabled={pending}>Sign in</button>
      {state?.error?.message}
    </form>
  );
}
