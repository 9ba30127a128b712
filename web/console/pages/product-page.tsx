import { Card, Grid, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import { History } from '../audit/audit-list.tsx';
import { formatActor } from '../parts/actor.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem, Problem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { type Product, ProductForm } from '../product/product-form.tsx';
import { StockForm } from '../product/stock-form.tsx';

type Movement = ItemOf<'listStockAdjustments'>;

export default function ProductPage({ id }: { id: string }) {
  const { data: product, error } = useQuery({
    queryKey: ['product', id],
    queryFn: () => readProduct(id),
  });
  const ledger = usePages(['product', id, 'ledger'], (cursor) =>
    readBody(
      api.GET('/api/products/{id}/stock-adjustments', {
        params: { path: { id }, query: cursor },
      }),
    ),
  );
  if (product === undefined) return <Problem error={error} />;
  const stock: { available: number; onHand?: number; reserved?: number } = product.stock;
  return (
    <>
      <PageTitle>{product.name}</PageTitle>
      <Text c="dimmed" mb="md">
        {product.sku}
      </Text>
      <Grid>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Card withBorder>
            <Title order={2} size="h4" mb="sm">
              On the menu
            </Title>
            <ProductEditor first={product} />
          </Card>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Card withBorder>
              <Title order={2} size="h4" mb="sm">
                Stock
              </Title>
              <SimpleGrid cols={3} mb="md">
                <Figure label="On hand" value={stock.onHand} />
                <Figure label="Reserved" value={stock.reserved} />
                <Figure label="Available" value={stock.available} />
              </SimpleGrid>
              <StockForm productId={product.id} />
            </Card>
            <Card withBorder>
              <Title order={2} size="h4" mb="sm">
                Corrections
              </Title>
              <Table.ScrollContainer minWidth={440}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>When</Table.Th>
                      <Table.Th ta="right">Change</Table.Th>
                      <Table.Th ta="right">New stock level</Table.Th>
                      <Table.Th>Reason</Table.Th>
                      <Table.Th>By</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {ledger.items?.map((movement) => (
                      <LedgerRow key={movement.id} movement={movement} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <PageFoot query={ledger} empty="No corrections yet." />
            </Card>
            <Card withBorder component="section" aria-label="History">
              <Title order={2} size="h4" mb="sm">
                History
              </Title>
              <History subject={product.id} name={product.name} />
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

/** Edits the version that was read first, until it is saved: a later one must not replace what is being typed. */
function ProductEditor({ first }: { first: Product }) {
  const [product, setProduct] = useState(first);
  const reload = () => void readProduct(product.id).then(setProduct, notifyProblem);
  return (
    <ProductForm key={product.version} product={product} onDone={setProduct} onReload={reload} />
  );
}

function readProduct(id: string): Promise<Product> {
  return readBody(api.GET('/api/products/{id}', { params: { path: { id } } }));
}

function LedgerRow({ movement }: { movement: Movement }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Timestamp at={movement.at} />
      </Table.Td>
      <Table.Td ta="right" className="number">
        {movement.delta > 0 ? `+${movement.delta}` : movement.delta}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {movement.onHand}
      </Table.Td>
      <Table.Td>
        <Group gap="xs">
          <bdi>{movement.reason}</bdi>
        </Group>
      </Table.Td>
      <Table.Td>{formatActor(movement)}</Table.Td>
    </Table.Tr>
  );
}

function Figure({ label, value }: { label: string; value: number | undefined }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={700} className="number">
        {value === undefined ? '–' : formatWhole(value)}
      </Text>
    </div>
  );
}
