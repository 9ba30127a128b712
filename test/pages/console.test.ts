import { afterEach } from 'node:test';
import { openPages } from './pages-bench.ts';
import { runningTests } from './running.ts';

/** The built console in a real browser. */
const pages = await openPages();
afterEach(() => pages.closeAll());

runningTests(pages);
