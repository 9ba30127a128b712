import { Switch } from '@mantine/core';
import { useRef } from 'react';
import type { Shop } from '../parts/use-shop.ts';
import { weekdays } from '../parts/weekdays.ts';
import { type OpeningHours, proposedHours } from './hours.ts';
import { ShopSection } from './shop-section.tsx';
import { useShopForm } from './use-shop-form.ts';
import { WeekView } from './week-view.tsx';

/** Errors are shown at their day. */
const fields = [
  'openingHours',
  ...weekdays.flatMap((day) => ['', '/#', '/#/#'].map((rest) => `openingHours/${day}${rest}`)),
];

/** Sets when the shop is open in a week. */
export function HoursSection({ shop }: { readonly shop: Shop }) {
  const form = useShopForm(shop, {
    names: ['openingHours'],
    fields,
    toDraft: ({ openingHours }) => ({ hours: openingHours as OpeningHours | null }),
    toTerms: ({ hours }) => ({ openingHours: hours as Shop['openingHours'] }),
  });
  const { hours } = form.draft;
  // Switching to “always open” and back brings the week back.
  const week = useRef<OpeningHours>(proposedHours);
  const setHours = (next: OpeningHours | null) => {
    if (hours !== null) week.current = hours;
    form.set({ hours: next });
  };
  return (
    <ShopSection
      title="Opening hours"
      form={form}
      intro={`On the shop's clock (${shop.timeZone}). Orders for a time in an opening are also taken while the shop is closed.`}
    >
      <Switch
        label="Always open"
        checked={hours === null}
        onChange={({ currentTarget }) => setHours(currentTarget.checked ? null : week.current)}
      />
      {hours !== null && <WeekView hours={hours} onChange={setHours} errors={form.errors} />}
    </ShopSection>
  );
}
