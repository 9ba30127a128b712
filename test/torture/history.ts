/** What a client saw of one order that it tried to place. Every attempt sends `token` as clientToken. */
export interface Attempt {
  readonly token: string;
  readonly customerId: string;
  readonly sku: string;
  readonly quantity: number;
  outcome: Outcome;
}

export type Outcome =
  /** Answered with a 201 or 202: it must exist as in the response, whatever happened since. */
  | { readonly kind: 'placed'; readonly orderId: string; readonly number: string }
  /** Refused with a reason: it must not exist. */
  | { readonly kind: 'refused'; readonly code: string }
  /** No response, or an ambiguous one: it exists once or not at all. */
  | { readonly kind: 'unknown' };

/**
 * Classifies a response. Only a refusal guarantees that nothing was done; after a 503 the outcome is unknown, and so it is
 * while an earlier try with the same key is going on.
 */
export function readOutcome(status: number, body: Record<string, unknown>): Outcome {
  if (status === 201 || status === 202)
    return { kind: 'placed', orderId: String(body.id), number: String(body.number) };
  if (isAmbiguous(status, body)) return { kind: 'unknown' };
  return { kind: 'refused', code: String(body.code) };
}

/** Returns whether a response does not tell if the request has taken effect. */
export function isAmbiguous(status: number, body: Record<string, unknown>): boolean {
  return status >= 500 || status === 408 || body.code === 'idempotency.in_flight';
}

/** Creates a random number generator that repeats its numbers for the same seed (mulberry32). */
export function pickRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
