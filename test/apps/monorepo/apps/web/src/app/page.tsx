import { allProducts, firstProducts } from '@acme/db/queries';

export default async function HomePage() {
  const [products, first] = await Promise.all([allProducts(), firstProducts(3)]);
  return (
    <main>
      {products.length} products, {first.map((product) => product.name).join(', ')} first
    </main>
  );
}
