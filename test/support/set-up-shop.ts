import assert from 'node:assert/strict';
import {
  type AmountOrPercent,
  type DiscountRule,
  fulfilmentTypes,
} from '../../src/modules/pricing/rules.ts';
import { MODIFIER_QUANTITY_MAX, type RandomDiscount, type RandomShop } from './random-shop.ts';
import type { Session } from './session.ts';

/** Where what a shop sets up was created, to switch it off. */
export type SetUp = readonly string[];

const money = (amount: number) => ({ amount, currency: 'GBP' });
const optional = (amountMinor: number | null) => (amountMinor === null ? null : money(amountMinor));
const text = ({ numerator, denominator }: { numerator: number; denominator: number }) =>
  String((numerator * 100) / denominator);

/** Sets up a random shop over HTTP. Returns what `switchOff` needs. */
export async function setUpShop(admin: Session, shop: RandomShop): Promise<SetUp> {
  const created: string[] = [];
  const create = async (path: string, body: object): Promise<string> => {
    const reply = await admin.post(path, body);
    assert.equal(reply.status, 201, `${JSON.stringify(body)} ${reply.text}`);
    return reply.json<{ id: string }>().id;
  };
  const createRule = async (path: string, body: object) => {
    created.push(`${path}/${await create(path, body)}`);
  };
  const offered = await admin.patch('/api/shop', { fulfilmentTypes });
  assert.equal(offered.status, 200, offered.text);
  const stock = { onHand: 1_000_000_000 };
  for (const { sku, priceMinor } of shop.modifiers) {
    if (sku === null) continue;
    await create('/api/products', { sku, name: sku, price: money(priceMinor), ...stock });
  }
  const group = await create('/api/modifier-groups', {
    name: 'Options',
    min: 0,
    max: 50,
    modifiers: shop.modifiers.map(({ code, priceMinor, sku }) => ({
      code,
      name: code,
      sku,
      price: money(priceMinor),
      quantityMax: MODIFIER_QUANTITY_MAX,
    })),
  });
  for (const { sku, priceMinor, category, taxCategory } of shop.products) {
    await create('/api/products', {
      sku,
      name: sku,
      price: money(priceMinor),
      category,
      taxCategory,
      ...stock,
      modifierGroupIds: [group],
    });
  }
  for (const { name, percent, taxCategory, fulfilmentTypes } of shop.taxRates) {
    await createRule('/api/tax-rates', { name, percent, taxCategory, fulfilmentTypes });
  }
  for (const charge of shop.charges) {
    await createRule('/api/charges', {
      name: charge.name,
      kind: charge.kind,
      ...priceFields(charge.price),
      fulfilmentTypes: charge.fulfilmentTypes,
      belowSubtotal: optional(charge.belowSubtotalMinor),
      freeFrom: optional(charge.freeFromMinor),
      postalCodes: charge.postalArea && [...charge.postalArea.british],
      taxCategory: charge.taxCategory,
    });
  }
  for (const discount of shop.discounts) await createRule('/api/discounts', discountBody(discount));
  return created;
}

/** Switches off all that a shop has set up, except its products. */
export async function switchOff(admin: Session, created: SetUp): Promise<void> {
  for (const path of created) {
    const reply = await admin.patch(path, { active: false });
    assert.equal(reply.status, 200, reply.text);
  }
}

function priceFields(price: AmountOrPercent) {
  return price.kind === 'amount'
    ? { amount: money(price.amountMinor) }
    : { percent: text(price.share) };
}

function discountBody({ rule, percent, usesMax, usesPerCustomerMax }: RandomDiscount) {
  return {
    code: rule.code,
    name: rule.name,
    ...effectFields(rule, percent),
    minimumSubtotal: optional(rule.minimumSubtotalMinor),
    startsAt: rule.startsAt?.toISOString() ?? null,
    endsAt: rule.endsAt?.toISOString() ?? null,
    usesMax,
    usesPerCustomerMax,
    firstOrderOnly: rule.firstOrderOnly,
    combines: rule.combines,
    active: rule.active,
  };
}

function effectFields({ effect }: DiscountRule, percent: string | null) {
  const { kind } = effect;
  if (kind === 'FREE_DELIVERY') return { kind };
  const value = kind === 'PERCENT' ? { percent } : { amount: money(effect.amountMinor) };
  const { scope } = effect;
  if (scope.kind === 'ORDER') return { kind, ...value, scope: scope.kind };
  const { matches } = scope;
  return {
    kind,
    ...value,
    scope: scope.kind,
    ...(matches.kind === 'skus' ? { skus: [...matches.skus] } : {}),
    ...(matches.kind === 'categories' ? { categories: [...matches.categories] } : {}),
  };
}
