import { getOrder } from '@/lib/services/order.service';
import { idSchema } from '@/lib/validations/common';
import { withAuth } from '@/lib/with-auth';

export const GET = withAuth<RouteContext<'/api/orders/[id]'>>(async (_request, context, user) => {
  const id = idSchema.safeParse((await context.params).id);
  if (!id.success) return Response.json({ error: { message: 'Bad id' } }, { status: 400 });
  const order = await getOrder(id.data, user.id);
  return order ? Response.json(order) : Response.json({ error: { message: 'Not found' } }, { status: 404 });
});
