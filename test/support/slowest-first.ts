/**
 * The files that take longest on a calm machine, longest first. What they wait for goes on beside the others; begun last,
 * one of them would run alone at the end. To be measured anew when the end of a run is slow.
 */
export const slowest: readonly string[] = [
  'test/deploy/rolling-restart.test.ts',
  'test/docs/examples.test.ts',
  'test/pages/pages.test.ts',
  'test/bench/bench.test.ts',
  'test/flows/queued-crash.test.ts',
  'test/main/cli/commands.test.ts',
  'test/flows/several-servers.test.ts',
  'test/flows/webhook-crash.test.ts',
  'test/flows/crash.test.ts',
  'test/flows/redis-lost.test.ts',
  'test/flows/customer-limits.test.ts',
  'test/modules/webhooks/deliveries.test.ts',
  'test/modules/payments/ledger/sequences.test.ts',
  'test/flows/oversell.test.ts',
  'test/main/cli/dead-letters-command.test.ts',
  'test/flows/mail.test.ts',
  'test/main/cli/replay.test.ts',
  'test/main/start/serve.test.ts',
  'test/database/embedded.test.ts',
  'test/jobs/killed-workers.test.ts',
];

/** The same files in the order in which they are best begun. */
export function slowestFirst(files: ReadonlySet<string>): string[] {
  const others = [...files].filter((file) => !slowest.includes(file));
  return [...slowest.filter((file) => files.has(file)), ...others.sort()];
}
