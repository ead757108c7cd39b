import type { Metadata } from 'next';
import { logout } from '@/lib/actions/auth.actions';
import { env } from '@/lib/env';

export const metadata: Metadata = { title: 'Shop', metadataBase: new URL(env.NEXT_PUBLIC_APP_URL) };

export default function RootLayout({ children }: LayoutProps<'/'>) {
  return (
    <html lang="en">
      <body>
        <form action={logout}>
          <button>Sign out</button>
        </form>
        {children}
      </body>
    </html>
  );
}
