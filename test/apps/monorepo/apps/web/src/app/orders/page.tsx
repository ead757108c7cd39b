import { requireUser } from '@acme/auth';
import { listOrders, listPaidOrders, popular } from '@/lib/services/order.service';

export default async function OrdersPage() {
  const user = await requireUser();
  const [orders, paid, all] = await Promise.all([listOrders(user.id, 1), listPaidOrders(user.id), popular()]);
  return (
    <main>
      {orders.length} orders, {paid.length} paid, like {all[0]?.product.name}
    </main>
  );
}
