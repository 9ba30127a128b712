import { TabbedPage } from '../parts/tabbed-page.tsx';
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
export default function PricesPage({ tab }: { tab?: string | undefined }) {
  return <TabbedPage title="Prices" path="/prices" tabs={tabs} tab={tab} />;
}
