import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
  Request,
} from 'playwright-core';
import { webFolder } from '../../src/main/program.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import { ownPort } from '../support/own-port.ts';
import { PATIENT_MS, within } from '../support/patience.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { until } from '../support/until.ts';

const areBuilt = ['console', 'shop'].every((page) => existsSync(`${webFolder}/${page}/index.html`));

/** False, or the reason to skip. */
const skipWithoutPages: string | false = areBuilt
  ? skipWithoutBrowser
  : 'the pages are not built (npm run build:web)';

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};
export const tablet: BrowserContextOptions = {
  viewport: { width: 1024, height: 768 },
  isMobile: true,
  hasTouch: true,
};

/** Below the limit of the runner, which ends a test without a word about its pages. */
const TEST_MAX_MS = 3 * PATIENT_MS;

export interface Dish {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
}

export interface PlacedOrder {
  readonly id: string;
  readonly number: string;
}

export interface Pages {
  readonly databaseUrl: string;
  readonly server: TestServer;
  readonly admin: Session;
  readonly kitchen: Session;
  /** Opens a page as a signed-in user, or as a guest if `who` is null. */
  visit(who: Session | null, path: string, device?: BrowserContextOptions): Promise<Page>;
  /** Adds a product to the menu, by default at 5.00. */
  addDish(name: string, onHand?: number, priceMinor?: number): Promise<Dish>;
  order(customer: Session, dish: Dish, quantity?: number): Promise<PlacedOrder>;
  /** Places an order of one dish and pays it at the sandbox. */
  paidOrder(customer: Session, dish: Dish): Promise<PlacedOrder>;
  /** Returns and clears the errors of the pages so far, for tests of failing pages. */
  takeErrors(): string[];
  /** Closes the pages of a test. Throws if one had a script error or violated its own security policy. */
  closeAll(): Promise<void>;
  /** Defines a test, skipped if something is missing. Its failure includes the pages' texts and their requests. */
  test(name: string, body: () => Promise<void>): void;
}

/** Starts one server with all its background work, and one browser, for the page tests of a file. */
export async function openPages({
  currency = 'GBP',
  host = '127.0.0.1',
  environment = {},
}: {
  readonly currency?: string;
  /** The host in the address of the pages. Passkeys need a name: `localhost`. */
  readonly host?: string;
  readonly environment?: Readonly<Record<string, string>>;
} = {}): Promise<Pages> {
  const db = await testDatabase();
  const port = await ownPort();
  const url = `http://${host}:${port}`;
  const server = await startTestServer(db, {
    background: true,
    environment: {
      PORT: String(port),
      CURRENCY: currency,
      PUBLIC_URL: url,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      CANCELLATIONS_PER_DAY_MAX: '0',
      PENDING_ORDERS_MAX: '0',
      ...environment,
    },
  });
  const browser = await startBrowser();
  const [admin, kitchen] = await Promise.all([server.asAdmin(), server.signInAs('kitchen')]);
  const fulfilmentTypes = ['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT'];
  const offered = await admin.patch('/api/shop', { fulfilmentTypes });
  assert.equal(offered.status, 200, offered.text);

  const opened: Page[] = [];
  const pageErrors: string[] = [];
  const calls = new Map<Request, string>();
  const contexts = new Map<string, Promise<BrowserContext>>();

  /** Returns the browser context of a user, which has cached the scripts, or a new one for a guest. */
  function findOrOpenContext(who: Session | null, device: BrowserContextOptions) {
    if (who === null) return openContext(browser!, url, who, device);
    const key = `${who.identity.userId} ${JSON.stringify(device)}`;
    const context = contexts.get(key) ?? openContext(browser!, url, who, device);
    contexts.set(key, context);
    return context;
  }

  async function describePages(): Promise<string> {
    const texts = opened.map(async (page) => `${page.url()}\n${await page.innerText('body')}`);
    const requests = [...calls].map(([call, end]) => `${call.method()} ${call.url()} ${end}`);
    return [...(await Promise.all(texts)), requests.join('\n')].join('\n\n');
  }

  const pages: Pages = {
    databaseUrl: db.url,
    server,
    admin,
    kitchen,
    async visit(who, path, device = desktop) {
      const page = await openPage(findOrOpenContext(who, device));
      opened.push(page);
      collectErrors(page, pageErrors);
      page.on('request', (request) => calls.set(request, 'without a response'));
      page.on('response', (response) => calls.set(response.request(), `${response.status()}`));
      page.on('requestfailed', (request) => calls.set(request, `${request.failure()?.errorText}`));
      await page.goto(path);
      return page;
    },
    async addDish(name, onHand = 100, priceMinor = 500) {
      const sku = name.toUpperCase().replaceAll(' ', '-');
      const price = { amount: priceMinor, currency };
      const reply = await admin.post('/api/products', { sku, name, price, onHand });
      assert.equal(reply.status, 201, reply.text);
      return reply.json<{ id: string; sku: string; name: string }>();
    },
    async order(customer, { sku }, quantity = 1) {
      const reply = await customer.post('/api/orders', { items: [{ sku, quantity }] });
      assert.equal(reply.status, 201, reply.text);
      return reply.json<PlacedOrder>();
    },
    async paidOrder(customer, dish) {
      const order = await pages.order(customer, dish);
      const initiated = await customer.post('/api/payments/initiate', { orderId: order.id });
      const { pathname } = new URL(initiated.json<{ checkoutUrl: string }>().checkoutUrl);
      const reference = pathname.split('/').at(-1);
      const actions = `/sandbox/sessions/${reference}/actions`;
      const paid = await server.anonymous.post(actions, { action: 'pay' });
      assert.equal(paid.status, 202, paid.text);
      await until(async () => {
        const reply = await customer.get(`/api/orders/${order.id}`);
        assert.equal(reply.json<{ status: string }>().status, 'CONFIRMED');
      });
      return order;
    },
    test(name, body) {
      test(name, { skip: skipWithoutPages }, async () => {
        try {
          await within('the test', body(), TEST_MAX_MS);
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\n${await describePages()}`, {
            cause: error,
          });
        }
      });
    },
    takeErrors: () => pageErrors.splice(0),
    async closeAll() {
      calls.clear();
      await Promise.all(opened.splice(0).map((page) => page.close()));
      assert.deepEqual(pageErrors.splice(0), []);
    },
  };
  return pages;
}

/** Opens another tab of the same browser. */
export async function openTab(page: Page, path = '/shop'): Promise<Page> {
  const other = await openPage(Promise.resolve(page.context()));
  await other.goto(path);
  return other;
}

/** A page that the browser never opens is a failure that says so. */
async function openPage(context: Promise<BrowserContext>): Promise<Page> {
  const opened = context.then((ready) => ready.newPage());
  return within('opening a page in the browser', opened);
}

const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };

async function openContext(
  browser: Browser,
  url: string,
  who: Session | null,
  device: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...device,
  });
  context.setDefaultTimeout(PATIENT_MS);
  await context.addInitScript(WATCH_SHIFTS);
  if (who !== null) {
    const { accessToken: value } = who.identity;
    await context.addCookies([{ name: 'holdfast_access', value, url, httpOnly: true }]);
    await context.addInitScript(
      "if (self === top) localStorage.setItem('holdfast.signed-in', '1')",
    );
  }
  return context;
}

function collectErrors(page: Page, pageErrors: string[]): void {
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('console', (message) => {
    // Refusals of the API and pages that fail to load are part of the tests; the browser logs each.
    const text = message.text();
    const isExpected = /Failed to (load resource|fetch dynamically)/.test(text);
    const isFault = message.type() === 'error' || text.startsWith('Error with Permissions-Policy');
    if (isFault && !isExpected) pageErrors.push(text);
  });
}

/**
 * Records in the page how much of it has shifted without user input, and which elements. A string, because this file is
 * type-checked with the server's code, which has no `window`. Source of the measure: web.dev/articles/cls.
 */
const WATCH_SHIFTS = `
  window.shifts = { value: 0, what: [] };
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput) continue;
      shifts.value += shift.value;
      shifts.what.push(...shift.sources.map(({ node }) => node?.outerHTML?.slice(0, 120)));
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;

export interface Shifts {
  readonly value: number;
  readonly what: readonly string[];
}

export function measureShifts(page: Page): Promise<Shifts> {
  return page.evaluate<Shifts>('shifts');
}

/**
 * Lists the HTML and height of targets that are too small to touch: less than 44 px high (WCAG 2.2, 2.5.5). The button
 * of a tag is inside a field that is high enough itself, and need be only 24 px (2.5.8).
 */
export function listSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('a, button, .mantine-Switch-body, .mantine-Input-input')]
      .filter((target) => target.checkVisibility() && !target.matches('.skip, .mantine-Pill-remove'))
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height < 43.5)
      .map(({ target, box }) => target.outerHTML.slice(0, 160) + ' ' + box.height)
  `);
}

/** Waits until the page shows the data that it requested from the server. */
export async function waitUntilLoaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page
    .locator('.mantine-Skeleton-root, .mantine-Loader-root, [aria-busy=true]')
    .first()
    .waitFor({ state: 'detached' });
}

const axeScript = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/**
 * Waits in the page until no animation runs, because a colour in transition has the contrast of neither end. Changes
 * that scripts make for a new colour scheme start with the next frame.
 */
const WAIT_FOR_ANIMATIONS = `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const listMoving = () => document.getAnimations().filter(({ effect, playState }) =>
    playState !== 'finished' && effect.getComputedTiming().endTime !== Infinity);
  await drawn();
  for (let moving = listMoving(); moving.length > 0; moving = listMoving()) {
    await Promise.allSettled(moving.map(({ finished }) => finished));
    await drawn();
  }
})()`;

/** Lists the violations that axe finds of WCAG 2.2 AA and its best practices, or of the given rules only. */
export async function listViolations(page: Page, ...rules: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axeScript);
  await page.evaluate(WAIT_FOR_ANIMATIONS);
  const only = rules.length === 0 ? '' : `, runOnly: ${JSON.stringify(rules)}`;
  return page.evaluate<string[]>(`
    axe.run({ resultTypes: ['violations']${only} }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))
  `);
}
