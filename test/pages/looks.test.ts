import { afterEach } from 'node:test';
import { lookingTests } from './looking.ts';
import { openPages } from './pages-bench.ts';

/** How every page of console and shop looks, and whether everybody can use it. */
const pages = await openPages();
afterEach(() => pages.closeAll());

lookingTests(pages);
