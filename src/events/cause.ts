import type { Cause } from '../shared/caller.ts';

/**
 * A cause as the log stores it. What nearly every event has is a column of 16 bytes, since a history is kept forever
 * and an object with these texts would be longer than the rest of the event.
 */
export interface CauseColumns {
  /** Null if it is unknown or not 32 hexadecimal digits. */
  readonly requestId: string | null;
  readonly traceId: string | null;
  /** Null if it is unknown or not a UUID in its usual spelling. */
  readonly idempotencyKey: string | null;
  /** The other members, and those whose text has another form; null: none. */
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
  const keep = (name: string, value: string | null | undefined, form: RegExp) => {
    if (value === null || value === undefined) return null;
    if (form.test(value)) return value;
    others[name] = value;
    return null;
  };
  return {
    requestId: keep('requestId', requestId, DIGITS),
    traceId: keep('traceId', traceId, DIGITS),
    idempotencyKey: keep('idempotencyKey', idempotencyKey, UUID),
    // The last one: the calls above add members to `others`.
    cause: Object.keys(others).length === 0 ? null : others,
  };
}

/** Returns the cause that was stored, to the letter. */
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
