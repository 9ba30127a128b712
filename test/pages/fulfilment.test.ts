import { afterEach } from 'node:test';
import { openPages } from './pages-bench.ts';
import { promisedTimesTests } from './promised-times.ts';
import { shopSettingsTests } from './shop-settings.ts';

/** The console of a shop with hours, slots and every type of order. */
const pages = await openPages();
afterEach(() => pages.closeAll());

promisedTimesTests(pages);
shopSettingsTests(pages);
