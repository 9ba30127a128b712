import { afterEach } from 'node:test';
import { deliveringTests } from './delivering.ts';
import { openingTests } from './opening.ts';
import { openPages } from './pages-bench.ts';

/** How, when and where orders are fulfilled, in a shop whose customers need no account. */
const pages = await openPages({ environment: { GUEST_CHECKOUT: 'true' } });
afterEach(() => pages.closeAll());

deliveringTests(pages);
openingTests(pages);
