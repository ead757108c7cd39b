import { listOrders } from '@/lib/services/order.service';
import { paginationSchema } from '@/lib/validations/common';
import { withAuth } from '@/lib/with-auth';

export const GET = withAuth<RouteContext<'/api/orders'>>(async (request, _context, user) => {
  const query = paginationSchema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!query.success) return Response.json({ error: { message: 'Bad query' } }, { status: 400 });
  return Response.json(await listOrders(user.id, query.data.page, query.data.perPage));
});
