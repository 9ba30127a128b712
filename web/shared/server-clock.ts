/** The clocks of this machine, in milliseconds. */
export interface LocalClocks {
  /** Never set by anybody, but some machines stop it while they sleep. */
  steadyMs(): number;
  /** What the machine takes for the time since 1970. */
  wallMs(): number;
}

export interface ServerClock {
  /** The server's time in milliseconds since 1970; this machine's own while no reply has told it. */
  nowMs(): number;
  /** Learns from a reply, and when it was asked for and came by `steadyMs`. */
  learn(headers: Headers, sentAtMs: number, receivedAtMs: number): void;
  /** Called when the time turns out to be another one than was told so far. */
  onChange(listener: () => void): () => void;
}

/** `Date` says whole seconds. Source: RFC 9110 §5.6.7. */
const RESOLUTION_MS = 1_000;
/** Far more than clocks of computers lose or gain against each other. */
const DRIFT = 0.000_5;
/** Replies from the past before they are believed: a cache gives one or two, a server whose clock was set back all. */
const PAST_REPLIES_MAX = 3;
/** By so much the two clocks of this machine part when it slept, or when somebody set the wall clock. */
const PARTED_MS = 2_000;

/**
 * Tells durations by the clock that decides about them. Each reply bounds how far the server's time is ahead of the steady
 * clock, the narrower the quicker it came, and the bounds of all replies together are kept. `ask` is called when the
 * machine seems to have slept: the next reply says how long.
 */
export function createServerClock(local: LocalClocks, requestServerTime: () => void): ServerClock {
  let known: { lowMs: number; highMs: number; atMs: number } | null = null;
  let pastReplies = 0;
  let partedMs = local.wallMs() - local.steadyMs();
  const listeners = new Set<() => void>();

  function replace(lowMs: number, highMs: number, atMs: number): void {
    known = { lowMs, highMs, atMs };
    pastReplies = 0;
    for (const listener of listeners) listener();
  }

  function requestAfterSleep(): void {
    const nowPartedMs = local.wallMs() - local.steadyMs();
    if (Math.abs(nowPartedMs - partedMs) < PARTED_MS) return;
    partedMs = nowPartedMs;
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
      // A cache between us and the server says so by `Age`, and its `Date` is of another time.
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
