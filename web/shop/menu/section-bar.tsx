import './menu.css';
import { useEffect, useRef, useState } from 'react';
import type { Section } from './sections.ts';

/** The part of the screen, below header and bar, in which a section is the current one. */
const CURRENT_PART = '-130px 0px -60% 0px';

/** Leads to the sections of the menu and marks the one on the screen. */
export function SectionBar({ sections }: { sections: readonly Section[] }) {
  const bar = useRef<HTMLElement>(null);
  const current = useCurrent(sections.map(({ id }) => id).join(' '));
  useEffect(() => {
    const link = bar.current?.querySelector<HTMLElement>(`[href="#${current}"]`);
    if (!link || !bar.current) return;
    const { offsetLeft, offsetWidth } = link;
    bar.current.scrollTo({ left: offsetLeft - (bar.current.clientWidth - offsetWidth) / 2 });
  }, [current]);
  return (
    <nav className="section-bar" aria-label="Sections of the menu" ref={bar}>
      {sections.map(({ id, name }) => (
        <a key={id} href={`#${id}`} aria-current={id === current ? 'true' : undefined}>
          <bdi>{name ?? 'More'}</bdi>
        </a>
      ))}
    </nav>
  );
}

/** Returns the id of the uppermost section on the screen. `ids` are separated by blanks. */
function useCurrent(ids: string): string | null {
  const [current, setCurrent] = useState<string | null>(null);
  useEffect(() => {
    const visible = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) visible.add(target.id);
          else visible.delete(target.id);
        }
        const first = ids.split(' ').find((id) => visible.has(id));
        if (first !== undefined) setCurrent(first);
      },
      { rootMargin: CURRENT_PART },
    );
    for (const id of ids.split(' ')) {
      const section = document.getElementById(id);
      if (section !== null) observer.observe(section);
    }
    return () => observer.disconnect();
  }, [ids]);
  return current;
}
