import type { Order } from '../../shared/api.ts';

export type FulfilmentType = Order['fulfilment']['type'];

const words: Readonly<Record<FulfilmentType, string>> = {
  PICKUP: 'Pickup',
  DELIVERY: 'Delivery',
  DINE_IN: 'Dine-in',
  SHIPMENT: 'Shipment',
};

export const fulfilmentTypes = Object.keys(words) as readonly FulfilmentType[];

export function formatFulfilment(type: FulfilmentType): string {
  return words[type];
}

/** Returns the lines of a postal address, from the street to the country. */
export function listAddressLines(address: NonNullable<Order['fulfilment']['address']>): string[] {
  const { line1, line2, city, region, postalCode, country } = address;
  const place = [postalCode, city].filter((part) => part !== null && part !== '').join(' ');
  return [line1, line2, place, region, country].filter(
    (line): line is string => line !== null && line !== '',
  );
}
