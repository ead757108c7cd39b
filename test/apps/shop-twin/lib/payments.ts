const currency = process.env.PAYMENT_CURRENCY ?? 'EUR';
//               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning

export async function charge(amountCents: number, orderId: string) {
  const response = await fetch(`${process.env.PAYMENT_API_URL}/charges`, {
//                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
    method: 'POST',
    headers: { authorization: `Bearer ${process.env['PAYMENT_API_KEY']}` },
//                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
    body: JSON.stringify({ amountCents, currency, orderId }),
  });
  return response.ok;
}

export async function refund(orderId: string) {
  try {
    await fetch(`${process.env.PAYMENT_API_URL}/refunds/${orderId}`, { method: 'POST' });
//                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
  } catch (error) {}
//  ^^^^^ no-swallowed-error warning
}

export async function exchangeRate(to: string): Promise<number> {
  try {
    const response = await fetch(`${process.env.PAYMENT_API_URL}/rates/${to}`);
//                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
    if (!response.ok) throw new Error(`rate of ${to}: ${response.status}`);
    return Number(await response.text());
  } catch (error) {
    console.error('exchangeRate failed', error);
    throw error;
  }
}
