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

/**
 * Returns the id of the uppermost section on the screen. `ids` are separated by blanks. At the top of the page, where on
 * a phone all sections are further down, it is the first one.
 */
function useCurrent(ids: string): string | null {
  const [current, setCurrent] = useState<string | null>(null);
  useEffect(() => {
    const all = ids.split(' ');
    const visible = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) visible.add(target.id);
          else visible.delete(target.id);
        }
        const uppermost = all.find((id) => visible.has(id));
        if (uppermost !== undefined) setCurrent(uppermost);
        else if (isBelow(all[0]!)) setCurrent(all[0]!);
      },
      { rootMargin: CURRENT_PART },
    );
    for (const id of all) {
      const section = document.getElementById(id);
      if (section !== null) observer.observe(section);
    }
    return () => observer.disconnect();
  }, [ids]);
  return current;
}

/** Whether a section begins below the upper edge of the screen. */
function isBelow(id: string): boolean {
  const section = document.getElementById(id);
  return section !== null && section.getBoundingClientRect().top > 0;
}
