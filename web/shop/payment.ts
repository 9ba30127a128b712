import { api, readBody } from '../shared/api.ts';

/** Where the customer pays for an order. The same page while a payment is open, however often it is asked for. */
export async function beginPayment(orderId: string): Promise<string> {
  const { checkoutUrl } = await readBody(
    api.POST('/api/payments/initiate', { body: { orderId } }) as Promise<{
      data?: { checkoutUrl: string };
    }>,
  );
  return checkoutUrl;
}
