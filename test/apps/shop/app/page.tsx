import Link from 'next/link';
import { notFound } from 'next/navigation';
import { listCategories } from '@/lib/services/category.service';
import { listProducts } from '@/lib/services/product.service';
import { paginationSchema } from '@/lib/validations/common';

export default async function HomePage({ searchParams }: PageProps<'/'>) {
  const query = paginationSchema.safeParse(await searchParams);
  if (!query.success) notFound();
  const [categories, { items, total }] = await Promise.all([
    listCategories(),
    listProducts(query.data.page, query.data.perPage),
  ]);
  return (
    <main>
      <nav>{categories.map((category) => category.name).join(', ')}</nav>
      <h1>{total} products</h1>
      <ul>
        {items.map((product) => (
          <li key={product.id}>
            <Link href={`/products/${product.slug}`}>{product.name}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
