import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TraceContext } from '../../../shared/trace.ts';
import type { Span, Tracing } from '../../../shared/tracing.ts';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;

const SEND_TIMEOUT_MS = 5_000;
/** Some ten requests with all their statements. Spans that arrive faster than they can be sent are dropped. */
const SPANS_MAX = 10_000;

export interface OtlpTracingOptions {
  /**
   * The collector's address without a path, or with the path of a gateway. Source: OTLP specification, "OTLP/HTTP
   * Request".
   */
  readonly endpoint: string;
  readonly version: string;
  /** How long spans are collected before they are sent. Default: 1 s. */
  readonly delayMs?: number;
}

/**
 * Creates tracing with the parts of OpenTelemetry that Holdfast needs: the tracer, and its exporter over HTTP. It uses
 * neither the instrumentation of modules nor the global registry; the storage here knows the current span.
 */
export function createOtlpTracing({
  endpoint,
  version,
  delayMs = 1_000,
}: OtlpTracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'holdfast', 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: `${endpoint}/v1/traces`,
          timeoutMillis: SEND_TIMEOUT_MS,
        }),
        scheduledDelayMillis: delayMs,
        exportTimeoutMillis: SEND_TIMEOUT_MS,
        maxQueueSize: SPANS_MAX,
      }),
    ],
  });
  const tracer = provider.getTracer('holdfast', version);
  const storage = new AsyncLocalStorage<TraceContext>();

  return {
    start(name, { kind, attributes, parent = storage.getStore() ?? null }) {
      const context =
        parent === null
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, {
              traceId: parent.traceId,
              spanId: parent.spanId,
              traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
            });
      const options = { kind: kinds[kind], ...(attributes === undefined ? {} : { attributes }) };
      return wrapSpan(tracer.startSpan(name, options, context));
    },
    inside: (span, work) => storage.run(span.context, work),
    current: () => storage.getStore() ?? null,
    // An unavailable collector must not keep a server from ending.
    close: () => provider.shutdown().catch(() => {}),
  };
}

function wrapSpan(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    context: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
    set: (attributes) => void span.setAttributes(attributes),
    end(error) {
      if (error !== undefined) {
        const message = error instanceof Error ? error.message : String(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message });
      }
      span.end();
    },
  };
}
