import { SegmentedControl, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { serverClock } from '../../shared/fetch-reply.ts';
import type { FulfilmentType } from '../parts/fulfilment.ts';
import { formatClock, toShopDate } from '../parts/shop-clock.ts';
import { slotsQuery } from '../parts/slots-query.ts';
import type { Shop } from '../parts/use-shop.ts';
import type { FulfilmentDraft } from './fulfilment-draft.ts';

interface TimeFieldProps {
  readonly draft: FulfilmentDraft;
  readonly set: (change: Partial<FulfilmentDraft>) => void;
  readonly shop: Shop;
  readonly type: FulfilmentType;
  readonly refusal: string | null;
}

/** Chooses a day and a time on the shop's clock; with slots, the beginning of one that has a place left. */
export function TimeField({ draft, set, shop, type, refusal }: TimeFieldProps) {
  const today = toShopDate(serverClock.nowMs(), shop.timeZone);
  const hasSlots = shop.slotMinutes > 0;
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="When"
        data={[
          { value: 'asap', label: 'As soon as possible' },
          { value: 'time', label: 'At a time' },
        ]}
        value={draft.isAsap ? 'asap' : 'time'}
        onChange={(value) => set({ isAsap: value === 'asap' })}
      />
      {!draft.isAsap && (
        <SimpleGrid cols={2}>
          <TextInput
            type="date"
            label="Day"
            description={`On the shop's clock (${shop.timeZone}).`}
            min={today}
            value={draft.date}
            // Another day has other slots.
            onChange={({ currentTarget }) =>
              set({ date: currentTarget.value, at: null, ...(hasSlots ? { time: '' } : {}) })
            }
          />
          {hasSlots ? (
            <SlotField draft={draft} set={set} shop={shop} type={type} refusal={refusal} />
          ) : (
            <TextInput
              type="time"
              label="Time"
              value={draft.time}
              error={refusal}
              onChange={({ currentTarget }) => set({ time: currentTarget.value, at: null })}
            />
          )}
        </SimpleGrid>
      )}
    </Stack>
  );
}

function SlotField({ draft, set, shop, type, refusal }: TimeFieldProps) {
  const { data } = useQuery(slotsQuery(draft.date, type));
  const offered = (data?.data ?? []).map(({ start, available }) => ({
    value: start,
    label: `${formatClock(start, shop.timeZone)}${describePlaces(available)}`,
    disabled: available === 0,
  }));
  // The order's own slot may be full or too near to be offered.
  const own =
    draft.at === null || offered.some(({ value, disabled }) => value === draft.at && !disabled)
      ? []
      : [{ value: draft.at, label: formatClock(draft.at, shop.timeZone), disabled: false }];
  return (
    <Select
      label="Time"
      data={[...own, ...offered.filter(({ value }) => value !== own[0]?.value)]}
      value={draft.at}
      placeholder={data?.data.length === 0 ? 'No slots on this day' : 'Choose one'}
      allowDeselect={false}
      error={refusal}
      onChange={(at) => at !== null && set({ at })}
    />
  );
}

function describePlaces(available: number | null): string {
  if (available === null) return '';
  return available === 0 ? ' · full' : ` · ${available} left`;
}
