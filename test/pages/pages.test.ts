import { afterEach } from 'node:test';
import { cartTests } from './carts.ts';
import { directionTests } from './directions.ts';
import { keepingTests } from './keeping.ts';
import { lookingTests } from './looking.ts';
import { orderingTests } from './ordering.ts';
import { openPages } from './pages-bench.ts';
import { quotingTests } from './quoting.ts';
import { runningTests } from './running.ts';
import { tabTests } from './tabs.ts';

/** Console and shop in a real browser, as they were built: one server and one browser for all of it. */
const pages = await openPages();
afterEach(() => pages.closeAll());

orderingTests(pages);
cartTests(pages);
quotingTests(pages);
runningTests(pages);
lookingTests(pages);
keepingTests(pages);
tabTests(pages);
directionTests(pages);
