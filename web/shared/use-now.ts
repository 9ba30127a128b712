import { useEffect, useState } from 'react';
import { serverClock } from './fetch-reply.ts';

/** Returns the server's time in milliseconds since 1970, updated at an interval, for ages on the screen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverClock.nowMs);
  useEffect(() => {
    const notify = () => setNow(serverClock.nowMs());
    const timer = setInterval(notify, everyMs);
    const forget = serverClock.onChange(notify);
    return () => {
      clearInterval(timer);
      forget();
    };
  }, [everyMs]);
  return now;
}
