/** Operations: health, metrics, and proof that the data is correct. Owns no table; reads those of every module. */
export { checkInvariants } from './check-invariants.ts';
export { createOperations } from './create-operations.ts';
export { describeHosts } from './database-hosts.ts';
export {
  listDeadLetters,
  redriveDeadLetters,
} from './dead-letters.ts';
export { operationsDeclaration } from './declaration.ts';

export type { Probe } from './health.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export type { InvariantsReport } from './schemas.ts';
export type { Operations } from './use-cases.ts';
