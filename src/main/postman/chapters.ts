import { accountsChapter } from './accounts-chapter.ts';
import { buyingChapters } from './buying-chapters.ts';
import { operatingChapters } from './operating-chapters.ts';
import type { Chapter } from './step.ts';

/** Every operation once or more, in an order that works from a fresh server. */
export const chapters: readonly Chapter[] = [
  accountsChapter,
  ...buyingChapters,
  ...operatingChapters,
];
