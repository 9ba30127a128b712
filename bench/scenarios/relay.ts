import { measureRelayLimit } from './relay-limit.ts';
import { measureOrdersToJobs } from './relay-orders.ts';
import type { Scenario } from './scenario.ts';

/** The log into work that is done: the product's own at a steady rate, and how much the machinery carries at most. */
export const relay: Scenario = {
  name: 'relay',
  says: 'from an event to the end of its job',
  run: async (input) => [
    await measureOrdersToJobs(input, relay.name),
    await measureRelayLimit(input, relay.name),
  ],
};
