import type { Database } from '../../../database/database.ts';
import { createSessionActions } from './act-on-session.ts';
import type { SandboxContext } from './context.ts';
import { createDeliveries } from './deliveries.ts';
import type { ExchangeOptions } from './exchange.ts';
import { createSessionOpener } from './open-session.ts';
import { type SandboxSecrets, sandboxSecrets } from './secrets.ts';

export interface SandboxOptions extends ExchangeOptions {
  readonly database: Database;
  /** `whsec_…` */
  readonly webhookSecret: string;
  /** The base URL of the payment pages, without a trailing slash. */
  readonly publicUrl: string;
  /** The target of webhooks; called at each attempt. */
  readonly webhookUrl: () => string;
  readonly onError: (error: unknown) => void;
  /** The wait after the first failed delivery. Default 1 s. */
  readonly retryBaseMs?: number;
}

/** The sandbox's side: a small payment provider with its own records and deliveries. */
export interface Sandbox extends SandboxContext {
  readonly secrets: SandboxSecrets;
  readonly openSession: ReturnType<typeof createSessionOpener>;
  readonly act: ReturnType<typeof createSessionActions>;
  /** Starts delivering webhooks. */
  start(): void;
  stop(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const secrets = sandboxSecrets(options.webhookSecret);
  const deliveries = createDeliveries({ ...options, secrets });
  const { database, publicUrl } = options;
  const context: SandboxContext = { database, publicUrl, deliveries };
  return {
    ...context,
    secrets,
    openSession: createSessionOpener(context),
    act: createSessionActions(context),
    start: () => deliveries.start(),
    stop: () => deliveries.stop(),
  };
}
