import type { NextRequest } from 'next/server';
import { prisma } from '@/lib/db';
import { catalogue, listForExport } from '@/lib/services/product.service';
import { productSchema } from '@/lib/validations/product';
import { withError } from '@/lib/with-error';

export async function GET(request: NextRequest) {
  const search = request.nextUrl.searchParams;
  if (search.has('csv')) return Response.json(await listForExport());
  if (!search.has('q')) return Response.json(await catalogue());
  const products = await prisma.product.findMany({
//                                      ^^^^^^^^ require-pagination error
//                                      ^^^^^^^^ service-layer hint
    where: { name: { contains: search.get('q') ?? '' } },
  });
  return Response.json(products);
}

export const POST = withError<RouteContext<'/api/products'>>(async (request) => {
//           ^^^^ action-auth warning
  const data = productSchema.parse(await request.json());
  return Response.json(await prisma.product.create({ data }), { status: 201 });
//                                          ^^^^^^ service-layer hint
});
