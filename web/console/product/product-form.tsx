import { Button, Center, Loader, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { api, type ItemOf, type Money, readBody } from '../../shared/api.ts';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import { MoneyField, useMoneyEntry } from '../parts/money-field.tsx';
import { Problem } from '../parts/problem.tsx';
import { useWholeEntry, WholeField } from '../parts/whole-field.tsx';

type Product = ItemOf<'listProducts'>;

interface ProductFormProps {
  /** Null for a new product. */
  readonly product: Product | null;
  readonly onDone: () => void;
}

interface Fields {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price: Money;
  readonly active: boolean;
}

export function ProductForm({ product, onDone }: ProductFormProps) {
  const { currency, error } = useCurrency(product);
  if (currency !== undefined) return <Form {...{ product, onDone, currency }} />;
  return error === null ? (
    <Center py="xl">
      <Loader role="status" aria-label="Loading" />
    </Center>
  ) : (
    <Problem error={error} />
  );
}

function Form({ product, onDone, currency }: ProductFormProps & { readonly currency: string }) {
  const queries = useQueryClient();
  const price = useMoneyEntry(currency, product?.price);
  const onHand = useWholeEntry(readWhole);
  const [active, setActive] = useState(product?.active ?? true);

  const save = useMutation({
    async mutationFn({ sku, ...fields }: Fields) {
      if (product === null) {
        const body = { sku, ...fields, onHand: onHand.value ?? 0 };
        return readBody(api.POST('/api/products', { body }));
      }
      const { price: wanted, ...others } = fields;
      return readBody(
        api.PATCH('/api/products/{id}', {
          params: { path: { id: product.id } },
          body: {
            ...others,
            ...(price.isTouched ? { price: wanted } : {}),
            version: product.version,
          },
        }),
      );
    },
    onSuccess: (saved) => {
      // At once, so that the next change starts from this version.
      queries.setQueryData(['product', saved.id], saved);
      notifications.show({ message: product === null ? 'Product created.' : 'Saved.' });
      onDone();
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['products'] });
      queries.invalidateQueries({ queryKey: ['product', product?.id] });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (price.money === null || onHand.error !== null) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    save.mutate({
      sku: text('sku'),
      name: text('name'),
      description: text('description'),
      price: price.money,
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
        <MoneyField label={`Price in ${currency}`} required entry={price} />
        {product === null && (
          <WholeField
            label="On hand"
            description={
              onHand.value === null
                ? 'Leave empty for none.'
                : `${formatWhole(onHand.value)} on hand.`
            }
            entry={onHand}
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

/** Returns the currency of the product. A new product has the shop's, in which the server reports its activity. */
function useCurrency(product: Product | null) {
  const { data, error } = useQuery({
    queryKey: ['activity'],
    queryFn: () => readBody(api.GET('/api/operations/activity')),
    enabled: product === null,
  });
  return { currency: product?.price.currency ?? data?.hours[0]?.total.currency, error };
}
