import { Anchor, Badge, Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { ProductForm } from '../product/product-form.tsx';

type Product = ItemOf<'listProducts'>;

export default function ProductsPage() {
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const [isOpen, { open, close }] = useDisclosure();
  const products = usePages(['products', 'list', wanted], (cursor) =>
    readBody(
      api.GET('/api/products', {
        params: { query: { limit: 50, ...(wanted === '' ? {} : { search: wanted }), ...cursor } },
      }),
    ),
  );
  return (
    <>
      <Group justify="space-between" mb="md">
        <PageTitle>Products</PageTitle>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
          New product
        </Button>
      </Group>
      <TextInput
        label="Search"
        placeholder="Name or SKU"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        maxLength={200}
        maw={320}
        mb="md"
      />
      {products.items !== undefined && (
        <Table.ScrollContainer minWidth={640}>
          <Table verticalSpacing="xs" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Product</Table.Th>
                <Table.Th ta="right">Price</Table.Th>
                <Table.Th ta="right">On hand</Table.Th>
                <Table.Th ta="right">Reserved</Table.Th>
                <Table.Th ta="right">Available</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {products.items.map((product) => (
                <Row key={product.id} product={product} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={products} empty="No matching products." />
      <Dialog opened={isOpen} onClose={close} title="New product">
        <ProductForm product={null} onDone={close} onReload={() => {}} />
      </Dialog>
    </>
  );
}

function Row({ product }: { product: Product }) {
  const { available, onHand, reserved } = getStock(product);
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Anchor component={Link} href={`/products/${product.id}`} fw={600}>
            <bdi>{product.name}</bdi>
          </Anchor>
          {!product.active && (
            <Badge color="gray" variant="light">
              Not on the menu
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {product.sku}
          {product.category !== null && (
            <>
              {' '}
              · <bdi>{product.category}</bdi>
            </>
          )}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatMoney(product.price)}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {onHand ?? '–'}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {reserved ?? '–'}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {available <= 0 ? <Badge color="red">Sold out</Badge> : available}
      </Table.Td>
    </Table.Tr>
  );
}

/** Returns the stock of a product. If the session has ended meanwhile, it contains only the available units. */
function getStock({ stock }: Product): { available: number; onHand?: number; reserved?: number } {
  return stock;
}
