import { headers } from 'next/headers';

export function requestLocale() {
  const list = headers() as unknown as Headers;
//             ^^^^^^^ next-async-apis error
  return list.get('accept-language')?.split(',')[0] ?? 'en';
}
