import { BuyButton } from '@/components/buy-button';
import { listAll, listNewest } from '@/lib/services/product.service';

export default async function HomePage() {
  const [products, newest] = await Promise.all([listAll(), listNewest()]);
  return (
    <main>
      <p>New: {newest[0]?.name}</p>
      <ul>
        {products.map((product) => (
          <li key={product.id}>
            {product.name} <BuyButton productId={product.id} />
          </li>
        ))}
      </ul>
    </main>
  );
}
