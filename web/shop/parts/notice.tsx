import type { ReactNode } from 'react';

/** What stands in place of content: nothing here yet, or something went wrong. */
export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="notice">
      <h1>{title}</h1>
      {children}
    </section>
  );
}
