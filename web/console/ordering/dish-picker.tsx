import { Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { api, readBody } from '../../shared/api.ts';
import { isOrderable, type Product } from '../../shared/choices.ts';
import { formatMoney } from '../../shared/money.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { ChoiceForm } from './choice-form.tsx';
import type { Choice } from './draft.ts';

const PAGE_SIZE = 100;

interface DishPickerProps {
  onAdd(product: Product, choice: Choice): void;
}

/** Shows the menu. A dish is added with one click, or after its modifiers have been chosen. */
export function DishPicker({ onAdd }: DishPickerProps) {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Product | null>(null);
  const [isOpen, setOpen] = useState(false);
  /** The search after which Enter was pressed, perhaps before its dishes have arrived. */
  const [entered, setEntered] = useState<string | null>(null);
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const dishes = usePages(['products', 'menu', wanted], (cursor) =>
    readBody(
      api.GET('/api/products', {
        params: {
          query: {
            sort: 'menu',
            limit: PAGE_SIZE,
            ...(wanted === '' ? {} : { search: wanted }),
            ...cursor,
          },
        },
      }),
    ),
  );
  const items = dishes.items?.filter(({ active }) => active);
  const sections = [...Map.groupBy(items ?? [], ({ category }) => category)];
  const pick = (product: Product) => {
    if (product.modifierGroups.length === 0) {
      onAdd(product, { quantity: 1, modifiers: [], note: '' });
      return;
    }
    setChosen(product);
    setOpen(true);
  };
  const first = dishes.isPlaceholderData ? undefined : items?.find(isOrderable);
  const isFound = entered !== null && entered === wanted && first !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the dish is found
  useEffect(() => {
    if (!isFound) return;
    setEntered(null);
    setSearch('');
    pick(first);
  }, [isFound]);
  return (
    <>
      <TextInput
        label="Search the menu"
        placeholder="Name or SKU"
        leftSection={<IconSearch size={16} aria-hidden />}
        maxLength={200}
        value={search}
        onChange={({ currentTarget }) => {
          setSearch(currentTarget.value);
          setEntered(null);
        }}
        onKeyDown={({ key }) => {
          if (key === 'Enter' && search.trim() !== '') setEntered(search.trim());
        }}
        description="Enter takes the first dish."
        mb="sm"
      />
      <Stack gap="sm">
        {sections.map(([name, products]) => (
          <section key={name ?? ''} aria-label={name ?? 'Other dishes'}>
            {sections.length > 1 && (
              <Title order={3} size="h6" c="dimmed" mb={4}>
                <bdi>{name ?? 'Other dishes'}</bdi>
              </Title>
            )}
            <div className="dishes">
              {products.map((product) => (
                <DishButton key={product.id} product={product} onPick={() => pick(product)} />
              ))}
            </div>
          </section>
        ))}
      </Stack>
      <PageFoot query={{ ...dishes, items }} empty="No matching dishes." />
      <Dialog opened={isOpen} onClose={() => setOpen(false)} title={<bdi>{chosen?.name}</bdi>}>
        {chosen !== null && (
          <ChoiceForm
            key={chosen.id}
            product={chosen}
            line={null}
            onDone={(choice) => {
              setOpen(false);
              onAdd(chosen, choice);
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function DishButton({ product, onPick }: { product: Product; onPick: () => void }) {
  const { name, price, modifierGroups } = product;
  const isGone = !isOrderable(product);
  return (
    <UnstyledButton className="dish" disabled={isGone} onClick={onPick}>
      <Text component="span" size="sm" className="dish-name">
        <bdi>{name}</bdi>
        {modifierGroups.length > 0 && '…'}
      </Text>
      <Text component="span" size="sm" c="dimmed" className="number">
        {isGone ? 'Sold out' : formatMoney(price)}
      </Text>
    </UnstyledButton>
  );
}
