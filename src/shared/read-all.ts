import { toSlices } from './slices.ts';

/** Ids per statement: enough that a list of thousands takes few round trips, and few enough to keep a page small. */
const SLICE_MAX = 100;

/** Yields what `read` finds for ids, slice by slice. */
export async function* readBySlices<Row>(
  ids: readonly string[],
  read: (slice: readonly string[]) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (const slice of toSlices(ids, SLICE_MAX)) yield* await read(slice);
}

/** Yields the rows of all pages of a list. `read` receives the last row of the page before, and null for the first page. */
export async function* readByPages<Row>(
  read: (last: Row | null) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let last: Row | null = null; ; ) {
    const page: readonly Row[] = await read(last);
    if (page.length === 0) return;
    yield* page;
    last = page.at(-1)!;
  }
}
