import type { FulfilmentType } from '../../pricing/index.ts';

export interface Address {
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1, two letters. */
  readonly country: string;
}

/** Whom to call or ask for. */
export interface Contact {
  readonly name: string | null;
  /** E.164, such as `+442079460000`. */
  readonly phone: string | null;
}

/** For whom, where and when an order is, as it is stored: what is not stated is left out or null. */
export interface Fulfilment {
  readonly type: FulfilmentType;
  /** As RFC 3339 in UTC. Not stated: as soon as possible. */
  readonly requestedFor?: string | null;
  readonly contact?: Contact | null;
  /** Stated for DELIVERY and SHIPMENT. */
  readonly address?: Address | null;
  readonly instructions?: string | null;
  /** Stated for DINE_IN. */
  readonly table?: string | null;
}

/** What applies to an order for which nothing is stored. */
export const defaultFulfilment: Fulfilment = Object.freeze({ type: 'PICKUP' });

/** Returns what is stored of a fulfilment, as JSON text. Null: it is the default, or none is stated. */
export function storeFulfilment(fulfilment: Fulfilment | null): string | null {
  if (fulfilment === null || fulfilment === defaultFulfilment) return null;
  const text = JSON.stringify(fulfilment);
  return text === DEFAULT_TEXT ? null : text;
}

const DEFAULT_TEXT = JSON.stringify(defaultFulfilment);
