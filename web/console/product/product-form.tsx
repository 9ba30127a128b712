import { Button, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { api, type ItemOf, type Money, readBody } from '../../shared/api.ts';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { MoneyField, useMoneyEntry } from '../parts/money-field.tsx';
import { SaveProblem } from '../parts/save-problem.tsx';
import { useWholeEntry, WholeField } from '../parts/whole-field.tsx';
import { WithCurrency } from '../parts/with-currency.tsx';
import { useMenuEntry } from './menu-entry.ts';
import { MenuFields } from './menu-fields.tsx';

export type Product = ItemOf<'listProducts'>;

interface ProductFormProps {
  /** Null for a new product. */
  readonly product: Product | null;
  readonly onDone: (saved: Product) => void;
  /** Shows the stored values instead of what was typed. */
  readonly onReload: () => void;
}

interface Fields {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly price: Money;
  readonly active: boolean;
}

const errorFields = [
  'sku',
  'name',
  'description',
  'price',
  'price/amount',
  'onHand',
  'category',
  'position',
  'taxCategory',
  'modifierGroupIds',
];
const errorCodes = { 'catalog.sku_taken': 'sku' };

export function ProductForm(props: ProductFormProps) {
  const { product } = props;
  if (product !== null) return <Form {...props} currency={product.price.currency} />;
  return <WithCurrency>{(currency) => <Form {...props} currency={currency} />}</WithCurrency>;
}

function Form({
  product,
  onDone,
  onReload,
  currency,
}: ProductFormProps & { readonly currency: string }) {
  const queries = useQueryClient();
  const price = useMoneyEntry(currency, product?.price);
  const onHand = useWholeEntry(readWhole);
  const menu = useMenuEntry(product);
  const [active, setActive] = useState(product?.active ?? true);

  const save = useMutation({
    async mutationFn({ sku, ...fields }: Fields) {
      if (product === null) {
        const body = { sku, ...fields, ...menu.toBody(), onHand: onHand.value ?? 0 };
        return readBody(api.POST('/api/products', { body }));
      }
      const { price: wanted, ...others } = fields;
      return readBody(
        api.PATCH('/api/products/{id}', {
          params: { path: { id: product.id } },
          body: {
            ...others,
            ...menu.toBody(),
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
      onDone(saved);
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['products'] });
      queries.invalidateQueries({ queryKey: ['product', product?.id] });
    },
  });
  const errors = readFieldErrors(save.error, errorFields, errorCodes);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (price.money === null || onHand.error !== null || menu.position.error !== null) return;
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
            error={errors.at('sku')}
          />
        )}
        <TextInput
          label="Name"
          name="name"
          required
          maxLength={200}
          defaultValue={product?.name}
          error={errors.at('name')}
        />
        <Textarea
          label="Description"
          name="description"
          maxLength={5000}
          autosize
          minRows={2}
          defaultValue={product?.description ?? ''}
          error={errors.at('description')}
        />
        <MoneyField
          label={`Price in ${currency}`}
          required
          entry={price}
          refusal={errors.at('price') ?? errors.at('price/amount')}
        />
        {product === null && (
          <WholeField
            label="On hand"
            description={
              onHand.value === null
                ? 'Leave empty for none.'
                : `${formatWhole(onHand.value)} on hand.`
            }
            entry={onHand}
            refusal={errors.at('onHand')}
          />
        )}
        <MenuFields entry={menu} errors={errors} />
        <Switch
          label="On the menu"
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
        />
        <SaveProblem error={save.error} fieldErrors={errors} onReload={onReload} />
        <Button type="submit" loading={save.isPending}>
          {product === null ? 'Add the product' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}
