import type { Cause } from '../shared/caller.ts';

/**
 * A cause as the log stores it. What nearly every event has is a column of 16 bytes, since a history is kept forever
 * and an object with these texts would be longer than the rest of the event.
 */
export interface CauseColumns {
  /** Null if it is unknown or not 32 hexadecimal digits. */
  readonly requestId: string | null;
  readonly traceId: string | null;
  /**
   * Null if there is none, or it is not a UUID in its usual spelling: then somebody may have typed who they are, and it is of no use
   * once it has expired.
   */
  readonly idempotencyKey: string | null;
  /** The other members, and ids whose text has another form; null: none. */
  readonly cause: Readonly<Record<string, unknown>> | null;
}

const DIGITS = /^[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function toCauseColumns({
  requestId,
  traceId,
  idempotencyKey,
  ...rest
}: Cause): CauseColumns {
  const others: Record<string, unknown> = rest;
  const keep = (name: string, value: string | null) => {
    if (value === null || DIGITS.test(value)) return value;
    others[name] = value;
    return null;
  };
  return {
    requestId: keep('requestId', requestId),
    traceId: keep('traceId', traceId),
    idempotencyKey:
      idempotencyKey !== undefined && UUID.test(idempotencyKey) ? idempotencyKey : null,
    // The last one: the calls above add members to `others`.
    cause: Object.keys(others).length === 0 ? null : others,
  };
}

/** Returns the cause that was stored, to the letter; rows of earlier versions also have keys of other forms. */
export function toCause({ requestId, traceId, idempotencyKey, cause }: CauseColumns): Cause {
  return {
    requestId: toDigits(requestId),
    traceId: toDigits(traceId),
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    ...cause,
  };
}

function toDigits(uuid: string | null): string | null {
  return uuid === null ? null : uuid.replaceAll('-', '');
}
