import type { ReactNode } from 'react';

/** Says that something has been done. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <p className="done" role="status">
      {children}
    </p>
  );
}
