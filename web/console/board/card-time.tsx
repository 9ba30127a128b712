import { Text } from '@mantine/core';
import type { Order } from '../../shared/api.ts';
import { findPromise } from '../parts/promise.ts';
import { formatClock } from '../parts/shop-clock.ts';
import { describePromise, formatDuration, toMinutes } from './describe-promise.ts';

/** When an order without a time is late. */
const LATE_MINUTES = 20;

interface CardTimeProps {
  readonly order: Order;
  readonly now: number;
  readonly timeZone: string;
}

/** Shows when an order was promised, large, with how long that is or its day; for one without a time, its age. */
export function CardTime({ order, now, timeZone }: CardTimeProps) {
  const promise = findPromise(order);
  if (promise === null) {
    const minutes = Math.max(0, toMinutes(now - Date.parse(order.createdAt)));
    return <Duration minutes={minutes} isLate={minutes >= LATE_MINUTES} />;
  }
  const { isLate, text } = describePromise(promise, now, timeZone);
  return (
    <div className={isLate ? 'promise late' : 'promise'}>
      <Text component="time" dateTime={promise} className="promise-time number">
        {formatClock(promise, timeZone)}
      </Text>
      <Text component="span" size="sm" className="number" fw={isLate ? 700 : 400}>
        {text}
      </Text>
    </div>
  );
}

function Duration({ minutes, isLate }: { readonly minutes: number; readonly isLate: boolean }) {
  return (
    <Text
      size="sm"
      fw={isLate ? 700 : 400}
      className={isLate ? 'number late' : 'number'}
      style={{ whiteSpace: 'nowrap' }}
    >
      {formatDuration(minutes)}
      {isLate && ' !'}
    </Text>
  );
}
