import { SimpleGrid, Switch } from '@mantine/core';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import type { Shop } from '../parts/use-shop.ts';
import { buildWholeEntry, WholeField } from '../parts/whole-field.tsx';
import { ShopSection } from './shop-section.tsx';
import { useShopForm } from './use-shop-form.ts';

const PROPOSED_SLOT_MINUTES = 15;

/** What is typed; the limit may be empty. */
interface Draft {
  readonly lead: string;
  readonly horizon: string;
  readonly hasSlots: boolean;
  readonly minutes: string;
  readonly ordersMax: string;
}

/** Sets how soon, how far ahead and in which numbers orders are taken. */
export function TimesSection({ shop }: { readonly shop: Shop }) {
  const form = useShopForm<Draft>(shop, {
    names: ['leadMinutes', 'horizonDays', 'slotMinutes', 'slotOrdersMax'],
    fields: ['leadMinutes', 'horizonDays', 'slotMinutes', 'slotOrdersMax'],
    toDraft: ({ leadMinutes, horizonDays, slotMinutes, slotOrdersMax }) => ({
      lead: formatWhole(leadMinutes),
      horizon: formatWhole(horizonDays),
      hasSlots: slotMinutes > 0,
      minutes: formatWhole(slotMinutes > 0 ? slotMinutes : PROPOSED_SLOT_MINUTES),
      ordersMax: slotOrdersMax === 0 ? '' : formatWhole(slotOrdersMax),
    }),
    toTerms: readDraft,
  });
  const { draft, errors, set } = form;
  const entry = (name: 'lead' | 'horizon' | 'minutes' | 'ordersMax') =>
    buildWholeEntry(readWhole, draft[name], (text) => set({ [name]: text }));
  return (
    <ShopSection title="Times and slots" form={form}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <WholeField
          label="Lead time in minutes"
          description="The shortest time from order to counter. An order for later appears on the board this long plus one slot before its time, or 30 minutes plus one slot if this is 0."
          required
          entry={entry('lead')}
          refusal={errors.at('leadMinutes')}
        />
        <WholeField
          label="Days ahead"
          description="For how many days after today orders are taken. 0: for today only."
          required
          entry={entry('horizon')}
          refusal={errors.at('horizonDays')}
        />
      </SimpleGrid>
      <Switch
        label="Orders take slots"
        description="Each order takes a place in a slot of the opening hours."
        checked={draft.hasSlots}
        onChange={({ currentTarget }) => set({ hasSlots: currentTarget.checked })}
      />
      {draft.hasSlots && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <WholeField
            label="Minutes of a slot"
            description="From 5 to 240."
            required
            entry={entry('minutes')}
            refusal={errors.at('slotMinutes')}
          />
          <WholeField
            label="Orders in a slot at most"
            description="Leave empty for no limit."
            entry={entry('ordersMax')}
            refusal={errors.at('slotOrdersMax')}
          />
        </SimpleGrid>
      )}
    </ShopSection>
  );
}

function readDraft({ lead, horizon, hasSlots, minutes, ordersMax }: Draft) {
  const read = (text: string) => (text.trim() === '' ? null : readWhole(text).value);
  const terms = {
    leadMinutes: read(lead),
    horizonDays: read(horizon),
    slotMinutes: hasSlots ? read(minutes) : 0,
    slotOrdersMax: ordersMax.trim() === '' ? 0 : read(ordersMax),
  };
  return Object.values(terms).includes(null) ? null : (terms as Record<keyof typeof terms, number>);
}
