import { checkAdmin } from '@/lib/auth-guards';
import { prisma } from '@/lib/db';
import { productSchema } from '@/lib/validations/product';

export async function DELETE(_request: Request, context: RouteContext<'/api/products/[id]'>) {
//                    ^^^^^^ action-auth error
  const { id } = await context.params;
  await prisma.product.delete({ where: { id } });
//                     ^^^^^^ service-layer hint
  return new Response(null, { status: 204 });
}

export async function PATCH(request: Request, context: RouteContext<'/api/products/[id]'>) {
  const { id } = await context.params;
  const { error } = await checkAdmin();
  if (error) return Response.json({ error }, { status: 403 });
  try {
    const data = productSchema.partial().parse(await request.json());
    return Response.json(await prisma.product.update({ where: { id }, data }));
//                                            ^^^^^^ service-layer hint
  } catch { return Response.json({ error: 'Internal error' }, { status: 500 }); }
//  ^^^^^ no-swallowed-error warning
}
