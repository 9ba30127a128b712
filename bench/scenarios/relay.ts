import { measureRelayLimit } from './relay-limit.ts';
import { measureOrdersToJobs } from './relay-orders.ts';
import type { Scenario } from './scenario.ts';

/**
 * From the log to finished jobs: the product's own at a steady rate, and the maximum rate of the relay and the jobs.
 */
export const relay: Scenario = {
  name: 'relay',
  says: 'from an event to the end of its job',
  run: async (input) => [
    await measureOrdersToJobs(input, relay.name),
    await measureRelayLimit(input, relay.name),
  ],
};
