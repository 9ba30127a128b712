import type {
  OpenSession,
  PaymentProvider,
  ProviderEvent,
} from '../../src/drivers/payments/payment-provider.ts';
import {
  createStripeProvider,
  type StripeProviderOptions,
} from '../../src/drivers/payments/stripe/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts';
import type { StripeEvent } from './stripe/objects.ts';

export interface StripeBench {
  readonly stripe: FakeStripe;
  readonly provider: PaymentProvider;
  /** Creates a driver with other options for the same emulator. */
  driver(options: Partial<StripeProviderOptions>): PaymentProvider;
  /** Signs an event of Stripe now and returns what the driver reads. */
  read(event: StripeEvent): Promise<ProviderEvent>;
}

/** Starts an emulator and creates a driver for it. */
export async function startStripeBench(): Promise<StripeBench> {
  const stripe = await startFakeStripe();
  const { apiBase, secretKey, webhookSecret } = stripe;
  const driver = (options: Partial<StripeProviderOptions>) =>
    createStripeProvider({ apiBase, secretKey, webhookSecret, ...options });
  const provider = driver({});
  return {
    stripe,
    provider,
    driver,
    read: async (event) => provider.readWebhook(stripe.sign(event)),
  };
}

export function newStripeSession(changes: Partial<OpenSession> = {}): OpenSession {
  return {
    paymentId: newId(),
    orderId: newId(),
    orderNumber: '7K4M9P',
    amountMinor: 1_295,
    currency: 'GBP',
    customerEmail: 'ada@example.com',
    returnUrl: 'https://shop.example/shop',
    expiresAt: new Date(Date.now() + 30 * 60_000),
    ...changes,
  };
}
