import { Button, NumberInput, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api, type ItemOf, type Money } from '../../shared/api.ts';
import { formatMoney, parseMoney } from '../../shared/money.ts';
import { Problem } from '../parts/problem.tsx';

type Product = ItemOf<'listProducts'>;

interface ProductFormProps {
  /** Null: a new one. */
  readonly product: Product | null;
  readonly onDone: () => void;
}

interface Fields {
  readonly name: string;
  readonly description: string;
  readonly price: Money;
  readonly active: boolean;
}

export function ProductForm({ product, onDone }: ProductFormProps) {
  const queries = useQueryClient();
  const currency = useCurrency(product);
  const [price, setPrice] = useState(product === null ? '' : plainAmount(product.price));
  const [active, setActive] = useState(product?.active ?? true);
  const [onHand, setOnHand] = useState<number | string>(0);
  const money = parseMoney(price, currency);

  const save = useMutation({
    async mutationFn({ sku, ...fields }: Fields & { sku: string }) {
      if (product === null) {
        await api.POST('/api/products', { body: { sku, ...fields, onHand: Number(onHand) || 0 } });
        return;
      }
      await api.PATCH('/api/products/{id}', {
        params: { path: { id: product.id } },
        body: { ...fields, version: product.version },
      });
    },
    onSuccess: () => {
      notifications.show({ message: product === null ? 'The product is there.' : 'Saved.' });
      onDone();
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['products'] });
      queries.invalidateQueries({ queryKey: ['product', product?.id] });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (money === null) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    save.mutate({
      sku: text('sku'),
      name: text('name'),
      description: text('description'),
      price: money,
      active,
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {product === null && (
          <TextInput
            label="SKU"
            name="sku"
            description="Letters, digits, dot, dash and underscore. It cannot be changed later."
            required
            maxLength={64}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          />
        )}
        <TextInput label="Name" name="name" required maxLength={200} defaultValue={product?.name} />
        <Textarea
          label="Description"
          name="description"
          maxLength={5000}
          autosize
          minRows={2}
          defaultValue={product?.description ?? ''}
        />
        <TextInput
          label={`Price in ${currency}`}
          inputMode="decimal"
          required
          value={price}
          error={price !== '' && money === null ? 'Write an amount such as 12.50.' : undefined}
          onChange={({ currentTarget }) => setPrice(currentTarget.value)}
        />
        {product === null && (
          <NumberInput
            label="On hand"
            min={0}
            allowDecimal={false}
            value={onHand}
            onChange={setOnHand}
          />
        )}
        <Switch
          label="On the menu"
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
        />
        <Problem error={save.error} />
        <Button type="submit" loading={save.isPending}>
          {product === null ? 'Add the product' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}

/** The shop has one currency; any price tells which. */
function useCurrency(product: Product | null): string {
  const { data } = useQuery({
    queryKey: ['currency'],
    queryFn: () => answerOf(api.GET('/api/products', { params: { query: { limit: 1 } } })),
    enabled: product === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return product?.price.currency ?? data?.data[0]?.price.currency ?? 'GBP';
}

/** For an input: without the sign of the currency and without groups. */
function plainAmount(price: Money): string {
  return formatMoney(price)
    .replace(/[^\d.,]/g, '')
    .replace(/,(?=\d{3})/g, '');
}
