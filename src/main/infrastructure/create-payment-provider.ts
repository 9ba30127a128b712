import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import { createSandboxProvider } from '../../drivers/payments/sandbox/index.ts';
import type { Config } from '../config/config.ts';

/** The configured payment provider, as the shop sees it. Loads no library of another one. */
export async function createPaymentProvider(
  payments: Config['payments'],
  sandbox: {
    /** Not null when the configuration names the sandbox. */
    readonly sandboxSecret: string | null;
    /** Where the sandbox is reached unless the configuration says where; asked at each call. */
    readonly sandboxUrl: () => string;
  },
): Promise<PaymentProvider> {
  if (payments.kind === 'stripe') {
    const { createStripeProvider } = await import('../../drivers/payments/stripe/index.ts');
    return createStripeProvider(payments);
  }
  if (sandbox.sandboxSecret === null) throw new Error('the sandbox has no secret');
  return createSandboxProvider({
    baseUrl: () => payments.url ?? sandbox.sandboxUrl(),
    webhookSecret: sandbox.sandboxSecret,
  });
}
