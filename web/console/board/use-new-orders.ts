import { useEffect, useRef, useState } from 'react';
import type { Order } from '../../shared/api.ts';
import { SOUND_KEY } from '../../shared/machine-settings.ts';

/** How long a new order stays marked. */
const NEW_FOR_MS = 30_000;

/** Returns the orders that arrived while the board was open, and plays a sound when one arrives. */
export function useNewOrders(orders: readonly Order[] | undefined) {
  const [hasSound, setHasSound] = useState(() => localStorage.getItem(SOUND_KEY) === 'on');
  const [newIds, setNewIds] = useState<ReadonlySet<string>>(new Set());
  const known = useRef<Set<string> | null>(null);

  useEffect(() => {
    if (orders === undefined) return;
    // Orders that the kitchen can start on. One that waits for its payment makes no sound yet.
    const ids = orders.filter(({ status }) => status === 'CONFIRMED').map(({ id }) => id);
    const before = known.current;
    known.current = new Set([...(before ?? []), ...ids]);
    const fresh = before === null ? [] : ids.filter((id) => !before.has(id));
    if (fresh.length === 0) return;
    if (hasSound) playChime();
    setNewIds((old) => new Set([...old, ...fresh]));
    const timer = setTimeout(() => {
      setNewIds((old) => new Set([...old].filter((id) => !fresh.includes(id))));
    }, NEW_FOR_MS);
    return () => clearTimeout(timer);
  }, [orders, hasSound]);

  return {
    newIds,
    hasSound,
    setSound(on: boolean) {
      localStorage.setItem(SOUND_KEY, on ? 'on' : 'off');
      setHasSound(on);
      // Browsers allow sound only after a user action, and this is one. It also demonstrates the sound.
      if (on) playChime();
    },
  };
}

let audio: AudioContext | undefined;

/** Plays two short tones. */
function playChime(): void {
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const [place, hertz] of [660, 880].entries()) {
    const startsAt = currentTime + place * 0.18;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.25, startsAt);
    volume.gain.exponentialRampToValueAtTime(0.001, startsAt + 0.35);
    tone.connect(volume).connect(destination);
    tone.start(startsAt);
    tone.stop(startsAt + 0.36);
  }
}
