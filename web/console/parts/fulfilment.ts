import type { Order } from '../../../clients/typescript/src/index.ts';
import { formatCountry } from '../../shared/countries.ts';

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

type Address = NonNullable<Order['fulfilment']['address']>;

/** Returns the lines of a postal address, from the street to the country. */
export function listAddressLines(address: Address): string[] {
  return [...listLocalLines(address), formatCountry(address.country)];
}

/** Returns the lines that those who bring an order need: a parcel leaves the country, a meal does not. */
export function listDestinationLines({ type, address }: Order['fulfilment']): string[] {
  if (address === null) return [];
  return type === 'SHIPMENT' ? listAddressLines(address) : listLocalLines(address);
}

function listLocalLines({ line1, line2, city, region, postalCode }: Address): string[] {
  const place = [postalCode, city].filter((part) => part !== null && part !== '').join(' ');
  return [line1, line2, place, region].filter(
    (line): line is string => line !== null && line !== '',
  );
}
