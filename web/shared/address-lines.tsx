import { Fragment } from 'react';
import type { Order } from './api.ts';
import { formatCountry } from './countries.ts';

/** Shows an address, each part on its own line. */
export function AddressLines({
  address,
}: {
  address: NonNullable<Order['fulfilment']['address']>;
}) {
  const { line1, line2, city, region, postalCode, country } = address;
  const isText = (text: string | null) => text !== null && text !== '';
  const town = [postalCode, city].filter(isText).join(' ');
  const lines = [line1, line2, town, region, formatCountry(country)].filter(isText);
  return lines.map((line, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two lines may be equal
    <Fragment key={place}>
      {place > 0 && <br />}
      <bdi>{line}</bdi>
    </Fragment>
  ));
}
