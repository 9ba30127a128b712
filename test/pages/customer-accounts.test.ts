import { afterEach } from 'node:test';
import { accountTests } from './account.ts';
import { factorTests } from './factors.ts';
import { openPages } from './pages-bench.ts';

/** How customers sign in to the shop, and what they do with their account. */
const pages = await openPages({ host: 'localhost' });
afterEach(() => pages.closeAll());

factorTests(pages);
accountTests(pages);
