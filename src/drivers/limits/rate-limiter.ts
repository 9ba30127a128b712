/** A number of points per window of time. The window begins with the first point and ends as a whole. */
export interface Rate {
  /** Whole, 1 or more. */
  readonly pointsMax: number;
  /** Whole, 1 or more. */
  readonly windowSeconds: number;
}

/**
 * The result of requesting a point. A refusal consumes none, so callers that keep trying do not lock themselves out.
 */
export interface Take {
  readonly allowed: boolean;
  /** Points consumed; 0 for a refusal. */
  readonly points: number;
  /** Points left in the window. */
  readonly remaining: number;
  /** When the window ends. */
  readonly resetsAfterMs: number;
  /** Keeps the points spent. Call this or `refund` when the request is done. */
  spend(): void;
  /**
   * Credits points back, by default all, and keeps the others spent. Does nothing for a refusal, or if the window has
   * ended.
   */
  refund(points?: number): Promise<void>;
}

/** Counts points by key under one rate. Never throws, and waits only for a moment. */
export interface RateLimiter {
  readonly rate: Rate;
  /**
   * Consumes `points`, by default one, or the points that are left if these are fewer. Refuses if none is left. `key` is
   * stored as it is; the caller limits its length.
   */
  take(key: string, points?: number): Promise<Take>;
  /** Ends the window of a key, so that the next point begins a new one. */
  clear(key: string): Promise<void>;
}

/** Where points are counted: in this process, or in Redis for several servers. */
export interface RateLimiters {
  /** Limiters with different names count separately. */
  create(name: string, rate: Rate): RateLimiter;
  close(): Promise<void>;
}
