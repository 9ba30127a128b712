/** The clocks of this machine, in milliseconds. */
export interface LocalClocks {
  /** Never set, but some machines stop it while they sleep. */
  steadyMs(): number;
  /** The time since 1970 to which this machine is set. */
  wallMs(): number;
}

export interface ServerClock {
  /** The server's time in milliseconds since 1970; this machine's own time until a reply has arrived. */
  nowMs(): number;
  /** Learns from a reply, and from the times of its request and its arrival by `steadyMs`. */
  learn(headers: Headers, sentAtMs: number, receivedAtMs: number): void;
  /**
   * Adds a listener that is called when the time turns out to differ from what was returned so far. Returns a function
   * that removes it.
   */
  onChange(listener: () => void): () => void;
}

/** `Date` has whole seconds. Source: RFC 9110 §5.6.7. */
const RESOLUTION_MS = 1_000;
/** Far more than the clocks of two computers drift apart. */
const DRIFT = 0.000_5;
/**
 * The number of successive replies from the past after which they are believed. A cache sends one or two; a server
 * whose clock was set back sends no others.
 */
const PAST_REPLIES_MAX = 3;
/** A change of the offset between this machine's clocks that shows that it slept, or that the wall clock was set. */
const OFFSET_CHANGE_MS = 2_000;

/**
 * Creates a clock that follows the server's, which decides about all deadlines. Each reply bounds how far the server's
 * time is ahead of the steady clock, more tightly the faster it arrived, and the bounds of all replies are intersected.
 * `requestServerTime` is called if the machine seems to have slept: the next reply shows for how long.
 */
export function createServerClock(local: LocalClocks, requestServerTime: () => void): ServerClock {
  let known: { lowMs: number; highMs: number; atMs: number } | null = null;
  let pastReplies = 0;
  let offsetMs = local.wallMs() - local.steadyMs();
  const listeners = new Set<() => void>();

  function replace(lowMs: number, highMs: number, atMs: number): void {
    known = { lowMs, highMs, atMs };
    pastReplies = 0;
    for (const listener of listeners) listener();
  }

  function requestAfterSleep(): void {
    const currentOffsetMs = local.wallMs() - local.steadyMs();
    if (Math.abs(currentOffsetMs - offsetMs) < OFFSET_CHANGE_MS) return;
    offsetMs = currentOffsetMs;
    requestServerTime();
  }

  return {
    nowMs() {
      if (known === null) return local.wallMs();
      requestAfterSleep();
      return local.steadyMs() + (known.lowMs + known.highMs) / 2;
    },
    learn(headers, sentAtMs, receivedAtMs) {
      const dateMs = Date.parse(headers.get('date') ?? '');
      // A cache between us and the server adds `Age`, and its `Date` is from an earlier time.
      if (Number.isNaN(dateMs) || headers.has('age')) return;
      const lowMs = dateMs - receivedAtMs;
      const highMs = dateMs + RESOLUTION_MS - sentAtMs;
      if (known === null) return replace(lowMs, highMs, receivedAtMs);
      const doubtMs = Math.max(0, receivedAtMs - known.atMs) * DRIFT;
      const knownLowMs = known.lowMs - doubtMs;
      const knownHighMs = known.highMs + doubtMs;
      if (highMs < knownLowMs) {
        pastReplies += 1;
        if (pastReplies >= PAST_REPLIES_MAX) replace(lowMs, highMs, receivedAtMs);
      } else if (lowMs > knownHighMs) {
        replace(lowMs, highMs, receivedAtMs);
      } else {
        pastReplies = 0;
        known = {
          lowMs: Math.max(lowMs, knownLowMs),
          highMs: Math.min(highMs, knownHighMs),
          atMs: receivedAtMs,
        };
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
