import NextAuth from 'next-auth';
import { authConfig } from '@/auth.config';

const { auth } = NextAuth(authConfig);

export const proxy = auth((request) => {
  if (process.env.MAINTENANCE_MODE === '1') return new Response('back soon', { status: 503 });
//    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
  if (process.env.NODE_ENV === 'development') return;
  if (!request.auth && request.nextUrl.pathname.startsWith('/admin')) {
    return Response.redirect(new URL('/login', request.nextUrl.origin));
  }
});

export const config = { matcher: ['/((?!api|_next/static|_next/image|favicon.ico).*)'] };
