import type { TraceContext } from './trace.ts';

export type SpanKind = 'internal' | 'server' | 'client' | 'consumer';

/** Attributes named by OpenTelemetry's semantic conventions. They never contain user input or secrets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: SpanKind;
  readonly attributes?: SpanAttributes;
  /** Null starts a new trace. The default is the current span. */
  readonly parent?: TraceContext | null;
}

/** One piece of work in a trace. */
export interface Span {
  readonly context: TraceContext;
  set(attributes: SpanAttributes): void;
  /** Ends the span, with the error if the work failed. */
  end(error?: unknown): void;
}

/** The port of the tracing driver. It is null if traces are not recorded. */
export interface Tracing {
  start(name: string, options: SpanOptions): Span;
  /** Runs `work` inside the span, including everything that it starts. */
  inside<T>(span: Span, work: () => T): T;
  /** Returns the context of the current span. */
  current(): TraceContext | null;
  /** Sends the remaining spans and closes. */
  close(): Promise<void>;
}

/** Runs the work in a new span. */
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
