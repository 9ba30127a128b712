import { Link } from 'wouter';
import { Refusal } from '../parts/refusal.tsx';
import { PrintPage } from '../print/print-page.tsx';
import { Receipt } from '../print/receipt.tsx';
import { Ticket } from '../print/ticket.tsx';

/** Shows an order as a page to print, without the frame of the console. */
export default function OrderSheetPage({ id, sheet }: { id: string; sheet: string }) {
  if (sheet === 'receipt') return <PrintPage orderId={id} title="Receipt" sheet={Receipt} />;
  if (sheet === 'ticket') return <PrintPage orderId={id} title="Ticket" sheet={Ticket} />;
  return (
    <Refusal title="Page not found.">
      An order has no page “{sheet}”. <Link href={`/orders/${id}`}>See the order</Link>
    </Refusal>
  );
}
