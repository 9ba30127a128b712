import { Tabs } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { PageTitle } from '../parts/page-title.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { Charges } from '../prices/charges.tsx';
import { Discounts } from '../prices/discounts.tsx';
import { ModifierGroups } from '../prices/modifier-groups.tsx';
import { TaxRates } from '../prices/tax-rates.tsx';

const tabs = [
  { value: 'taxes', label: 'Taxes', content: TaxRates },
  { value: 'charges', label: 'Charges', content: Charges },
  { value: 'discounts', label: 'Discounts', content: Discounts },
  { value: 'modifiers', label: 'Modifiers', content: ModifierGroups },
] as const;

/** Shows what an order costs besides the prices of its products. */
export default function PricesPage({ tab = 'taxes' }: { tab?: string | undefined }) {
  const [, navigate] = useLocation();
  if (!tabs.some(({ value }) => value === tab)) {
    return (
      <Refusal title="Page not found.">
        Prices has no section “{tab}”. <Link href="/prices/taxes">See the taxes</Link>
      </Refusal>
    );
  }
  return (
    <>
      <PageTitle mb="md">Prices</PageTitle>
      <Tabs
        value={tab}
        onChange={(value) => value !== null && navigate(`/prices/${value}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="choices">
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, content: Content }) => (
          <Tabs.Panel key={value} value={value}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
