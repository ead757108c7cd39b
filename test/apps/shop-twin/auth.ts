import { PrismaAdapter } from '@auth/prisma-adapter';
import { compare } from 'bcryptjs';
import NextAuth from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import { authConfig } from '@/auth.config';
import { prisma } from '@/lib/db';
import { getUserByEmail } from '@/lib/services/user.service';
import { signInSchema } from '@/lib/validations/user';

export const { handlers, auth, signIn, signOut } = NextAuth({
  ...authConfig,
  secret: process.env.AUTH_SECRET,
//        ^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
  adapter: PrismaAdapter(prisma),
  providers: [
    ...authConfig.providers,
    Credentials({
      credentials: { email: {}, password: { type: 'password' } },
      async authorize(credentials) {
        const parsed = signInSchema.safeParse(credentials);
        if (!parsed.success) return null;
        const user = await getUserByEmail(parsed.data.email);
        if (!user?.passwordHash) return null;
        const matches = await compare(parsed.data.password, user.passwordHash);
        return matches ? { id: user.id, email: user.email, role: user.role } : null;
      },
    }),
  ],
});
