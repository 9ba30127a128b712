/** Requests that are sent repeatedly for a while. */
export interface LoadJob {
  readonly url: string;
  readonly connections: number;
  readonly durationSeconds: number;
  /** For all connections together; without it, as fast as replies arrive. */
  readonly perSecond?: number;
  /** Sent in rotation. `[<id>]` in a header is replaced by a new text each time. */
  readonly requests: readonly LoadRequest[];
}

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadResult {
  readonly by: 'wrk' | 'autocannon';
  readonly durationSeconds: number;
  /** Replies with a 2xx. */
  readonly succeeded: number;
  /** Other replies, and connections that broke or took too long. */
  readonly failed: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}
