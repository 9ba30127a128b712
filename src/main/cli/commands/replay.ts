import { randomBytes } from 'node:crypto';
import { areSameSums, type ImportedOrder, type OrderSums } from '../../../modules/orders/index.ts';
import { loadConfig } from '../../config/read-config.ts';
import { createProgress, print, printError, readFirstLine } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { RefusedRows } from '../import/file-error.ts';
import { formatOrderSums } from '../import/format-order-sums.ts';
import type { OrdersFile } from '../import/read-orders.ts';
import {
  type ApiClient,
  type Credentials,
  createApiClient,
  requireServer,
} from '../replay/api-client.ts';
import { percentToParts } from '../replay/included-tax.ts';
import { planReplay } from '../replay/plan.ts';
import { type ReplayOutcome, replayOrders, sumStoredOrders } from '../replay/replay-orders.ts';
import { createReplayProducts } from '../replay/replay-products.ts';
import { type OrdersFileArguments, readOrdersFileArguments } from './orders-file-arguments.ts';

const SHOWN_MAX = 20;

export interface ReplayArguments extends OrdersFileArguments {
  readonly url: string;
  readonly admin?: string;
  readonly passwordStdin?: boolean;
  readonly concurrency: number;
  readonly speed: number;
  readonly customers: number;
  readonly prepare?: boolean;
  readonly complete?: boolean;
  readonly tax: string;
}

/** Sends the orders in a file over HTTP, as customers would, and checks every response. */
export async function replayCommand(path: string, options: ReplayArguments): Promise<ExitCode> {
  const config = loadConfig();
  const { currency } = config;
  const url = options.url.replace(/\/+$/, '');
  if (URL.parse(url) === null) throw new UsageError(`--url must be a URL; it is "${options.url}".`);
  const taxParts = percentToParts(options.tax);
  if (taxParts === null) {
    throw new UsageError(`--tax must be a percentage such as 8.875; it is "${options.tax}".`);
  }
  await requireServer(url);
  const credentials = await adminCredentials(options, config.admin);
  const { orders, refused } = await readAll(readOrdersFileArguments(path, options, config));
  for (const sentence of refused.sentences()) printError(sentence);

  const plan = planReplay(orders, currency, taxParts);
  const admin = await createApiClient(url, 'login', credentials);
  const replayProducts = await createReplayProducts(plan.products, {
    admin,
    currency,
    prepare: options.prepare ?? false,
  });
  const customers = await signUpCustomers(url, options.customers);
  const progress = createProgress('Orders');
  const outcome = await replayOrders(plan.orders, {
    customers,
    admin,
    products: replayProducts,
    currency,
    taxParts,
    concurrency: options.concurrency,
    speed: options.speed,
    complete: options.complete ?? false,
    onProgress: progress.update,
  });
  progress.end();

  const onServer = await sumStoredOrders(customers);
  for (const difference of outcome.differences.slice(0, SHOWN_MAX)) printError(difference);
  const more = outcome.differences.length - SHOWN_MAX;
  if (more > 0) printError(`and ${more} more differences`);
  const isRight =
    outcome.differences.length === 0 &&
    areSameSums(plan.sums, outcome.placed) &&
    areSameSums(plan.sums, onServer);
  const retries = customers.reduce((sum, customer) => sum + customer.retries, 0);
  print(renderReport({ wanted: plan.sums, onServer, outcome, currency, retries }));
  print(isRight ? 'Every response was correct.' : 'Some responses differ.');
  return isRight && refused.count === 0 ? exitCodes.ok : exitCodes.no;
}

/**
 * Reads all parts, because the orders are sent in the order of time. Only their lines are sent: the server computes the
 * rest of the bill.
 */
async function readAll(parts: AsyncIterable<OrdersFile>) {
  const refused = new RefusedRows();
  let orders: ImportedOrder[] = [];
  for await (const part of parts) {
    refused.add(part.refused);
    orders = orders.concat(part.orders);
  }
  return { orders, refused };
}

async function adminCredentials(
  options: ReplayArguments,
  configured: Credentials | null,
): Promise<Credentials> {
  const email = options.admin ?? configured?.email;
  const password = options.passwordStdin === true ? await readFirstLine() : configured?.password;
  if (email === undefined || password === undefined) {
    throw new UsageError(
      'Specify an admin of the server: --admin EMAIL --password-stdin, or ADMIN_EMAIL and ADMIN_PASSWORD.',
    );
  }
  return { email, password };
}

function signUpCustomers(url: string, count: number): Promise<ApiClient[]> {
  const run = randomBytes(6).toString('hex');
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      createApiClient(url, 'signup', {
        email: `replay-${run}-${index + 1}@holdfast.example`,
        password: randomBytes(18).toString('base64url'),
      }),
    ),
  );
}

function renderReport(facts: {
  readonly wanted: OrderSums;
  readonly onServer: OrderSums;
  readonly outcome: ReplayOutcome;
  readonly currency: string;
  readonly retries: number;
}): string {
  const { wanted, onServer, outcome, currency, retries } = facts;
  const seconds = outcome.elapsedMs / 1000;
  const sorted = outcome.durationsMs.toSorted((a, b) => a - b);
  const rate = (outcome.placed.orders / seconds).toFixed(0);
  return [
    formatOrderSums(
      [
        ['in the file', wanted],
        ['in the responses', outcome.placed],
        ['on the server', onServer],
      ],
      currency,
    ),
    '',
    `${seconds.toFixed(1)} s, ${rate} orders a second; an order took ${quantile(sorted, 0.5)} ms (p50), ${quantile(sorted, 0.99)} ms (p99); ${retries} requests were repeated.`,
  ].join('\n');
}

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return value.toFixed(1);
}
