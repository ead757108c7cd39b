import NextAuth from 'next-auth';
import { authConfig } from '@/auth.config';

const { auth } = NextAuth(authConfig);

// A first, cheap redirect for people; every action, page and route checks the session itself.
export const proxy = auth((request) => {
  if (!request.auth && request.nextUrl.pathname.startsWith('/admin')) {
    return Response.redirect(new URL('/login', request.nextUrl.origin));
  }
});

export const config = { matcher: ['/((?!api|_next/static|_next/image|favicon.ico).*)'] };
