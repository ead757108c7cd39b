import type { NextRequest } from 'next/server';
import { listProducts } from '@/lib/services/product.service';
import { paginationSchema } from '@/lib/validations/common';

/** The catalogue for partners: public by design. */
export async function GET(request: NextRequest) {
  const query = paginationSchema.safeParse(Object.fromEntries(request.nextUrl.searchParams));
  if (!query.success) return Response.json({ error: { message: 'Bad query' } }, { status: 400 });
  try {
    return Response.json(await listProducts(query.data.page, query.data.perPage));
  } catch (error) {
    console.error('GET /api/products failed', error);
    return Response.json({ error: { message: 'Internal error' } }, { status: 500 });
  }
}
