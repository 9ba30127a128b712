import { accountsChapter } from './accounts-chapter.ts';
import { buyingChapters } from './buying-chapters.ts';
import { factorsChapter } from './factors-chapter.ts';
import { operatingChapters } from './operating-chapters.ts';
import { pricesChapter } from './prices-chapter.ts';
import { shopChapter } from './shop-chapter.ts';
import type { Chapter } from './step.ts';

/** Every operation at least once, in an order that works on a fresh server. */
export const chapters: readonly Chapter[] = [
  accountsChapter,
  factorsChapter,
  shopChapter,
  pricesChapter,
  ...buyingChapters,
  ...operatingChapters,
];
