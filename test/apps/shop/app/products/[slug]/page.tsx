import { notFound } from 'next/navigation';
import { ProductForms } from '@/components/product-forms';
import { getProduct } from '@/lib/services/product.service';
import { listReviews } from '@/lib/services/review.service';
import { paginationSchema, slugSchema } from '@/lib/validations/common';

export default async function ProductPage({ params, searchParams }: PageProps<'/products/[slug]'>) {
  const slug = slugSchema.safeParse((await params).slug);
  const query = paginationSchema.safeParse(await searchParams);
  if (!slug.success || !query.success) notFound();
  const product = await getProduct(slug.data);
  if (!product) notFound();
  const reviews = await listReviews(product.id, query.data.page, query.data.perPage);
  return (
    <main>
      <h1>{product.name}</h1>
      <p>{product.description}</p>
      <ul>
        {reviews.map((review) => (
          <li key={review.id}>
            {review.rating}: {review.body}
          </li>
        ))}
      </ul>
      <ProductForms productId={product.id} />
    </main>
  );
}
