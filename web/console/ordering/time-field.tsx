import {
  Button,
  Group,
  Input,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { serverClock } from '../../shared/fetch-reply.ts';
import { addDays } from '../../shared/shop-clock.ts';
import { Problem } from '../parts/problem.tsx';
import {
  formatClock,
  formatDate,
  formatDayAndClock,
  toInstant,
  toShopDate,
} from '../parts/shop-clock.ts';
import { slotsQuery } from '../parts/slots-query.ts';
import type { Shop } from '../parts/use-shop.ts';
import type { FieldsProps } from './fields-props.ts';

const RENEWED_EVERY_MS = 20_000;
/** From this number of free places on, it is not shown how many there are. */
const FEW = 3;

interface TimeFieldProps extends FieldsProps {
  readonly shop: Shop;
}

/** Chooses when the order is wanted: as soon as possible, or at a time on the shop's clock. */
export function TimeField({ shop, draft, onChange, errors }: TimeFieldProps) {
  const { timeZone, horizonDays, slotMinutes } = shop;
  const { requestedFor, type, override } = draft;
  const [isLater, setLater] = useState(requestedFor !== null);
  const today = toShopDate(serverClock.nowMs(), timeZone);
  const [day, setDay] = useState(today);
  const isOpen = isLater || requestedFor !== null;
  const refusal = errors.at('fulfilment/requestedFor');
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="When"
        data={[
          { value: 'now', label: 'As soon as possible' },
          { value: 'later', label: 'For later' },
        ]}
        value={isOpen ? 'later' : 'now'}
        onChange={(value) => {
          setLater(value === 'later');
          onChange({ requestedFor: null });
        }}
      />
      {isOpen && (
        <>
          <Group align="end" gap="sm">
            <Select
              label="Day"
              allowDeselect={false}
              data={listDays(today, horizonDays).map((value) => ({
                value,
                label: value === today ? 'Today' : formatDate(value),
              }))}
              value={day}
              onChange={(value) => setDay(value ?? today)}
              maw={220}
            />
            {(slotMinutes === 0 || override) && (
              <ClockField
                key={day}
                label={slotMinutes === 0 ? 'Time' : 'Another time'}
                onChange={(clock) => {
                  const at = toInstant(day, clock, timeZone);
                  if (at !== null) onChange({ requestedFor: at });
                }}
              />
            )}
          </Group>
          {slotMinutes > 0 && (
            <Slots
              type={type}
              day={day}
              timeZone={timeZone}
              chosen={requestedFor}
              onChoose={(start) => onChange({ requestedFor: start })}
            />
          )}
          <Text size="sm" role="status">
            {requestedFor === null
              ? 'No time is chosen yet: the order is for as soon as possible.'
              : `For ${formatDayAndClock(requestedFor, timeZone)}${nameZone(timeZone)}.`}
          </Text>
        </>
      )}
      {refusal !== null && <Input.Error>{refusal}</Input.Error>}
    </Stack>
  );
}

/** Names the shop's time zone to staff whose browser is in another one. */
function nameZone(timeZone: string): string {
  const { timeZone: ofBrowser } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === ofBrowser ? '' : ` (${timeZone})`;
}

/** Returns a day (`2026-12-01`) and the days after it. */
function listDays(first: string, daysAfter: number): readonly string[] {
  return Array.from({ length: daysAfter + 1 }, (_, days) => addDays(first, days));
}

interface ClockFieldProps {
  readonly label: string;
  onChange(clock: string): void;
}

function ClockField({ label, onChange }: ClockFieldProps) {
  const [clock, setClock] = useState('');
  return (
    <TextInput
      label={label}
      type="time"
      value={clock}
      onChange={({ currentTarget }) => {
        setClock(currentTarget.value);
        onChange(currentTarget.value);
      }}
    />
  );
}

interface SlotsProps {
  readonly type: FieldsProps['draft']['type'];
  readonly day: string;
  readonly timeZone: string;
  readonly chosen: string | null;
  onChoose(start: string): void;
}

/** The times of a day that can be chosen. */
function Slots({ type, day, timeZone, chosen, onChoose }: SlotsProps) {
  const { data, error } = useQuery({
    ...slotsQuery(day, type),
    refetchInterval: RENEWED_EVERY_MS,
  });
  if (error !== null) return <Problem error={error} />;
  if (data === undefined) return null;
  if (data.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There is no time left on this day.
      </Text>
    );
  }
  return (
    <Group gap={6} role="group" aria-label="Times" className="times">
      {data.data.map(({ start, available }) => (
        <Button
          key={start}
          variant={start === chosen ? 'filled' : 'default'}
          size="sm"
          px="sm"
          aria-pressed={start === chosen}
          disabled={available === 0 && start !== chosen}
          onClick={() => onChoose(start)}
        >
          {formatClock(start, timeZone)}
          {available !== null && available <= FEW && (
            <Text component="span" size="xs" ms={6} inherit={false}>
              {available === 0 ? 'full' : `${available} left`}
            </Text>
          )}
        </Button>
      ))}
    </Group>
  );
}
