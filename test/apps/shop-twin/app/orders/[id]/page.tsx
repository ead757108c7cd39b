import { notFound } from 'next/navigation';
import { prisma } from '@/lib/db';

export default async function OrderPage({ params }: PageProps<'/orders/[id]'>) {
  const { id } = await params;
  const order = await prisma.order.findUnique({ where: { id } });
//                                 ^^^^^^^^^^ service-layer hint
  if (!order) notFound();
  return <h1>{order.status}</h1>;
}
