import { prisma } from '@acme/db';
import { PrismaAdapter } from '@auth/prisma-adapter';
import NextAuth, { type NextAuthResult } from 'next-auth';
import GitHub from 'next-auth/providers/github';
import './types';

const result: NextAuthResult = NextAuth({
  adapter: PrismaAdapter(prisma),
  providers: [GitHub],
  callbacks: {
    session({ session, user }) {
      session.user.id = user.id;
      session.user.role = user.role ?? 'CUSTOMER';
      return session;
    },
  },
});

export const handlers = result.handlers;
export const auth = result.auth;
