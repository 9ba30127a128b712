import '../parts/chips.css';
import './times.css';
import { useState } from 'react';
import { formatShopDate, formatShopTime, toShopDate } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';
import { Problem } from '../parts/problem.tsx';
import type { FulfilmentType } from '../terms.ts';
import { listDays, type OfferedDay, type ShopSettings } from './openings.ts';
import { useOfferedTimes } from './use-offered-times.ts';

interface TimePickerProps {
  readonly shop: ShopSettings;
  readonly type: FulfilmentType;
  /** RFC 3339. Null: none. */
  readonly chosen: string | null;
  onChoose(at: string): void;
}

/** Chooses a day, and one of its times. */
export function TimePicker({ shop, type, chosen, onChoose }: TimePickerProps) {
  const now = new Date(useNow(60_000));
  const days = listDays(shop, now);
  const today = toShopDate(now, shop.timeZone);
  const first = days.find(({ closed }) => closed === null);
  const ofChosen = chosen === null ? null : toShopDate(new Date(chosen), shop.timeZone);
  const [date, setDate] = useState(ofChosen);
  const day = days.find((one) => one.date === date && one.closed === null) ?? first;
  if (day === undefined) return <p className="quiet">There are no times to choose.</p>;
  return (
    <div className="time-picker">
      {days.length > 1 && (
        <fieldset className="days">
          <legend className="unseen">Day</legend>
          {days.map((one) => (
            <button
              key={one.date}
              type="button"
              className="chip"
              disabled={one.closed !== null}
              aria-pressed={one === day}
              onClick={() => setDate(one.date)}
            >
              {formatShopDate(one.date, today)}
              {one.closed !== null && <small>{one.closed.reason ?? 'Closed'}</small>}
            </button>
          ))}
        </fieldset>
      )}
      <Times key={day.date} {...{ shop, type, day, chosen, onChoose }} />
    </div>
  );
}

function Times({ shop, type, day, chosen, onChoose }: TimePickerProps & { day: OfferedDay }) {
  const { times, error } = useOfferedTimes(shop, type, day.openingDates);
  const { timeZone } = shop;
  if (times === undefined) {
    return error === null ? <p className="quiet">Loading…</p> : <Problem error={error} />;
  }
  if (times.length === 0) return <p className="quiet">No times are left on this day.</p>;
  const chosenMs = chosen === null ? null : Date.parse(chosen);
  return (
    <fieldset className="times">
      <legend className="unseen">Time</legend>
      {times.map(({ at, isFree }) => {
        const ofDay = toShopDate(at, timeZone);
        return (
          <button
            key={at.getTime()}
            type="button"
            className="chip"
            disabled={!isFree}
            aria-pressed={at.getTime() === chosenMs}
            onClick={() => onChoose(at.toISOString())}
          >
            {formatShopTime(at, timeZone)}
            {!isFree && <small>Full</small>}
            {ofDay !== day.date && <small>{formatWeekday(ofDay)}</small>}
          </button>
        );
      })}
    </fieldset>
  );
}

const weekday = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', weekday: 'short' });

/** Formats the day of a time after midnight. */
function formatWeekday(date: string): string {
  return weekday.format(new Date(date));
}
