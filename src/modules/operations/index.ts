/**
 * Operations: whether it runs, how it runs, and the proof that it ran right. Owns no table; reads those of every room.
 */
export { checkInvariants } from './check-invariants.ts';
export { createOperations, type Operations, type OperationsDeps } from './create-operations.ts';
export {
  listDeadLetters,
  redriveDeadLetters,
} from './dead-letters.ts';
export { operationsErrors } from './errors.ts';
export type { Probe } from './health.ts';
export { CHECK_INVARIANTS } from './kept-violations.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { registerProbeRoutes } from './probe-routes.ts';
export { registerOperationsRoutes } from './routes.ts';
export type { InvariantsReport } from './schemas.ts';
