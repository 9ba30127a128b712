import { afterEach } from 'node:test';
import { billingTests } from './billing.ts';
import { openPages } from './pages-bench.ts';
import { pricingTests } from './pricing.ts';
import { runningTests } from './running.ts';

/** The built console in a real browser. */
const pages = await openPages();
afterEach(() => pages.closeAll());

runningTests(pages);
pricingTests(pages);
billingTests(pages);
