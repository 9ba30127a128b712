import { afterEach } from 'node:test';
import { lookingTests } from './looking.ts';
import { orderingTests } from './ordering.ts';
import { openPages } from './pages-bench.ts';
import { runningTests } from './running.ts';

/** Console and shop in a real browser, as they were built: one server and one browser for all of it. */
const pages = await openPages();
afterEach(async (t) => {
  if ('passed' in t && !t.passed) t.diagnostic(await pages.tellAll());
  await pages.closeAll();
});

orderingTests(pages);
runningTests(pages);
lookingTests(pages);
