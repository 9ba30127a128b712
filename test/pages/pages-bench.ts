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
import { PATIENT_MS } from '../support/patience.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { until } from '../support/until.ts';

const areBuilt = ['console', 'shop'].every((page) => existsSync(`${webFolder}/${page}/index.html`));

/** False, or what is missing. */
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
  /** Opens a page as somebody who has signed in before; null: as a guest. */
  visit(who: Session | null, path: string, device?: BrowserContextOptions): Promise<Page>;
  /** Puts a product on the menu, at 5.00 where nothing else is said. */
  addDish(name: string, onHand?: number, priceMinor?: number): Promise<Dish>;
  order(customer: Session, dish: Dish, quantity?: number): Promise<PlacedOrder>;
  /** The same, paid on the page of the sandbox. */
  paidOrder(customer: Session, dish: Dish): Promise<PlacedOrder>;
  /** What pages complained of so far, and are forgiven: for tests of pages with a fault. */
  complaints(): string[];
  /** Closes what a test opened; throws when a page complained, of a script or of its own policy. */
  closeAll(): Promise<void>;
  /** A test, skipped where something is missing. Its failure says what the pages showed and what they waited for. */
  test(name: string, body: () => Promise<void>): void;
}

/** One server with all its background work, and one browser, for all tests of the pages. */
export async function openPages({ currency = 'GBP' } = {}): Promise<Pages> {
  const db = await testDatabase();
  const port = await ownPort();
  const server = await startTestServer(db, {
    background: true,
    environment: {
      PORT: String(port),
      CURRENCY: currency,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      CANCELLATIONS_PER_DAY_MAX: '0',
      PENDING_ORDERS_MAX: '0',
    },
  });
  const browser = await startBrowser();
  const [admin, kitchen] = await Promise.all([server.asAdmin(), server.signInAs('kitchen')]);

  const opened: Page[] = [];
  const complaints: string[] = [];
  const calls = new Map<Request, string>();
  const contexts = new Map<string, Promise<BrowserContext>>();

  /** Somebody's browser knows the scripts from the page before; a guest comes with a new one each time. */
  function createPageContext(who: Session | null, device: BrowserContextOptions) {
    if (who === null) return openContext(browser!, server.url, who, device);
    const key = `${who.identity.userId} ${JSON.stringify(device)}`;
    const context = contexts.get(key) ?? openContext(browser!, server.url, who, device);
    contexts.set(key, context);
    return context;
  }

  async function tellAll(): Promise<string> {
    const texts = opened.map(async (page) => `${page.url()}\n${await page.innerText('body')}`);
    const answers = [...calls].map(([call, end]) => `${call.method()} ${call.url()} ${end}`);
    return [...(await Promise.all(texts)), answers.join('\n')].join('\n\n');
  }

  const pages: Pages = {
    databaseUrl: db.url,
    server,
    admin,
    kitchen,
    async visit(who, path, device = desk) {
      const page = await (await createPageContext(who, device)).newPage();
      opened.push(page);
      listen(page, complaints);
      page.on('request', (request) => calls.set(request, 'without an answer'));
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
      const begun = await customer.post('/api/payments/initiate', { orderId: order.id });
      const { pathname } = new URL(begun.json<{ checkoutUrl: string }>().checkoutUrl);
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
          await body();
        } catch (error) {
          throw new Error(`${(error as Error).message}\n\n${await tellAll()}`, { cause: error });
        }
      });
    },
    complaints: () => complaints.splice(0),
    async closeAll() {
      calls.clear();
      await Promise.all(opened.splice(0).map((page) => page.close()));
      assert.deepEqual(complaints.splice(0), []);
    },
  };
  return pages;
}

/** Another tab of the same browser. */
export async function besides(page: Page, path = '/shop'): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(path);
  return other;
}

const desk: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };

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

function listen(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refusal of the API and a page that does not come are part of what is tested; the browser tells of each.
    const isTested = /Failed to (load resource|fetch dynamically)/.test(message.text());
    if (message.type() === 'error' && !isTested) complaints.push(message.text());
  });
}

/**
 * Runs in the page: how much of it moved by itself so far, and what. As text, since the server's code, which this is
 * checked with, has no window. Source of the measure: web.dev/articles/cls.
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

/** What cannot be hit with a finger, by its name and size: less than 44 px high (WCAG 2.2, 2.5.5). */
export function listSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('a, button, .mantine-Switch-body, .mantine-Input-input')]
      .filter((target) => target.checkVisibility() && !target.matches('.skip'))
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height < 43.5)
      .map(({ target, box }) => target.outerHTML.slice(0, 160) + ' ' + box.height)
  `);
}

/** Until what the page asked the server for is shown. */
export async function loaded(page: Page): Promise<void> {
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
 * Waits in the page until nothing moves: a colour that is on its way to another one has the contrast of neither. What
 * scripts change for a new colour scheme begins with the next frame.
 */
const STAND_STILL = `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const listMoving = () => document.getAnimations().filter(({ effect, playState }) =>
    playState !== 'finished' && effect.getComputedTiming().endTime !== Infinity);
  await drawn();
  for (let moving = listMoving(); moving.length > 0; moving = listMoving()) {
    await Promise.allSettled(moving.map(({ finished }) => finished));
    await drawn();
  }
})()`;

/** What axe finds against WCAG 2.2 AA and its own advice, or these rules of it alone, a line each. */
export async function listViolations(page: Page, ...rules: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axeScript);
  await page.evaluate(STAND_STILL);
  const only = rules.length === 0 ? '' : `, runOnly: ${JSON.stringify(rules)}`;
  return page.evaluate<string[]>(`
    axe.run({ resultTypes: ['violations']${only} }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))
  `);
}
