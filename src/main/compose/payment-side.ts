import type { AddressInfo } from 'node:net';
import type { Database } from '../../database/database.ts';
import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import {
  createSandbox,
  createSandboxProvider,
  type Sandbox,
} from '../../drivers/payments/sandbox/index.ts';
import type { App } from '../../http/index.ts';
import type { Config } from '../config/config.ts';

/** The configured payment provider as the shop sees it, and the sandbox behind it where this process runs it. */
export interface PaymentSide {
  readonly provider: PaymentProvider;
  /** Null with another provider, and with `ROLE=worker`: such a process serves no pages. */
  readonly sandbox: Sandbox | null;
}

export interface PaymentSurroundings {
  readonly database: Database;
  /** Asked when something is called, so that the server may be built later than this. */
  readonly app: () => App;
  /** Not null when the configuration names the sandbox. */
  readonly sandboxSecret: string | null;
  readonly onError: (error: unknown) => void;
}

export async function createPaymentSide(
  { payments, publicUrl, role }: Config,
  { database, app, sandboxSecret, onError }: PaymentSurroundings,
): Promise<PaymentSide> {
  const ownUrl = () => addressOf(app());
  const sandboxUrl = () => (role === 'worker' ? publicUrl : ownUrl());
  const provider = await createPaymentProvider(payments, { sandboxSecret, sandboxUrl });
  if (payments.kind !== 'sandbox' || role === 'worker') return { provider, sandbox: null };
  const sandbox = createSandbox({
    database,
    webhookSecret: requiredSecret(sandboxSecret),
    publicUrl,
    webhookUrl: () => `${ownUrl()}/api/payments/webhook/sandbox`,
    onError,
  });
  return { provider, sandbox };
}

/**
 * The provider alone, for a process that does not serve. `sandboxUrl` is where the sandbox is reached by default. Loads no
 * library of another one.
 */
export async function createPaymentProvider(
  payments: Config['payments'],
  sandbox: { readonly sandboxSecret: string | null; readonly sandboxUrl: () => string },
): Promise<PaymentProvider> {
  if (payments.kind === 'stripe') {
    const { createStripeProvider } = await import('../../drivers/payments/stripe/index.ts');
    return createStripeProvider(payments);
  }
  return createSandboxProvider({
    baseUrl: () => payments.url ?? sandbox.sandboxUrl(),
    webhookSecret: requiredSecret(sandbox.sandboxSecret),
  });
}

function requiredSecret(secret: string | null): string {
  if (secret === null) throw new Error('the sandbox has no secret');
  return secret;
}

/** Where this server reaches itself. Throws before it listens. */
function addressOf(app: App): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  const ownAddress = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  return `http://${family === 'IPv6' ? `[${ownAddress}]` : ownAddress}:${port}`;
}
