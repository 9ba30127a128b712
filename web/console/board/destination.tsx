import { Text } from '@mantine/core';
import type { Order } from '../../shared/api.ts';
import { listDestinationLines } from '../parts/fulfilment.ts';

/** Shows where an order goes, whom to call, and what to mind. Renders nothing if none of it is stated. */
export function Destination({ fulfilment }: { readonly fulfilment: Order['fulfilment'] }) {
  const { address, contact, instructions } = fulfilment;
  if (address === null && contact === null && instructions === null) return null;
  return (
    <div className="destination">
      {contact !== null && contact.name !== null && (
        <Text fw={600}>
          <bdi>{contact.name}</bdi>
        </Text>
      )}
      {contact !== null && contact.phone !== null && (
        <Text className="number">
          <bdi>{contact.phone}</bdi>
        </Text>
      )}
      {address !== null && (
        <Text dir="auto" component="div">
          {listDestinationLines(fulfilment).join(', ')}
        </Text>
      )}
      {instructions !== null && (
        <div className="board-note lines" dir="auto">
          {instructions}
        </div>
      )}
    </div>
  );
}
