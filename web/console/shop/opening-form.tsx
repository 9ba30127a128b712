import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { formatWeekday } from '../parts/shop-clock.ts';
import { type Weekday, weekdays } from '../parts/weekdays.ts';
import { findEnd, type OpeningTimes } from './hours.ts';

interface OpeningFormProps {
  readonly day: Weekday;
  /** Null: a new opening. */
  readonly times: OpeningTimes | null;
  readonly onSave: (times: OpeningTimes, days: readonly Weekday[]) => void;
  readonly onRemove: () => void;
}

/** Sets when an opening begins and ends, and the days that it is on. */
export function OpeningForm({ day, times, onSave, onRemove }: OpeningFormProps) {
  const [opens, setOpens] = useState(times?.[0] ?? '');
  // A time field has no 24:00, and the midnight after the beginning is the same.
  const [closes, setCloses] = useState(times?.[1].replace('24:00', '00:00') ?? '');
  const [days, setDays] = useState<readonly Weekday[]>([day]);
  const isComplete = opens !== '' && closes !== '' && days.length > 0;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isComplete) onSave([opens, closes], days);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Group grow align="start">
          <TextInput
            type="time"
            label="Opens"
            required
            data-autofocus
            value={opens}
            onChange={({ currentTarget }) => setOpens(currentTarget.value)}
          />
          <TextInput
            type="time"
            label="Closes"
            required
            value={closes}
            onChange={({ currentTarget }) => setCloses(currentTarget.value)}
          />
        </Group>
        <Text size="sm" c="dimmed" mih="1.5em" aria-live="polite">
          {isComplete && describeEnd([opens, closes], days)}
        </Text>
        <Checkbox.Group
          label="Days"
          value={[...days]}
          onChange={(chosen) => setDays(weekdays.filter((one) => chosen.includes(one)))}
        >
          <Group gap="md" mt="xs">
            {weekdays.map((one, index) => (
              <Checkbox key={one} value={one} label={formatWeekday(index)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Group justify="space-between">
          <Button type="submit" disabled={!isComplete}>
            {times === null ? 'Add the opening' : 'Change the opening'}
          </Button>
          {times !== null && (
            <Button variant="default" c="var(--mantine-color-error)" onClick={onRemove}>
              Remove the opening
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function describeEnd(times: OpeningTimes, days: readonly Weekday[]): string {
  switch (findEnd(times)) {
    case 'whole day':
      return 'Open for 24 hours.';
    case 'midnight':
      return 'Closes at midnight.';
    case 'next day': {
      const [only] = days;
      if (days.length > 1) return 'Closes after midnight, on the next day.';
      const next = formatWeekday((weekdays.indexOf(only!) + 1) % weekdays.length);
      return `Closes after midnight, on ${next}.`;
    }
    default:
      return 'Closes on the same day.';
  }
}
