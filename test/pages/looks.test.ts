import { afterEach } from 'node:test';
import { lookingTests } from './looking.ts';
import { openPages } from './pages-bench.ts';

/** The layout and accessibility of every page of console and shop. */
const pages = await openPages();
afterEach(() => pages.closeAll());

lookingTests(pages);
