import type { ReactNode } from 'react';

/** Shows a notice in place of content: there is none yet, or something went wrong. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="notice">
      <h1>{title}</h1>
      {children}
    </section>
  );
}
