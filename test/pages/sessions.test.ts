import { afterEach } from 'node:test';
import { keepingTests } from './keeping.ts';
import { openPages } from './pages-bench.ts';
import { tabTests } from './tabs.ts';

/** Console and shop with wrong clocks, ended sessions, broken links and several tabs. */
const pages = await openPages();
afterEach(() => pages.closeAll());

keepingTests(pages);
tabTests(pages);
