import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { freePort } from '../../src/database/embedded/free-port.ts';
import { executablePath } from '../../test/support/browser.ts';
import { type ServerProcess, startServerProcess } from '../../test/support/server-process.ts';
import { createSession, type Session } from '../../test/support/session.ts';
import { until } from '../../test/support/until.ts';

/**
 * `npm run docs:screenshots`: takes the screenshots of the documents, from the real pages on a server with the demo
 * menu.
 */
const VIEW = { width: 1280, height: 760 };

type Password = (email: string) => string;

async function signIn(url: string, email: string, password: string): Promise<Session> {
  const reply = await createSession(url).post('/api/auth/login', { email, password });
  const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
  return createSession(url, { email, password, accessToken, userId: user.id });
}

async function signUp(url: string, name: string): Promise<Session> {
  const credentials = {
    email: `${name.toLowerCase()}@shop.example`,
    password: 'a long pass phrase',
  };
  await createSession(url).post('/api/auth/signup', { ...credentials, name });
  return signIn(url, credentials.email, credentials.password);
}

/** Places an order and pays it. Returns its id. */
async function order(customer: Session, items: Readonly<Record<string, number>>): Promise<string> {
  const lines = Object.entries(items).map(([sku, quantity]) => ({ sku, quantity }));
  const { id } = (await customer.post('/api/orders', { items: lines })).json<{ id: string }>();
  const paying = await customer.post('/api/payments/initiate', { orderId: id });
  const { payment } = paying.json<{ payment: { id: string } }>();
  await customer.post(`/sandbox/sessions/${payment.id}/actions`, { action: 'pay' });
  await until(async () => {
    const { status } = (await customer.get(`/api/orders/${id}`)).json<{ status: string }>();
    if (status !== 'CONFIRMED') throw new Error(`the order is ${status}`);
  });
  return id;
}

/** An evening at the harbour, with orders in every status. Returns the order to take screenshots of. */
async function playEvening(url: string, kitchen: Session): Promise<{ id: string; who: Session }> {
  const move = async (id: string, ...steps: readonly string[]) => {
    for (const status of steps) await kitchen.patch(`/api/orders/${id}/status`, { status });
  };
  const [ada, grace, alan] = [
    await signUp(url, 'Ada'),
    await signUp(url, 'Grace'),
    await signUp(url, 'Alan'),
  ];
  await move(await order(alan, { MUSSELS: 2, 'SODA-BREAD': 2 }), 'PREPARING', 'READY', 'COMPLETED');
  await move(
    await order(grace, { 'HARBOUR-CHOWDER': 1, 'CRAB-SANDWICH': 1 }),
    'PREPARING',
    'READY',
  );
  await move(await order(alan, { 'BEAN-STEW': 1, 'GINGER-BEER': 2 }), 'PREPARING');
  const id = await order(ada, { 'FISH-AND-CHIPS': 2, 'LEMON-TART': 1 });
  await move(id, 'PREPARING');
  await order(grace, { 'LAMB-SHANK': 1, 'GREEN-SALAD': 1 });
  await order(alan, { 'MUSHROOM-PIE': 3 });
  await ada.post('/api/orders', { items: [{ sku: 'APPLE-CRUMBLE', quantity: 2 }] });
  return { id, who: ada };
}

async function openAs(browser: Browser, url: string, who: Session): Promise<Page> {
  const context = await browser.newContext({
    viewport: VIEW,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  const { accessToken: value } = who.identity;
  await context.addCookies([{ name: 'holdfast_access', value, url, httpOnly: true }]);
  // What the pages store at a sign-in.
  await context.addInitScript("localStorage.setItem('holdfast.signed-in', '1')");
  return context.newPage();
}

async function take(page: Page, address: string, shows: string, name: string): Promise<void> {
  await page.goto(address);
  const wanted = page.getByText(shows).first();
  await wanted.waitFor({ timeout: 15_000 });
  await wanted.scrollIntoViewIfNeeded();
  await page.evaluate('document.fonts.ready');
  await page.screenshot({
    path: fileURLToPath(new URL(`${name}.png`, import.meta.url)),
    animations: 'disabled',
  });
}

async function takeAll(browser: Browser, { url }: ServerProcess, passwordOf: Password) {
  const kitchen = await signIn(url, KITCHEN, passwordOf(KITCHEN));
  const admin = await signIn(url, ADMIN, passwordOf(ADMIN));
  const { id, who } = await playEvening(url, kitchen);
  const shop = await openAs(browser, url, who);
  await take(shop, `${url}/shop`, 'Fish and Chips', 'shop');
  await take(shop, `${url}/shop/orders/${id}`, 'Lemon Tart', 'order');
  await take(await openAs(browser, url, kitchen), `${url}/console/board`, 'Mushroom Pie', 'board');
  const office = await openAs(browser, url, admin);
  await take(office, `${url}/console/orders/${id}`, 'It was paid.', 'timeline');
}

const ADMIN = 'admin@holdfast.example';
const KITCHEN = 'kitchen@holdfast.example';

if (executablePath === undefined) throw new Error('The screenshots require Chromium.');
const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-screenshots-'));
const port = await freePort(null);
const server = await startServerProcess({
  port,
  environment: {
    DATA_DIR: dataDir,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
  },
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const passwordOf = (email: string) => {
    const [, password] = new RegExp(`${email}\\s+(\\S+)`).exec(server.output()) ?? [];
    if (password === undefined) throw new Error(`The start printed no password for ${email}.`);
    return password;
  };
  await takeAll(browser, server, passwordOf);
} finally {
  await browser.close();
  await server.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}
