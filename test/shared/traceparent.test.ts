import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTraceparent, parseTraceparent } from '../../src/shared/trace.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test('effects continue the span of their cause, or else its trace', () => {
  assert.equal(findTraceparent({ traceId, spanId }), `00-${traceId}-${spanId}-01`);
  for (const cause of [{ traceId }, { traceId, spanId: null }])
    assert.equal(findTraceparent(cause), `00-${traceId}-${traceId.slice(0, 16)}-01`);
});

test('a cause without a valid trace has none to continue', () => {
  const causes = [
    { traceId: null, spanId },
    { traceId: '0'.repeat(32), spanId },
    { traceId, spanId: '0'.repeat(16) },
    { traceId: traceId.toUpperCase(), spanId },
    { traceId: `${traceId}0`, spanId },
    { traceId: traceId.slice(1), spanId },
    { traceId, spanId: `${spanId}-01` },
    { traceId: 'x'.repeat(32) },
  ];
  for (const cause of causes) assert.equal(findTraceparent(cause), null, JSON.stringify(cause));
});

test('what is sent is what a receiver accepts', () => {
  const zeros = `${'0'.repeat(31)}1`;
  const sent = findTraceparent({ traceId: zeros, spanId });
  assert.deepEqual(parseTraceparent(sent), { traceId: zeros, spanId, sampled: true });
});
