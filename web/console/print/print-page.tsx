import './print.css';
import { Button, Group } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType } from 'react';
import { Link } from 'wouter';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useTitle } from '../../shared/title.ts';
import { Problem } from '../parts/problem.tsx';
import { formatStatus } from '../parts/status-badge.tsx';
import { type Shop, useShop } from '../parts/use-shop.ts';

/** Returns whether an order is neither made nor paid, which its paper has to say. */
const isVoid = ({ status }: Order) => status === 'CANCELLED' || status === 'FAILED';

interface PrintPageProps {
  readonly orderId: string;
  /** The first word of the title, which browsers suggest as the name of the file. */
  readonly title: string;
  readonly sheet: ComponentType<SheetProps>;
}

export interface SheetProps {
  readonly order: Order;
  readonly shop: Shop;
}

/** Shows a sheet about an order, for a receipt printer (80 mm) as well as for A4, with a toolbar that is not printed. */
export function PrintPage({ orderId, title, sheet: Sheet }: PrintPageProps) {
  const { data: order, error } = useQuery({
    queryKey: ['order', orderId],
    queryFn: () => readBody(api.GET('/api/orders/{id}', { params: { path: { id: orderId } } })),
  });
  const { data: shop, error: shopError } = useShop();
  useTitle(order && `${title} ${order.number}`);
  return (
    <main className="print-page" id="content">
      <div className="print-tools">
        <Group justify="center" gap="xs">
          <Button
            component={Link}
            href={`/orders/${orderId}`}
            variant="default"
            leftSection={<IconArrowLeft size={18} aria-hidden className="to-start" />}
          >
            Back to the order
          </Button>
          <Button
            leftSection={<IconPrinter size={18} aria-hidden />}
            disabled={order === undefined || shop === undefined}
            onClick={() => window.print()}
          >
            Print
          </Button>
        </Group>
        <Problem error={error ?? shopError} />
      </div>
      {order !== undefined && shop !== undefined && (
        <article className="sheet">
          {isVoid(order) && <p className="sheet-void">{formatStatus(order.status)}</p>}
          <Sheet order={order} shop={shop} />
        </article>
      )}
    </main>
  );
}
