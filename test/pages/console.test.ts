import { afterEach } from 'node:test';
import { openPages } from './pages-bench.ts';
import { runningTests } from './running.ts';

/** The console in a real browser, as it was built. */
const pages = await openPages();
afterEach(() => pages.closeAll());

runningTests(pages);
