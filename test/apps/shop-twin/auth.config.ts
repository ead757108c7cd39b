import type { NextAuthConfig } from 'next-auth';
import GitHub from 'next-auth/providers/github';

// No database here: proxy.ts imports it.
export const authConfig = {
  providers: [GitHub],
  session: { strategy: 'jwt' },
  pages: { signIn: '/login' },
  callbacks: {
    jwt({ token, user }) {
      if (user) {
        token.id = user.id;
        token.role = user.role;
      }
      return token;
    },
    session({ session, token }) {
      if (token.id) session.user.id = token.id;
      if (token.role) session.user.role = token.role;
      return session;
    },
  },
} satisfies NextAuthConfig;
