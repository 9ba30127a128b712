import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { constraintErrors } from '../../src/main/tables/constraint-errors.ts';
import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';
import type { ErrorDefinition } from '../../src/shared/errors.ts';
import { root, sourceFiles } from './source-files.ts';

/** The codes promised to clients. A code may be added, but never removed or given another status. */
const promised: Readonly<Record<string, number>> = {
  'request.invalid': 400,
  'request.malformed': 400,
  'request.invalid_cursor': 400,
  'request.not_found': 404,
  'request.method_not_allowed': 405,
  'request.timeout': 408,
  'request.precondition_failed': 412,
  'request.too_large': 413,
  'request.unsupported_media_type': 415,
  'request.rate_limited': 429,
  'auth.unauthenticated': 401,
  'auth.forbidden': 403,
  'auth.origin_not_allowed': 403,
  'idempotency.invalid_key': 400,
  'idempotency.in_flight': 409,
  'idempotency.key_reused': 422,
  'accounts.email_taken': 409,
  'accounts.invalid_credentials': 401,
  'accounts.refresh_invalid': 401,
  'accounts.refresh_reused': 401,
  'accounts.reset_invalid': 400,
  'accounts.key_not_found': 404,
  'accounts.last_admin': 409,
  'accounts.not_found': 404,
  'prices.not_found': 404,
  'prices.version_conflict': 409,
  'prices.rate_exists': 409,
  'discounts.not_found': 404,
  'discounts.version_conflict': 409,
  'discounts.code_taken': 409,
  'discounts.in_use': 409,
  'discounts.below_uses': 409,
  'discounts.not_applicable': 409,
  'shop.version_conflict': 409,
  'fulfilment.type_not_offered': 409,
  'fulfilment.out_of_area': 409,
  'fulfilment.time_not_available': 409,
  'fulfilment.slot_full': 409,
  'fulfilment.not_changeable': 409,
  'catalog.not_found': 404,
  'catalog.sku_taken': 409,
  'catalog.version_conflict': 409,
  'catalog.unknown_product': 400,
  'catalog.unknown_modifier': 400,
  'catalog.modifiers_out_of_range': 400,
  'catalog.modifier_code_taken': 409,
  'catalog.group_in_use': 409,
  'inventory.insufficient_stock': 409,
  'inventory.below_reserved': 409,
  'carts.empty': 409,
  'orders.not_found': 404,
  'orders.price_changed': 409,
  'orders.pending_limit': 409,
  'orders.cancellation_limit': 409,
  'orders.not_cancellable': 409,
  'orders.illegal_transition': 409,
  'orders.version_conflict': 409,
  'payments.not_found': 404,
  'payments.not_payable': 409,
  'payments.not_captured': 409,
  'payments.refund_exceeds_captured': 409,
  'payments.invalid_signature': 400,
  'payments.invalid_event': 400,
  'payments.provider_unavailable': 503,
  'webhooks.not_found': 404,
  'webhooks.endpoint_inactive': 409,
  'webhooks.endpoint_limit': 409,
  'operations.not_found': 404,
  'service.unavailable': 503,
  'service.internal': 500,
};

/** Returns every definition that any file exports through `defineErrors`, whether or not it is in the catalogue. */
async function definedErrors(): Promise<readonly ErrorDefinition[]> {
  const defined: ErrorDefinition[] = [];
  for (const { path, text } of sourceFiles('src/**/*.ts')) {
    if (path === 'src/shared/errors.ts' || !text.includes('defineErrors(')) continue;
    const exported: object = await import(pathToFileURL(`${root}/${path}`).href);
    for (const value of Object.values(exported)) {
      if (value === null || typeof value !== 'object') continue;
      defined.push(...Object.values(value).filter(isErrorDefinition));
    }
  }
  return [...new Set(defined)];
}

function isErrorDefinition(value: unknown): value is ErrorDefinition {
  return typeof value === 'object' && value !== null && 'code' in value && 'explanation' in value;
}

const catalogued = new Map(errorCatalogue.map((error) => [error.code, error]));

test('every defined error is in the catalogue exactly once', async () => {
  const defined = await definedErrors();
  assert.deepEqual(
    errorCatalogue.map(({ code }) => code).sort(),
    defined.map(({ code }) => code).sort(),
  );
  assert.equal(catalogued.size, errorCatalogue.length, 'a code is used twice');
});

test('every code is module.reason, with a status, a sentence and an explanation', () => {
  for (const { code, status, title, explanation } of errorCatalogue) {
    assert.match(code, /^[a-z]+\.[a-z]+(_[a-z]+)*$/);
    assert.ok(status >= 400 && status <= 599, `${code}: ${status}`);
    assert.match(title, /^[A-Z].*\.$/, code);
    assert.match(explanation, /^[A-Z`].*[.)]$/s, code);
    assert.notEqual(title, explanation, code);
  }
});

test('no promised code is missing or has another status', () => {
  const given = Object.keys(promised).map((code) => [code, catalogued.get(code)?.status]);
  assert.deepEqual(Object.fromEntries(given), promised);
});

test('refusals by the database are in the catalogue too', () => {
  const missing = Object.values(constraintErrors).filter(({ code }) => !catalogued.has(code));
  assert.deepEqual(missing, []);
});
