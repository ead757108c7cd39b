import { revalidatePath } from 'next/cache';
import { requireAdmin } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';
import { OrderReport, dashboard, listReviews, totals } from '@/lib/services/order.service';
import * as products from '@/lib/services/product.service';

async function removeUser(formData: FormData) {
//             ^^^^^^^^^^ action-result hint
//             ^^^^^^^^^^ action-auth error
//             ^^^^^^^^^^ action-location info
  'use server';
  await prisma.user.delete({ where: { id: String(formData.get('id')) } });
//                  ^^^^^^ service-layer hint
  revalidatePath('/admin');
}

async function cancelAll() {
//             ^^^^^^^^^ action-result hint
//             ^^^^^^^^^ action-location info
  'use server';
  await requireAdmin();
  await prisma.order.updateMany({ where: { status: 'PENDING' }, data: { status: 'CANCELLED' } });
//                   ^^^^^^^^^^ service-layer hint
  revalidatePath('/admin');
}

export default async function AdminPage() {
  await requireAdmin();
  const buyers = await prisma.user.findMany({
//                                 ^^^^^^^^ service-layer hint
    take: 20,
    orderBy: { id: 'asc' },
    include: { orders: { where: { status: 'PAID' } } },
//             ^^^^^^ require-pagination
  });
  const [{ users, unpaid }, sum, late, inStock, visible, page, some] = await Promise.all([
    dashboard(),
    totals(),
    new OrderReport(prisma).unpaid(),
    products.listInStock(),
    products.listVisible(),
    products.listPage(1),
    products.listSome(true),
  ]);
  const firstCategory = await products.listByCategory(1);
  const reviews = firstCategory[0] ? await listReviews(prisma, firstCategory[0].id) : [];

  const clearReviews = async () => {
//      ^^^^^^^^^^^^ action-result hint
//      ^^^^^^^^^^^^ action-auth error
//      ^^^^^^^^^^^^ action-location info
    'use server';
    await prisma.review.deleteMany({ where: { rating: { lt: 2 } } });
//                      ^^^^^^^^^^ service-layer hint
    revalidatePath('/admin');
  };

  return (
    <main>
      <p>
        {users.length} users, {buyers.length} buyers, {unpaid} unpaid, {sum} cents, {late.length} late
      </p>
      <p>
        {inStock.length} {visible.length} {page.length} {some.length} {reviews.length}
      </p>
      <form action={removeUser}>
        <input name="id" />
        <button>Remove</button>
      </form>
      <form action={cancelAll}>
        <button>Cancel all</button>
      </form>
      <form action={clearReviews}>
        <button>Clear</button>
      </form>
    </main>
  );
}
