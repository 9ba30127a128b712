/** Calls to one endpoint at a time from this process, of the fifty that it makes. */
const CALLS_MAX = 20;
/** The same while its answers take longer than `SLOW_MS`: one that hangs must not take the workers from the others. */
const SLOW_CALLS_MAX = 4;
const SLOW_MS = 1_000;
const DELAY_MIN_MS = 250;
const DELAY_MAX_MS = 60_000;
/** What the newest call counts in the mean of all. */
const NEWEST_SHARE = 0.3;

interface EndpointState {
  /** When the calls under way began, oldest first. */
  readonly begun: number[];
  /** Jobs that found no place and have not come back. */
  readonly waitingJobs: Set<string>;
  meanMs: number;
}

/** How many calls each endpoint may have under way, by how it answers. */
export interface EndpointCalls {
  /** `end` when it may begin; else when the job should come again, about when those before it are through. */
  begin(endpointId: string, jobId: string): { end(): void } | { delayMs: number };
}

/** `now` in milliseconds, rising. `random` in [0, 1). */
export function createEndpointCalls(
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): EndpointCalls {
  const endpoints = new Map<string, EndpointState>();

  function endCall(endpointId: string, standing: EndpointState, begunAt: number): void {
    standing.begun.splice(standing.begun.indexOf(begunAt), 1);
    standing.meanMs += NEWEST_SHARE * (now() - begunAt - standing.meanMs);
    if (standing.begun.length > 0) return;
    // Those that were turned away may have gone to another server.
    standing.waitingJobs.clear();
    if (standing.meanMs < SLOW_MS) endpoints.delete(endpointId);
  }

  return {
    begin(endpointId, jobId) {
      const standing = endpoints.get(endpointId) ?? {
        begun: [],
        waitingJobs: new Set(),
        meanMs: 0,
      };
      endpoints.set(endpointId, standing);
      const { begun, waitingJobs: turnedAway } = standing;
      const begunAt = now();
      // A call that is still under way says already how long it takes at least.
      const callMs = Math.max(standing.meanMs, begunAt - (begun[0] ?? begunAt));
      const callsMax = callMs > SLOW_MS ? SLOW_CALLS_MAX : CALLS_MAX;
      if (begun.length < callsMax) {
        turnedAway.delete(jobId);
        begun.push(begunAt);
        return { end: () => endCall(endpointId, standing, begunAt) };
      }
      turnedAway.add(jobId);
      const delayMs = callMs * Math.ceil(turnedAway.size / callsMax) * (0.75 + random() / 2);
      return { delayMs: Math.min(Math.max(delayMs, DELAY_MIN_MS), DELAY_MAX_MS) };
    },
  };
}
