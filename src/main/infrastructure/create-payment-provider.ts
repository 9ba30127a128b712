import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import { createSandboxProvider } from '../../drivers/payments/sandbox/index.ts';
import type { Config } from '../config/config.ts';

/** Creates the configured payment provider, without loading the libraries of others. */
export async function createPaymentProvider(
  payments: Config['payments'],
  sandbox: {
    /** Not null if the configuration chooses the sandbox. */
    readonly sandboxSecret: string | null;
    /** The sandbox's base URL unless the configuration sets it; called at each request. */
    readonly sandboxUrl: () => string;
    /** The certificate at that URL if it is this server's own; null: verify it as any other. */
    readonly ownCertificate: () => string | null;
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
    ...(payments.url === null ? { ownCertificate: sandbox.ownCertificate } : {}),
  });
}
