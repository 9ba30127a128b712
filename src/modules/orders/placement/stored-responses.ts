import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * What responses have in common, so that a lone one is compressed as well as one of many. A dictionary must never change:
 * without it, stored responses cannot be read. Where the replies have got more members, add a further one.
 */
const DICTIONARIES: Readonly<Record<number, Buffer>> = {
  1: Buffer.from(
    '"status":"QUEUED","paymentStatus":"UNPAID","version":1,"vip":true,"currency":"EUR"},"currency":"USD"},"customer":{"id":"01","email":"","name":""},"allowedTransitions":["CONFIRMED","CANCELLED","PREPARING","READY","COMPLETED"]' +
      '"status":"CONFIRMED","paymentStatus":"PAID","version":2,"note":"","shippingAddress":"","expiresAt":null,"createdAt":"","updatedAt":"","allowedTransitions":["PREPARING","CANCELLED"],' +
      '{"id":"019","number":"100","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019","vip":false,"items":[{"sku":"","productId":"019","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}},{"sku":"","productId":"019","name":"","quantity":2,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}}],"total":{"amount":,"currency":"GBP"},"note":null,"shippingAddress":null,"expiresAt":"20-0T0:00:00.000Z","createdAt":"20-0T0:00:00.000Z","updatedAt":"20-0T0:00:00.000Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}',
  ),
  2: Buffer.from(
    '"status":"QUEUED","paymentStatus":"UNPAID","version":1,"vip":true,"currency":"EUR"},"currency":"USD"},"customer":{"id":"01","email":"","name":""},"allowedTransitions":["CONFIRMED","CANCELLED","PREPARING","READY","COMPLETED"]' +
      '"modifiers":[{"code":"","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"}}],"note":"","bill":{"subtotal":{"amount":,"currency":"GBP"},"pricesIncludeTax":true,"discounts":[{"discountId":"019","code":"","name":"","amount":{"amount":,"currency":"GBP"}}],"charges":[{"chargeId":"019","kind":"DELIVERY","name":"Delivery","amount":{"amount":,"currency":"GBP"},"tax":{"amount":,"currency":"GBP"}}],"taxes":[{"taxRateId":"019","name":"VAT","percent":"20","base":{"amount":,"currency":"GBP"},"amount":{"amount":,"currency":"GBP"},"included":true}],"tip":{"amount":0,"currency":"GBP"},"fulfilment":{"type":"DELIVERY","address":{"line1":"","line2":null,"city":"","region":null,"postalCode":"","country":"GB"}},' +
      '"status":"CONFIRMED","paymentStatus":"PAID","version":2,"note":"","shippingAddress":"","expiresAt":null,"createdAt":"","updatedAt":"","allowedTransitions":["PREPARING","CANCELLED"],' +
      '{"id":"019","number":"100","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019","vip":false,"items":[{"line":1,"sku":"","productId":"019","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"},"modifiers":[],"note":null,"basePrice":{"amount":,"currency":"GBP"},"discount":{"amount":0,"currency":"GBP"},"tax":{"amount":0,"currency":"GBP"},"charged":{"amount":,"currency":"GBP"}},{"line":2,"sku":"","productId":"019","name":"","quantity":2,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"},"modifiers":[],"note":null,"basePrice":{"amount":,"currency":"GBP"},"discount":{"amount":0,"currency":"GBP"},"tax":{"amount":0,"currency":"GBP"},"charged":{"amount":,"currency":"GBP"}}],"total":{"amount":,"currency":"GBP"},"bill":{"subtotal":{"amount":,"currency":"GBP"},"pricesIncludeTax":true,"discounts":[],"charges":[],"taxes":[],"tip":{"amount":0,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}},"note":null,"fulfilment":{"type":"PICKUP","address":null},"shippingAddress":null,"expiresAt":"20-0T0:00:00.000Z","createdAt":"20-0T0:00:00.000Z","updatedAt":"20-0T0:00:00.000Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}',
  ),
  3: Buffer.from(
    '"status":"QUEUED","paymentStatus":"UNPAID","version":1,"vip":true,"currency":"EUR"},"currency":"USD"},"customer":{"id":"01","email":"","name":"","phone":null,"guest":false},"allowedTransitions":["CONFIRMED","CANCELLED","PREPARING","READY","COMPLETED"]' +
      '"modifiers":[{"code":"","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"}}],"note":"","bill":{"subtotal":{"amount":,"currency":"GBP"},"pricesIncludeTax":true,"discounts":[{"discountId":"019","code":"","name":"","amount":{"amount":,"currency":"GBP"}}],"charges":[{"chargeId":"019","kind":"DELIVERY","name":"Delivery","amount":{"amount":,"currency":"GBP"},"tax":{"amount":,"currency":"GBP"}}],"taxes":[{"taxRateId":"019","name":"VAT","percent":"20","base":{"amount":,"currency":"GBP"},"amount":{"amount":,"currency":"GBP"},"included":true}],"tip":{"amount":0,"currency":"GBP"},"fulfilment":{"type":"DELIVERY","requestedFor":"20-0T0:00:00.000Z","promisedFor":"20-0T0:00:00.000Z","contact":{"name":"","phone":"+44"},"address":{"line1":"","line2":null,"city":"","region":null,"postalCode":"","country":"GB"},"instructions":"","table":""},' +
      '"status":"CONFIRMED","paymentStatus":"PAID","version":2,"note":"","shippingAddress":"","expiresAt":null,"createdAt":"","updatedAt":"","allowedTransitions":["PREPARING","CANCELLED"],' +
      '{"id":"019","number":"100","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019","vip":false,"items":[{"line":1,"sku":"","productId":"019","name":"","quantity":1,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"},"modifiers":[],"note":null,"basePrice":{"amount":,"currency":"GBP"},"discount":{"amount":0,"currency":"GBP"},"tax":{"amount":0,"currency":"GBP"},"charged":{"amount":,"currency":"GBP"}},{"line":2,"sku":"","productId":"019","name":"","quantity":2,"unitPrice":{"amount":,"currency":"GBP"},"total":{"amount":,"currency":"GBP"},"modifiers":[],"note":null,"basePrice":{"amount":,"currency":"GBP"},"discount":{"amount":0,"currency":"GBP"},"tax":{"amount":0,"currency":"GBP"},"charged":{"amount":,"currency":"GBP"}}],"total":{"amount":,"currency":"GBP"},"bill":{"subtotal":{"amount":,"currency":"GBP"},"pricesIncludeTax":true,"discounts":[],"charges":[],"taxes":[],"tip":{"amount":0,"currency":"GBP"},"total":{"amount":,"currency":"GBP"}},"note":null,"fulfilment":{"type":"PICKUP","requestedFor":null,"promisedFor":"20-0T0:00:00.000Z","contact":null,"address":null,"instructions":null,"table":null},"shippingAddress":null,"expiresAt":"20-0T0:00:00.000Z","createdAt":"20-0T0:00:00.000Z","updatedAt":"20-0T0:00:00.000Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}',
  ),
};

/** The dictionary of new responses. */
export const DICTIONARY = 3;

/** The fastest one: higher levels save only a twentieth of the bytes. */
const LEVEL = 1;

const LINE_BREAK = '\n'.charCodeAt(0);

/** Compresses responses, which are JSON texts and therefore contain no line breaks. */
export function compressResponses(bodies: readonly string[]): Buffer {
  const dictionary = DICTIONARIES[DICTIONARY];
  return deflateRawSync(encodeLines(bodies), { dictionary, level: LEVEL });
}

/** Joins texts by line breaks, as UTF-8. Without a joined text, whose memory the next collection would have to free. */
function encodeLines(texts: readonly string[]): Buffer {
  let length = 0;
  for (const text of texts) length += Buffer.byteLength(text) + 1;
  const bytes = Buffer.allocUnsafe(length);
  let end = 0;
  for (const text of texts) {
    end += bytes.write(text, end);
    end = bytes.writeUInt8(LINE_BREAK, end);
  }
  return bytes.subarray(0, -1);
}

/** Returns the texts that were compressed together with this dictionary. */
export function expandResponses(compressed: Buffer, dictionary: number): string[] {
  const expanded = inflateRawSync(compressed, { dictionary: DICTIONARIES[dictionary] });
  return expanded.toString('utf8').split('\n');
}
