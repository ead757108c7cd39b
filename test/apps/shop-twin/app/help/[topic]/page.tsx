import { requestLocale } from '@/lib/locale';

const TOPICS: Record<string, string> = {
  shipping: 'Orders leave the house within two days.',
  returns: 'Send it back within 30 days.',
};

export async function generateMetadata() {
  return { title: 'Help', other: { locale: requestLocale() } };
}

export default function HelpPage({ params }: { params: any }) {
  const { topic } = params;
//                  ^^^^^^ next-async-apis error
  return <p>{TOPICS[topic] ?? 'No help here.'}</p>;
}
