import { type ChildProcess, fork } from 'node:child_process';
import type { CheckoutJob, CheckoutResult } from '../support/checkout-process.ts';
import { costOfOne } from '../support/processor-time.ts';
import { measureP, type Reference } from './reference-rates.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, CHECKOUT_RATIOS_MIN } from './targets.ts';

/** Sixteen, with which the other products were measured, and more: customers at the same step share its transaction. */
const CUSTOMERS = [16, 64, 256];
export const CHECKOUT_CUSTOMERS_MAX = Math.max(...CUSTOMERS);

/**
 * A customer's complete checkout: fill the cart, check out, initiate the payment, pay at the sandbox, until CONFIRMED.
 */
export const checkout: Scenario = {
  name: 'checkout',
  says: 'whole checkouts from cart to CONFIRMED',
  async run(input) {
    const measurements: Measurement[] = [];
    const limit = await measureP(input);
    for (const customers of CUSTOMERS) measurements.push(await measure(customers, limit, input));
    return measurements;
  },
};

async function measure(
  customers: number,
  limit: Reference,
  { environment, shop, durationSeconds }: ScenarioInput,
): Promise<Measurement> {
  const child = fork(new URL('../support/checkout-process.ts', import.meta.url), {
    stdio: 'inherit',
  });
  try {
    const job: CheckoutJob = {
      url: environment.url,
      tokens: shop.tokens.slice(0, customers),
      skus: shop.skus,
      durationSeconds,
    };
    const before = await environment.processorTime(environment.server);
    child.send(job);
    const result = await receiveResult(child);
    const after = await environment.processorTime(environment.server);
    const perSecond = result.confirmed / result.durationSeconds;
    const ratioMin = CHECKOUT_RATIOS_MIN[customers];
    return {
      scenario: checkout.name,
      what: `${checkout.says}, ${job.tokens.length} customers at once`,
      perSecond,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      reference: limit,
      cost: costOfOne(before, after, result.confirmed),
      failures: result.failures,
      target: ratioMin === undefined ? null : atLeast(perSecond / limit.perSecond, ratioMin, '× P'),
    };
  } finally {
    child.kill();
  }
}

function receiveResult(child: ChildProcess): Promise<CheckoutResult> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as CheckoutResult));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load process exited with code ${code}`)));
  });
}
