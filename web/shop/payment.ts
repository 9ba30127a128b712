import { readBody } from '../shared/api.ts';
import { apiForOrder } from './order-tokens.ts';

/** Returns the URL of the order's payment page. It stays the same while a payment is open. */
export async function beginPayment(orderId: string): Promise<string> {
  const { checkoutUrl } = await readBody(
    apiForOrder(orderId).POST('/api/payments/initiate', { body: { orderId } }) as Promise<{
      data?: { checkoutUrl: string };
    }>,
  );
  return checkoutUrl;
}
