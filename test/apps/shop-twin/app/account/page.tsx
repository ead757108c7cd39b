import { requireUser } from '@/lib/auth-guards';
import { listForUser, listMemberships } from '@/lib/services/order.service';
import { countOrders, getUserById, touch } from '@/lib/services/user.service';

export default async function AccountPage() {
  const user = await requireUser();
  const [me, orders, memberships, count] = await Promise.all([
    getUserById(user.id),
    listForUser(user.id),
    listMemberships(user.id),
    countOrders(user.id),
    touch(user.id),
//  ^^^^^ no-get-side-effect warning
  ]);
  return (
    <main>
      <h1>{me?.name}</h1>
      <p>
        {count} orders, {orders.length} shown, {memberships.length} teams
      </p>
    </main>
  );
}
