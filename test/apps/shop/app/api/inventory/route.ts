import { revalidatePath } from 'next/cache';
import { env } from '@/lib/env';
import { setStock } from '@/lib/services/product.service';
import { hasBearer } from '@/lib/signature';
import { setStockSchema } from '@/lib/validations/product';

/** The warehouse system reports counted stock with its API key. */
export async function POST(request: Request) {
  if (!hasBearer(request, env.INVENTORY_API_KEY)) return new Response('unauthorized', { status: 401 });
  try {
    const parsed = setStockSchema.safeParse(await request.json());
    if (!parsed.success) return Response.json({ error: { message: 'Bad body' } }, { status: 400 });
    const changed = await setStock(parsed.data.slug, parsed.data.stock);
    if (changed === 0) return Response.json({ error: { message: 'Not found' } }, { status: 404 });
    revalidatePath('/products/[slug]', 'page');
    return new Response(null, { status: 204 });
  } catch (error) {
    console.error('POST /api/inventory failed', error);
    return Response.json({ error: { message: 'Internal error' } }, { status: 500 });
  }
}
