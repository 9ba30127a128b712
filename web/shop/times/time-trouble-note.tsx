import '../parts/chips.css';
import './times.css';
import { formatShopMoment } from '../../shared/shop-clock.ts';
import type { TimeTrouble } from './time-trouble.ts';

interface TimeTroubleNoteProps {
  readonly trouble: TimeTrouble;
  readonly timeZone: string;
  readonly now: Date;
  onChoose(at: string): void;
}

/** States why a time is refused, and offers the next ones. */
export function TimeTroubleNote({ trouble, timeZone, now, onChoose }: TimeTroubleNoteProps) {
  const { text, nextTimes } = trouble;
  return (
    <div className="time-trouble" role="status">
      <p>{text}</p>
      {nextTimes.length > 0 && (
        <div className="chips">
          {nextTimes.map((at) => (
            <button key={at} type="button" className="chip" onClick={() => onChoose(at)}>
              {capitalize(formatShopMoment(new Date(at), { timeZone, now }))}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Starts a sentence or a button with a moment. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
