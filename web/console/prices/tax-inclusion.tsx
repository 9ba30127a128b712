import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';

/** States whether prices include tax, as a quote of any product shows it. Renders nothing while the menu is empty. */
export function TaxInclusion() {
  const { data } = useQuery({ queryKey: ['prices-include-tax'], queryFn: readWhetherIncluded });
  if (data === undefined || data === null) return null;
  return (
    <Text component="span" inherit fw={600} c="var(--mantine-color-text)">
      {data ? 'Prices include tax.' : 'Tax is added to the prices.'}
    </Text>
  );
}

async function readWhetherIncluded(): Promise<boolean | null> {
  const products = await readBody(api.GET('/api/products', { params: { query: { limit: 1 } } }));
  const [product] = products.data;
  if (product === undefined) return null;
  const quote = await readBody(
    api.POST('/api/quotes', { body: { items: [{ sku: product.sku, quantity: 1 }] } }),
  );
  return quote.bill.pricesIncludeTax;
}
