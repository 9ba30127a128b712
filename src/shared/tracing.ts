import type { TraceContext } from './trace.ts';

export type SpanKind = 'internal' | 'server' | 'client' | 'consumer';

/** By the names of OpenTelemetry's semantic conventions. Never what people typed, and no secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: SpanKind;
  readonly attributes?: SpanAttributes;
  /** Null: a trace of its own. Left out: the span that the work is in. */
  readonly parent?: TraceContext | null;
}

/** One piece of work, from its start to its end. */
export interface Span {
  readonly context: TraceContext;
  set(attributes: SpanAttributes): void;
  /** With what it failed by, when it failed. */
  end(error?: unknown): void;
}

/** The port to what records how the work of one request hangs together. Where nothing is recorded it is null. */
export interface Tracing {
  start(name: string, options: SpanOptions): Span;
  /** What `work` starts, and what that starts, is inside the span. */
  inside<T>(span: Span, work: () => T): T;
  /** Of the span that the caller is in. */
  current(): TraceContext | null;
  /** Sends what is left, and ends. */
  close(): Promise<void>;
}

/** Does the work in a span of its own. */
export async function traced<T>(
  tracing: Tracing,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.start(name, options);
  try {
    const result = await tracing.inside(span, () => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
