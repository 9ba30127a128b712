import { Button, CloseButton, Group, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useRef } from 'react';
import { formatDate } from '../parts/shop-clock.ts';
import type { Shop } from '../parts/use-shop.ts';
import { ShopSection } from './shop-section.tsx';
import { useShopForm } from './use-shop-form.ts';

interface ClosedDay {
  readonly date: string;
  readonly reason: string;
}

/** Sets the days on which the shop stays closed. */
export function ClosedDaysSection({ shop }: { readonly shop: Shop }) {
  const form = useShopForm(shop, {
    names: ['closedDates'],
    fields: ['closedDates', 'closedDates/#/date', 'closedDates/#/reason'],
    toDraft: ({ closedDates }) => ({
      days: closedDates.map(({ date, reason }): ClosedDay => ({ date, reason: reason ?? '' })),
    }),
    toTerms: ({ days }) =>
      days.some(({ date }) => date === '')
        ? null
        : {
            closedDates: days.map(({ date, reason }) => ({ date, reason: reason.trim() || null })),
          },
  });
  const { days } = form.draft;
  const add = useRef<HTMLButtonElement>(null);
  const setDay = (place: number, change: Partial<ClosedDay>) =>
    form.set({ days: days.map((day, index) => (index === place ? { ...day, ...change } : day)) });
  return (
    <ShopSection
      title="Closed days"
      form={form}
      intro="No opening begins on these days. One that began the day before still ends after midnight."
    >
      {days.length === 0 && (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      )}
      {days.map(({ date, reason }, place) => (
        <Group
          // biome-ignore lint/suspicious/noArrayIndexKey: the fields are controlled
          key={place}
          gap="xs"
          align="start"
          role="group"
          aria-label={date === '' ? 'New closed day' : formatDate(date)}
          className="closed-day"
        >
          <TextInput
            type="date"
            aria-label="Day"
            required
            value={date}
            error={form.errors.at(`closedDates/${place}/date`)}
            onChange={({ currentTarget }) => setDay(place, { date: currentTarget.value })}
          />
          <TextInput
            aria-label="Reason"
            placeholder="Reason, shown to customers"
            maxLength={100}
            flex="1 1 12rem"
            value={reason}
            error={form.errors.at(`closedDates/${place}/reason`)}
            onChange={({ currentTarget }) => setDay(place, { reason: currentTarget.value })}
          />
          <CloseButton
            size="lg"
            aria-label={`Remove ${date === '' ? 'the new closed day' : formatDate(date)}`}
            onClick={() => {
              form.set({ days: days.filter((_, index) => index !== place) });
              add.current?.focus();
            }}
          />
        </Group>
      ))}
      <Group>
        <Button
          ref={add}
          variant="default"
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => form.set({ days: [...days, { date: '', reason: '' }] })}
        >
          Add a closed day
        </Button>
      </Group>
    </ShopSection>
  );
}
