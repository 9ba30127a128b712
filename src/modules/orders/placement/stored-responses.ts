import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * What responses have in common, so that a lone one is compressed as well as one of many. Must never change: without it,
 * stored responses cannot be read.
 */
const DICTIONARY = Buffer.from(
  '"status":"QUEUED","paymentStatus":"UNPAID","version":1,"vip":true,"currency":"EUR"},"currency":"USD"},"customer":{"id":"01","email":"","name":""},"allowedTransitions":["CONFIRMED","CANCELLED","PREPARING","READY","COMPLETED"]' +
    '"status":"CONFIRMED","paymentStatus":"PAID","version":2,"note":"","shippingAddress":"","expiresAt":null,"createdAt":"","updatedAt":"","allowedTransitions":["PREPARING","CANCELLED"],' +
    '{"id":"019","number":"100","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019","vip":false,"items":[{"sku":"","productId":"019","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}},{"sku":"","productId":"019","name":"","quantity":2,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}}],"total":{"amount":,"currency":"GBP"},"note":null,"shippingAddress":null,"expiresAt":"20-0T0:00:00.000Z","createdAt":"20-0T0:00:00.000Z","updatedAt":"20-0T0:00:00.000Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}',
);

/** The fastest one: higher levels save only a twentieth of the bytes. */
const LEVEL = 1;

/** Compresses responses, which are JSON texts and therefore contain no line breaks. */
export function compressResponses(bodies: readonly string[]): Buffer {
  return deflateRawSync(bodies.join('\n'), { dictionary: DICTIONARY, level: LEVEL });
}

/** Returns the texts that were compressed together. */
export function expandResponses(compressed: Buffer): string[] {
  return inflateRawSync(compressed, { dictionary: DICTIONARY }).toString('utf8').split('\n');
}
