import { Center, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';
import { useCurrency } from './use-currency.ts';

/** Renders its content once the shop's currency is known. */
export function WithCurrency({ children }: { children: (currency: string) => ReactNode }) {
  const { currency, error } = useCurrency();
  if (currency !== undefined) return children(currency);
  if (error !== null) return <Problem error={error} />;
  return (
    <Center py="xl">
      <Loader role="status" aria-label="Loading" />
    </Center>
  );
}
