/** So many points in a window. The window begins with the first point and ends as a whole. */
export interface Rate {
  /** Whole, 1 or more. */
  readonly pointsMax: number;
  /** Whole, 1 or more. */
  readonly windowSeconds: number;
}

/** What came of asking for a point. A refusal takes none, so those who keep asking do not shut themselves out. */
export interface Take {
  readonly allowed: boolean;
  /** Points left in the window. */
  readonly remaining: number;
  /** When the window ends. */
  readonly resetsAfterMs: number;
  /** The point stays spent. To be called, or `giveBack`, once what was asked for is over. */
  spend(): void;
  /** The point was not used after all. Does nothing for a refusal, or when the window has ended meanwhile. */
  refund(): Promise<void>;
}

/** Counts points by key under one rate. Never throws, and never waits for longer than a moment. */
export interface RateLimiter {
  readonly rate: Rate;
  /** `key` is bounded by whoever makes it: it is stored as it is. */
  take(key: string): Promise<Take>;
}

/** Where points are kept: in this process, or where several servers count together. */
export interface RateLimiters {
  /** Limiters of different names count apart. */
  create(name: string, rate: Rate): RateLimiter;
  close(): Promise<void>;
}
