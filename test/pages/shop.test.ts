import { afterEach } from 'node:test';
import { billTests } from './bills.ts';
import { cartTests } from './carts.ts';
import { choosingTests } from './choosing.ts';
import { directionTests } from './directions.ts';
import { orderingTests } from './ordering.ts';
import { openPages } from './pages-bench.ts';
import { quotingTests } from './quoting.ts';

/** The built shop in a real browser, together with the kitchen's board. */
const pages = await openPages();
afterEach(() => pages.closeAll());

cartTests(pages);
quotingTests(pages);
directionTests(pages);
choosingTests(pages);
billTests(pages);
orderingTests(pages);
