import { Button, Text, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type CSSProperties, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import type { FieldErrors } from '../parts/field-errors.ts';
import { formatTimeOfDay, formatWeekday } from '../parts/shop-clock.ts';
import { type Weekday, weekdays } from '../parts/weekdays.ts';
import {
  type Bar,
  changeDays,
  findEnd,
  listBars,
  type OpeningHours,
  type OpeningTimes,
  toMinutes,
} from './hours.ts';
import { OpeningForm } from './opening-form.tsx';

const DAY_MINUTES = 24 * 60;
const HOURS_MARKED = ['00:00', '06:00', '12:00', '18:00'];

/** The opening that is being edited; `place` null: a new one. */
interface Edited {
  readonly day: Weekday;
  readonly place: number | null;
}

interface WeekViewProps {
  readonly hours: OpeningHours;
  readonly onChange: (hours: OpeningHours) => void;
  readonly errors: FieldErrors;
}

/** Shows a week as one row for each day, with its openings as bars on a scale of 24 hours and as buttons. */
export function WeekView({ hours, onChange, errors }: WeekViewProps) {
  const [edited, setEdited] = useState<Edited | null>(null);
  const close = () => setEdited(null);
  const week = listBars(hours);
  return (
    <div className="week">
      <div className="week-scale" aria-hidden>
        {HOURS_MARKED.map((time) => (
          <span key={time}>{formatTimeOfDay(time)}</span>
        ))}
      </div>
      {weekdays.map((day, index) => (
        <fieldset key={day} className="week-day" aria-label={formatWeekday(index)}>
          <Text component="span" fw={600} className="week-name" aria-hidden>
            <span className="week-long">{formatWeekday(index)}</span>
            <span className="week-short">{formatWeekday(index, 'short')}</span>
          </Text>
          <div className="week-track" aria-hidden>
            {week[index]!.map((bar) => (
              <WeekBar
                key={`${bar.day} ${bar.place} ${bar.isRest}`}
                bar={bar}
                onOpen={() => setEdited(bar)}
              />
            ))}
          </div>
          <div className="week-openings">
            {(hours[day] ?? []).map((times, place) => (
              <Button
                key={times.join()}
                variant="default"
                size="compact-md"
                className="number week-opening"
                data-refused={findRefusal(errors, day, place) !== null || undefined}
                onClick={() => setEdited({ day, place })}
              >
                <VisuallyHidden>Change {formatWeekday(index)} </VisuallyHidden>
                {formatOpening(times)}
                <VisuallyHidden>{describeEnd(times, index)}</VisuallyHidden>
              </Button>
            ))}
            {(hours[day] ?? []).length === 0 && (
              <Text size="sm" c="dimmed">
                Closed
              </Text>
            )}
            <Button
              variant="subtle"
              size="compact-md"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setEdited({ day, place: null })}
            >
              Add<VisuallyHidden> an opening on {formatWeekday(index)}</VisuallyHidden>
            </Button>
          </div>
          <Refusals errors={errors} day={day} count={(hours[day] ?? []).length} />
        </fieldset>
      ))}
      <Dialog
        opened={edited !== null}
        onClose={close}
        title={edited?.place === null ? 'New opening' : 'Change the opening'}
      >
        {edited !== null && (
          <OpeningForm
            day={edited.day}
            times={edited.place === null ? null : hours[edited.day]![edited.place]!}
            onSave={(times, days) => {
              onChange(putOpening(hours, edited, times, days));
              close();
            }}
            onRemove={() => {
              onChange(removeOpening(hours, edited));
              close();
            }}
          />
        )}
      </Dialog>
    </div>
  );
}

/** A shortcut for the pointer. The keyboard and screen readers use the buttons below it. */
function WeekBar({ bar: { from, to, isRest }, onOpen }: { bar: Bar; onOpen: () => void }) {
  const style = {
    '--from': from / DAY_MINUTES,
    '--length': (to - from) / DAY_MINUTES,
  } as CSSProperties;
  return (
    <button
      type="button"
      tabIndex={-1}
      className="week-bar"
      style={style}
      data-rest={isRest || undefined}
      data-continued={(!isRest && to === DAY_MINUTES) || undefined}
      onClick={onOpen}
    />
  );
}

function Refusals({ errors, day, count }: { errors: FieldErrors; day: Weekday; count: number }) {
  const texts = [
    errors.at(`openingHours/${day}`),
    ...Array.from({ length: count }, (_, place) => findRefusal(errors, day, place)),
  ].filter((text) => text !== null);
  if (texts.length === 0) return null;
  return (
    <Text size="sm" c="var(--mantine-color-error)" role="alert" className="week-refusal">
      {nameDays(texts.join(' '))}
    </Text>
  );
}

/** The server names days as in its settings: `fri`. */
function nameDays(text: string): string {
  const day = new RegExp(`\\b(${weekdays.join('|')})\\b`, 'g');
  return text.replace(day, (name) => formatWeekday(weekdays.indexOf(name as Weekday)));
}

function findRefusal(errors: FieldErrors, day: Weekday, place: number): string | null {
  const pointer = `openingHours/${day}/${place}`;
  return errors.at(pointer) ?? errors.at(`${pointer}/0`) ?? errors.at(`${pointer}/1`);
}

function putOpening(
  hours: OpeningHours,
  edited: Edited,
  times: OpeningTimes,
  days: readonly Weekday[],
): OpeningHours {
  const without = edited.place === null ? hours : removeOpening(hours, edited);
  const isOther = (one: OpeningTimes) => one.join() !== times.join();
  return changeDays(without, days, (openings) => [...openings.filter(isOther), times]);
}

function removeOpening(hours: OpeningHours, { day, place }: Edited): OpeningHours {
  return changeDays(hours, [day], (openings) => openings.filter((_, index) => index !== place));
}

function formatOpening(times: OpeningTimes): string {
  const [opens, closes] = times;
  // From 00:00 to 00:00 would read as if the shop were never open.
  if (isAllDay(times)) return 'All day';
  return `${formatTimeOfDay(opens)} – ${formatTimeOfDay(closes)}`;
}

/** Whether an opening is a day of the calendar, from midnight to midnight. */
function isAllDay(times: OpeningTimes): boolean {
  return findEnd(times) === 'whole day' && toMinutes(times).start === 0;
}

/** Describes an end that is on another day than the beginning. */
function describeEnd(times: OpeningTimes, dayIndex: number): string {
  const end = findEnd(times);
  if (isAllDay(times) || (end !== 'next day' && end !== 'whole day')) return '';
  return ` on ${formatWeekday((dayIndex + 1) % weekdays.length)}`;
}
