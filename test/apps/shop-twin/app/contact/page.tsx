import { productCount } from '@/lib/services/catalog.service';

export default async function ContactPage() {
  const products = await productCount();
  return <a href={`mailto:${process.env.SUPPORT_EMAIL}`}>Ask us about our {products} products</a>;
//                          ^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
}
