import '../parts/chips.css';
import './times.css';
import { useState } from 'react';
import { differsFromShop, formatShopMoment, formatShopTime } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';
import type { FulfilmentType } from '../terms.ts';
import { findEarliest, type ShopSettings } from './openings.ts';
import { TimePicker } from './time-picker.tsx';
import type { TimeTrouble } from './time-trouble.ts';
import { capitalize, TimeTroubleNote } from './time-trouble-note.tsx';

interface TimeFieldProps {
  readonly shop: ShopSettings;
  readonly type: FulfilmentType;
  /** RFC 3339. Null: as soon as possible. */
  readonly requestedFor: string | null;
  /** Why the time is refused. */
  readonly trouble: TimeTrouble | null;
  onChange(requestedFor: string | null): void;
}

const NOW_MS = 30_000;

/** Chooses when the order is wanted: as soon as possible, or at one of the times that the shop offers. */
export function TimeField({ shop, type, requestedFor, trouble, onChange }: TimeFieldProps) {
  const now = new Date(useNow(NOW_MS));
  const [isOpen, setIsOpen] = useState(!shop.open && shop.acceptingOrders && requestedFor === null);
  const { timeZone } = shop;
  const choose = (at: string | null) => {
    setIsOpen(false);
    onChange(at);
  };
  const soonAt = shop.open && shop.leadMinutes > 0 ? findEarliest(shop, now) : null;
  const shownAt = requestedFor === null ? null : new Date(requestedFor);
  return (
    <fieldset className="time-field">
      <legend>When</legend>
      <div className="chips">
        <button
          type="button"
          className="chip"
          disabled={!shop.open}
          aria-pressed={shop.open && requestedFor === null && !isOpen}
          onClick={() => choose(null)}
        >
          As soon as possible
          {!shop.open && <small>closed now</small>}
          {soonAt !== null && shop.slotMinutes === 0 && (
            <small>from {formatShopTime(soonAt, timeZone)}</small>
          )}
        </button>
        <button
          type="button"
          className="chip"
          aria-pressed={requestedFor !== null}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {shownAt === null
            ? 'Choose a time'
            : capitalize(formatShopMoment(shownAt, { timeZone, now }))}
          <span aria-hidden="true" className="more-mark">
            ▾
          </span>
        </button>
      </div>
      {trouble !== null && !isOpen && (
        <TimeTroubleNote {...{ trouble, timeZone, now }} onChoose={choose} />
      )}
      {isOpen && <TimePicker {...{ shop, type }} chosen={requestedFor} onChoose={choose} />}
      {differsFromShop(now, timeZone) && (isOpen || requestedFor !== null) && (
        <p className="quiet zone-note">
          Times are by the shop’s clock, which now shows {formatShopTime(now, timeZone)}.
        </p>
      )}
    </fieldset>
  );
}
