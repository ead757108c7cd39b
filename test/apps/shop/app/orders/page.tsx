import Link from 'next/link';
import { notFound, redirect } from 'next/navigation';
import { auth } from '@/auth';
import { listOrders } from '@/lib/services/order.service';
import { paginationSchema } from '@/lib/validations/common';

export default async function OrdersPage({ searchParams }: PageProps<'/orders'>) {
  const query = paginationSchema.safeParse(await searchParams);
  if (!query.success) notFound();
  const session = await auth();
  if (!session?.user?.id) redirect('/login');
  const { items, total } = await listOrders(session.user.id, query.data.page, query.data.perPage);
  return (
    <main>
      <h1>{total} orders</h1>
      <ul>
        {items.map((order) => (
          <li key={order.id}>
            <Link href={`/orders/${order.id}`}>{order.status}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
