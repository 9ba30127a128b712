import type { Database } from '../../database/database.ts';
import {
  createSandbox,
  purgeDeliveries,
  registerSandboxRoutes,
  sandboxErrors,
  sandboxOperations,
} from '../../drivers/payments/sandbox/index.ts';
import type { AccessTable } from '../../http/index.ts';
import type { Purge } from '../../jobs/index.ts';
import type { Duties, Module, ModuleDeclaration } from '../../modules/module.ts';

const purges: readonly Purge[] = [
  {
    name: 'sandbox.purge-deliveries',
    everyMs: 60 * 60_000,
    slices: { sandbox_deliveries: purgeDeliveries },
  },
];

export const sandboxDeclaration = {
  name: 'sandbox',
  errors: sandboxErrors,
  // A customer uses its page without signing in; the shop sends a key.
  access: Object.fromEntries(
    sandboxOperations.map((operation) => [operation, 'anyone']),
  ) satisfies AccessTable,
} as const satisfies ModuleDeclaration;

export interface SandboxModuleDependencies {
  readonly database: Database;
  /** Null if the sandbox is not the payment provider. */
  readonly sandboxSecret: string | null;
  /** The URL at which browsers reach this server. */
  readonly publicUrl: string;
  /** The URL at which this server can call itself. */
  readonly ownUrl: () => string;
  /** The certificate at that URL, in PEM; null if it is http. */
  readonly ownCertificate: () => string | null;
  readonly duties: Duties;
  readonly onError: (error: unknown) => void;
}

/** Creates the sandbox's module. A process that serves no requests does not run the sandbox itself. */
export function createSandboxModule(dependencies: SandboxModuleDependencies): Module<null> {
  const { database, sandboxSecret, publicUrl, ownUrl, ownCertificate, duties, onError } =
    dependencies;
  if (sandboxSecret === null || !duties.serves) return { api: null, purges };
  const sandbox = createSandbox({
    database,
    webhookSecret: sandboxSecret,
    publicUrl,
    webhookUrl: () => `${ownUrl()}/api/payments/webhook/sandbox`,
    ownCertificate,
    onError,
  });
  return {
    api: null,
    routes: (app) => registerSandboxRoutes(app, sandbox),
    purges,
    start: () => sandbox.start(),
    stop: () => sandbox.stop(),
  };
}
