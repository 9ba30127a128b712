import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';

const PAGE_SIZE = 100;
/** Suggestions need not be complete, and a menu has few sections. */
const PAGES_MAX = 5;

/** Returns the sections of the menu that products name already, in the order of the menu. */
export function useMenuSections(): readonly string[] {
  const { data } = useQuery({ queryKey: ['products', 'sections'], queryFn: readSections });
  return data ?? [];
}

async function readSections(): Promise<readonly string[]> {
  const sections = new Set<string>();
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page: { data: { category: string | null }[]; nextCursor: string | null } = await readBody(
      api.GET('/api/products', {
        params: { query: { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) } },
      }),
    );
    for (const { category } of page.data) if (category !== null) sections.add(category);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return [...sections];
}
