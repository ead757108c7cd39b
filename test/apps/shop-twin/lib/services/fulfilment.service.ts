import 'server-only';
import prisma from '@/lib/db';
import { sendMail } from '@/lib/mailer';

async function takeStock(productId: string, quantity: number) {
  await prisma.product.update({ where: { id: productId }, data: { stock: { decrement: quantity } } });
}

export async function fulfil(orderId: string, productId: string, email: string) {
  await prisma.$transaction(async (tx) => {
    tx.order.update({ where: { id: orderId }, data: { status: 'PAID' } });
//           ^^^^^^ transaction-discipline error
    await takeStock(productId, 1);
//        ^^^^^^^^^ transaction-discipline error
    await sendMail(email, 'Your order', 'It is on its way');
//        ^^^^^^^^ transaction-discipline error
  });
}

export async function orderOne(userId: string, productId: string, productName: string, unitPriceCents: number) {
  const order = await prisma.order.create({ data: { userId, totalCents: unitPriceCents } });
  await prisma.orderItem.create({
//                       ^^^^^^ action-transaction warning
    data: { orderId: order.id, productId, productName, quantity: 1, unitPriceCents },
  });
  return order.id;
}
