import { Center, Loader, Paper, Stack, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import type { Product } from '../../shared/choices.ts';
import { guessCountry } from '../../shared/countries.ts';
import { CustomerFields } from '../ordering/customer-fields.tsx';
import { DishPicker } from '../ordering/dish-picker.tsx';
import { type Choice, type OrderDraft, startDraft } from '../ordering/draft.ts';
import { FulfilmentFields } from '../ordering/fulfilment-fields.tsx';
import { addLine } from '../ordering/lines.ts';
import { OrderSummary } from '../ordering/order-summary.tsx';
import { PlacedPanel } from '../ordering/placed-panel.tsx';
import { PlacingForm } from '../ordering/placing-form.tsx';
import { type PlacedOrder, usePlaceOrder } from '../ordering/use-place-order.ts';
import { useQuote } from '../ordering/use-quote.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { type Shop, useShop } from '../parts/use-shop.ts';

const fields = [
  'customerId',
  ...['name', 'phone', 'email'].map((name) => `guest/${name}`),
  ...['name', 'phone'].map((name) => `fulfilment/contact/${name}`),
  ...['line1', 'line2', 'city', 'region', 'postalCode', 'country'].map(
    (name) => `fulfilment/address/${name}`,
  ),
  ...['requestedFor', 'table', 'instructions'].map((name) => `fulfilment/${name}`),
  'note',
  'reason',
];

/** Takes an order for a customer, on the telephone or at the counter. */
export default function NewOrderPage() {
  const { data: shop, error } = useShop();
  const [placed, setPlaced] = useState<PlacedOrder | null>(null);
  return (
    <>
      <PageTitle mb="md">New order</PageTitle>
      {shop === undefined ? (
        <Waiting error={error} />
      ) : placed === null ? (
        <Form shop={shop} onPlaced={setPlaced} />
      ) : (
        <PlacedPanel placed={placed} timeZone={shop.timeZone} onNext={() => setPlaced(null)} />
      )}
    </>
  );
}

function Waiting({ error }: { error: unknown }) {
  if (error !== null) return <Problem error={error} />;
  return (
    <Center py="xl">
      <Loader role="status" aria-label="Loading" />
    </Center>
  );
}

interface FormProps {
  readonly shop: Shop;
  onPlaced(placed: PlacedOrder): void;
}

function Form({ shop, onPlaced }: FormProps) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<OrderDraft>(() =>
    startDraft(shop.fulfilmentTypes[0]!, guessCountry()),
  );
  const quoting = useQuote(draft);
  const placing = usePlaceOrder((placed) => {
    queries.setQueryData(['order', placed.order.id], placed.order);
    onPlaced(placed);
  });
  const change = (changed: Partial<OrderDraft>) =>
    setDraft((before) => ({ ...before, ...changed }));
  const add = (product: Product, choice: Choice) =>
    setDraft((before) => ({ ...before, lines: addLine(before.lines, product, choice) }));
  const part = { draft, onChange: change, errors: readFieldErrors(placing.error, fields) };
  return (
    <div className="new-order">
      <Stack>
        <Part title="Customer">
          <CustomerFields {...part} />
        </Part>
        <Part title="How and when">
          <FulfilmentFields shop={shop} {...part} />
        </Part>
        <Part title="Menu">
          <DishPicker onAdd={add} />
        </Part>
      </Stack>
      <div className="new-order-side">
        <Part title="Order">
          <Stack>
            <OrderSummary draft={draft} quoting={quoting} onChange={change} />
            <PlacingForm {...part} timeZone={shop.timeZone} quoting={quoting} placing={placing} />
          </Stack>
        </Part>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Title order={2} size="h4" mb="sm" id={id}>
        {title}
      </Title>
      {children}
    </Paper>
  );
}
