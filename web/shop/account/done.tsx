import { type ReactNode, useEffect, useEffectEvent } from 'react';

/** Long enough to be read, also by those who read slowly. */
const SEEN_AFTER_MS = 10_000;

interface DoneProps {
  readonly children: ReactNode;
  /** Called when it has been there long enough. Without it, it stays. */
  onSeen?(): void;
}

/** Says that something has been done. */
export function Done({ children, onSeen }: DoneProps) {
  const seen = useEffectEvent(() => onSeen?.());
  useEffect(() => {
    const timer = setTimeout(() => seen(), SEEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className="done" role="status">
      {children}
    </p>
  );
}
