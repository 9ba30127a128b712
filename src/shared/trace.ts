/** A position in a trace: the content of `traceparent`. Source: W3C Trace Context §3.2. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether an upstream service records this trace. */
  readonly sampled: boolean;
}

/** Version `ff` is forbidden; later versions may append fields. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
const SAMPLED = 1;

/** Returns null if there is no header or it is invalid. */
export function parseTraceparent(header: string | undefined | null): TraceContext | null {
  const match = header == null ? null : TRACEPARENT.exec(header);
  if (match === null) return null;
  const [, version, traceId = NO_TRACE, spanId = NO_SPAN, flags = '00', more] = match;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  // Version 00 has exactly four fields.
  if (version === '00' && more !== undefined) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** A trace id or a span id may not be all zeros. */
const IDS = /^(?!0+-)[0-9a-f]{32}-(?!0+$)[0-9a-f]{16}$/;

/**
 * Returns the `traceparent` to send with the effects of a cause, or null if the cause has no trace. If the span is
 * unknown, the first digits of the trace id are used instead: the receiver still joins the trace.
 */
export function findTraceparent(cause: {
  readonly traceId: string | null;
  readonly spanId?: string | null;
}): string | null {
  if (cause.traceId === null) return null;
  const ids = `${cause.traceId}-${cause.spanId ?? cause.traceId.slice(0, 16)}`;
  return IDS.test(ids) ? `00-${ids}-01` : null;
}
