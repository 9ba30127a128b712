import { Fragment } from 'react';

interface Item {
  readonly quantity: number;
  readonly name: string;
}

/** Lists the items of an order in one line. */
export function ItemNames({ items }: { items: readonly Item[] }) {
  return items.map(({ quantity, name }, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order never move
    <Fragment key={place}>
      {place > 0 && ', '}
      {quantity} × <bdi>{name}</bdi>
    </Fragment>
  ));
}
