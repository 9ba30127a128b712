import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Order } from '../../shared/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useShop } from '../parts/use-shop.ts';
import { FulfilmentForm } from './fulfilment-form.tsx';

/** Until when staff may change how an order reaches the customer. */
const changeable: readonly Order['status'][] = ['QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING'];

/** Changes the time, the contact, the address and the instructions of an order that is not ready yet. */
export function ChangeFulfilment({ order }: { readonly order: Order }) {
  const [isOpen, { open, close }] = useDisclosure();
  const { data: shop } = useShop();
  if (shop === undefined || !changeable.includes(order.status)) return null;
  return (
    <div>
      <Button variant="default" size="compact-sm" mt={4} onClick={open}>
        Change…
      </Button>
      <Dialog opened={isOpen} onClose={close} title={`Fulfilment of order ${order.number}`}>
        <FulfilmentForm order={order} shop={shop} onDone={close} />
      </Dialog>
    </div>
  );
}
