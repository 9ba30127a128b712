import { api, type BodyOf, type ItemOf, readBody } from '../../shared/api.ts';

export type TaxRate = ItemOf<'listTaxRates'>;
export type ChargeRule = ItemOf<'listCharges'>;
export type Discount = ItemOf<'listDiscounts'>;
export type ModifierGroup = ItemOf<'listModifierGroups'>;

interface Stored {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** The operations on one kind of what a shop sets up for its prices. */
export interface RuleKind<Rule extends Stored, Body> {
  /** Names its queries. */
  readonly key: string;
  /** The word for one, such as `tax rate`. */
  readonly one: string;
  list(cursor: {
    cursor?: string;
  }): Promise<{ readonly data: readonly Rule[]; readonly nextCursor: string | null }>;
  read(id: string): Promise<Rule>;
  create(body: Body): Promise<Rule>;
  /** Refused if the version has changed. */
  change(id: string, body: Partial<Body> & { version: number }): Promise<Rule>;
  remove(rule: Stored): Promise<unknown>;
}

const LIMIT = 100;
const pathOf = (id: string) => ({ path: { id } });
const ifMatch = ({ id, version }: Stored) => ({
  path: { id },
  header: { 'If-Match': `"${version}"` },
});

export const taxRates: RuleKind<TaxRate, BodyOf<'createTaxRate'>> = {
  key: 'tax-rates',
  one: 'tax rate',
  list: (cursor) =>
    readBody(api.GET('/api/tax-rates', { params: { query: { limit: LIMIT, ...cursor } } })),
  read: (id) => readBody(api.GET('/api/tax-rates/{id}', { params: pathOf(id) })),
  create: (body) => readBody(api.POST('/api/tax-rates', { body })),
  change: (id, body) => readBody(api.PATCH('/api/tax-rates/{id}', { params: pathOf(id), body })),
  remove: (rule) => api.DELETE('/api/tax-rates/{id}', { params: ifMatch(rule) }),
};

export const charges: RuleKind<ChargeRule, BodyOf<'createCharge'>> = {
  key: 'charges',
  one: 'charge',
  list: (cursor) =>
    readBody(api.GET('/api/charges', { params: { query: { limit: LIMIT, ...cursor } } })),
  read: (id) => readBody(api.GET('/api/charges/{id}', { params: pathOf(id) })),
  create: (body) => readBody(api.POST('/api/charges', { body })),
  change: (id, body) => readBody(api.PATCH('/api/charges/{id}', { params: pathOf(id), body })),
  remove: (rule) => api.DELETE('/api/charges/{id}', { params: ifMatch(rule) }),
};

export const discounts: RuleKind<Discount, BodyOf<'createDiscount'>> = {
  key: 'discounts',
  one: 'discount',
  list: (cursor) =>
    readBody(api.GET('/api/discounts', { params: { query: { limit: LIMIT, ...cursor } } })),
  read: (id) => readBody(api.GET('/api/discounts/{id}', { params: pathOf(id) })),
  create: (body) => readBody(api.POST('/api/discounts', { body })),
  change: (id, body) => readBody(api.PATCH('/api/discounts/{id}', { params: pathOf(id), body })),
  remove: (rule) => api.DELETE('/api/discounts/{id}', { params: ifMatch(rule) }),
};

export const modifierGroups: RuleKind<ModifierGroup, BodyOf<'createModifierGroup'>> = {
  key: 'modifier-groups',
  one: 'modifier group',
  list: (cursor) =>
    readBody(api.GET('/api/modifier-groups', { params: { query: { limit: LIMIT, ...cursor } } })),
  read: (id) => readBody(api.GET('/api/modifier-groups/{id}', { params: pathOf(id) })),
  create: (body) => readBody(api.POST('/api/modifier-groups', { body })),
  change: (id, body) =>
    readBody(api.PATCH('/api/modifier-groups/{id}', { params: pathOf(id), body })),
  remove: (rule) => api.DELETE('/api/modifier-groups/{id}', { params: ifMatch(rule) }),
};
