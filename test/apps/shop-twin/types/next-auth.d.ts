// Without this import the augmentation of 'next-auth/jwt' is silently not applied.
import type { JWT as _JWT } from 'next-auth/jwt';
import type { DefaultSession } from 'next-auth';
import type { Role } from '@/lib/generated/prisma/enums';

declare module 'next-auth' {
  interface Session {
    user: { id: string; role: Role; createdAt?: Date } & DefaultSession['user'];
  }
  interface User {
    role?: Role;
  }
}

declare module 'next-auth/jwt' {
  interface JWT {
    id?: string;
    role?: Role;
  }
}

declare module '@auth/core/adapters' {
  interface AdapterUser {
    role: Role;
  }
}
