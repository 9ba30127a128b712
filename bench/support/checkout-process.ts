import { checkOut } from './check-out.ts';
import { KeepAliveClient } from './keep-alive-client.ts';

export interface CheckoutJob {
  readonly url: string;
  /** One customer each. */
  readonly tokens: readonly string[];
  readonly skus: readonly string[];
  readonly durationSeconds: number;
}

export interface CheckoutResult {
  readonly durationSeconds: number;
  readonly confirmed: number;
  /** Checkouts that received an unexpected reply. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Like a page that waits for its payment: often enough to seem immediate, but not as often as possible. */
const POLL_MS = 50;

process.once('message', (job: CheckoutJob) => {
  void run(job).then((result) => process.send?.(result));
});

async function run(job: CheckoutJob): Promise<CheckoutResult> {
  const startedAt = performance.now();
  const endsAt = startedAt + job.durationSeconds * 1_000;
  const durationsMs: number[] = [];
  let failures = 0;
  const customers = job.tokens.map(async (token, customer) => {
    const client = new KeepAliveClient(job.url, { authorization: `Bearer ${token}` });
    for (let iteration = 0; performance.now() < endsAt; iteration += 1) {
      const startedMs = performance.now();
      const sku = job.skus[(customer * 97 + iteration * 13) % job.skus.length]!;
      try {
        await checkOut(client, sku, { pollMs: POLL_MS });
        durationsMs.push(performance.now() - startedMs);
      } catch (error) {
        failures += 1;
        if (failures === 1) process.stderr.write(`${error}\n`);
      }
    }
    client.close();
  });
  await Promise.all(customers);
  durationsMs.sort((one, other) => one - other);
  const quantileMs = (share: number) =>
    Math.round(durationsMs[Math.floor(durationsMs.length * share)] ?? 0);
  return {
    durationSeconds: (performance.now() - startedAt) / 1_000,
    confirmed: durationsMs.length,
    failures,
    p50Ms: quantileMs(0.5),
    p99Ms: quantileMs(0.99),
  };
}
