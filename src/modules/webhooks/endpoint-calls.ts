/** Concurrent calls of this process to one endpoint, of its fifty. */
const CALLS_MAX = 20;
/**
 * The same while its responses take longer than `SLOW_MS`: an endpoint that hangs must not use up the workers of the
 * others.
 */
const SLOW_CALLS_MAX = 4;
const SLOW_MS = 1_000;
const DELAY_MIN_MS = 250;
const DELAY_MAX_MS = 60_000;
/** The weight of the newest call in the mean. */
const NEWEST_SHARE = 0.3;

interface EndpointState {
  /** The start times of the calls in progress, oldest first. */
  readonly startedAts: number[];
  /** Jobs that found no slot and have not returned. */
  readonly waitingJobs: Set<string>;
  meanMs: number;
}

/** Limits the concurrent calls to each endpoint, by its response times. */
export interface EndpointCalls {
  /**
   * Returns `end` if the call may start. Otherwise returns the delay after which the job should try again, about when
   * the jobs before it have finished.
   */
  begin(endpointId: string, jobId: string): { end(): void } | { delayMs: number };
}

/** Creates the limits. `now` is a monotonic time in milliseconds; `random` is in [0, 1). */
export function createEndpointCalls(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): EndpointCalls {
  const endpoints = new Map<string, EndpointState>();

  function endCall(endpointId: string, state: EndpointState, startedAt: number): void {
    state.startedAts.splice(state.startedAts.indexOf(startedAt), 1);
    state.meanMs += NEWEST_SHARE * (now() - startedAt - state.meanMs);
    if (state.startedAts.length > 0) return;
    // Jobs that found no slot may have run on another server.
    state.waitingJobs.clear();
    if (state.meanMs < SLOW_MS) endpoints.delete(endpointId);
  }

  return {
    begin(endpointId, jobId) {
      const state = endpoints.get(endpointId) ?? {
        startedAts: [],
        waitingJobs: new Set(),
        meanMs: 0,
      };
      endpoints.set(endpointId, state);
      const { startedAts, waitingJobs } = state;
      const startedAt = now();
      // A call in progress already shows the least time that it takes.
      const callMs = Math.max(state.meanMs, startedAt - (startedAts[0] ?? startedAt));
      const callsMax = callMs > SLOW_MS ? SLOW_CALLS_MAX : CALLS_MAX;
      if (startedAts.length < callsMax) {
        waitingJobs.delete(jobId);
        startedAts.push(startedAt);
        return { end: () => endCall(endpointId, state, startedAt) };
      }
      waitingJobs.add(jobId);
      const delayMs = callMs * Math.ceil(waitingJobs.size / callsMax) * (0.75 + random() / 2);
      return { delayMs: Math.min(Math.max(delayMs, DELAY_MIN_MS), DELAY_MAX_MS) };
    },
  };
}
