import { notFound } from 'next/navigation';
import { CancelButton } from '@/components/cancel-button';
import { requireUser } from '@/lib/auth-guards';
import { getOrder } from '@/lib/services/order.service';
import { idSchema } from '@/lib/validations/common';

export default async function OrderPage({ params }: PageProps<'/orders/[id]'>) {
  const id = idSchema.safeParse((await params).id);
  if (!id.success) notFound();
  const user = await requireUser();
  const order = await getOrder(id.data, user.id);
  if (!order) notFound();
  return (
    <main>
      <h1>{order.status}</h1>
      <ul>
        {order.items.map((item) => (
          <li key={item.id}>
            {item.quantity} × {item.productName}
          </li>
        ))}
      </ul>
      {order.status === 'PENDING' && <CancelButton orderId={order.id} />}
    </main>
  );
}
