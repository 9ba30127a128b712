/**
 * Background jobs: stored in the transaction of their cause, begun by this process or carried to another by a queue
 * driver, and deleted in the transaction of their effect. Independent of the modules.
 */
export { deadJobs } from './dead-jobs.ts';
export {
  type DeadLetterRow,
  type DeadLetterSource,
  listDeadLetters,
  type RedrivenLetters,
  redriveDeadLetters,
} from './dead-letters.ts';
export { finishJobsIn } from './finish-together.ts';
export {
  GiveUp,
  type JobDefinition,
  LeaseLostError,
  type NewJob,
  RunLater,
  type RunningJob,
} from './job.ts';
export { createJobs, type JobRegistry, type Jobs } from './jobs.ts';
export { countQueues, forgetJobErrors, purgeJobErrors, type QueueRow } from './operate-queries.ts';
export { findJobsAbout, type JobOfPersonRow } from './person-queries.ts';
export { createPurges, type Purge } from './purges.ts';
export { findUnfinishedJobs } from './queries.ts';
export { rescueJobs } from './rescue.ts';
export { type AttemptReport, createRunner, type RunnerOptions } from './runner.ts';
export { findReport, storeReport } from './schedule-queries.ts';
export { createSchedules, type Schedule } from './schedules.ts';
export { attemptOutcomes } from './settle-attempt.ts';
export { createStoredJobs } from './stored-jobs.ts';
