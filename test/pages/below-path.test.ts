import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { webFolder } from '../../src/main/program.ts';
import { newId } from '../../src/shared/ids.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import { nginxMissing, startNginx } from '../support/nginx.ts';
import { ownPort } from '../support/own-port.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { startTestServer } from '../support/server.ts';
import { createSession } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';

const skip =
  nginxMissing ||
  skipWithoutBrowser ||
  (!existsSync(`${webFolder}/shop/index.html`) && 'the pages are not built (npm run build:web)');

/** One of the paths has several segments and a percent-encoded character. */
const proxies = [
  { action: 'keeps', path: '/holdfast', stripsPath: false },
  { action: 'strips', path: '/shops/caf%C3%A9', stripsPath: true },
] as const;

const browser = await startBrowser();

for (const { action, path, stripsPath } of proxies) {
  describe(`a shop below ${path}, which nginx ${action}`, { skip }, async () => {
    if (skip !== false) return;
    const db = await testDatabase();
    const [port, nginxPort] = [await ownPort(), await ownPort()];
    const origin = `http://127.0.0.1:${nginxPort}`;
    const server = await startTestServer(db, {
      background: true,
      environment: {
        PORT: String(port),
        PUBLIC_URL: `${origin}${path}/`,
        TRUSTED_PROXIES: '127.0.0.1',
      },
    });
    await startNginx([server.url, server.url], { port: nginxPort, path, stripsPath });
    const url = `${origin}${path}`;
    const product = await addProduct(db.database, { onHand: 100 });

    /** Opens a page. `done` closes it and throws if it requested a URL outside the path or had an error. */
    async function visit(address: string) {
      const context = await browser!.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
      context.setDefaultTimeout(PATIENT_MS);
      const page = await context.newPage();
      const pageErrors: string[] = [];
      page.on('pageerror', ({ message }) => pageErrors.push(message));
      page.on('console', (message) => {
        // A refusal is recorded as a response below.
        const isRefusal = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !isRefusal) pageErrors.push(message.text());
      });
      page.on('request', (request) => {
        const { protocol, href } = new URL(request.url());
        if (protocol !== 'data:' && !href.startsWith(`${url}/`)) pageErrors.push(href);
      });
      page.on('response', (response) => {
        // A page receives 401 when its access cookie has expired.
        const isError = response.status() >= 400 && response.status() !== 401;
        if (isError) pageErrors.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(`${url}${address}`);
      const done = async () => {
        await context.close();
        assert.deepEqual(pageErrors, []);
      };
      return { page, done };
    }

    async function signIn(page: Page, { email, password }: { email: string; password: string }) {
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    }

    test('a customer orders, pays, returns, and is still signed in after a reload', async () => {
      const { page, done } = await visit('/shop');
      await page.getByRole('button', { name: `Add Product ${product.sku}` }).click();
      await page.getByRole('link', { name: 'View cart' }).click();
      await page.getByRole('link', { name: 'Sign in to order' }).click();
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByLabel('E-mail').fill(`${newId()}@example.com`);
      await page.getByLabel('Password').fill('a long pass phrase');
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByRole('button', { name: 'Order and pay' }).click();
      await page.waitForURL(`${url}/sandbox/pay/*`);
      await page.getByRole('button', { name: /^Pay/ }).click();
      await page.waitForURL(`${url}/shop/orders/*`);
      await page.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      const cookies = (await page.context().cookies(`${url}/api/auth/refresh`)).map(
        (cookie) => `${cookie.name} ${cookie.path}`,
      );
      assert.deepEqual(cookies.sort(), [
        `holdfast_access ${path}`,
        `holdfast_device ${path}`,
        `holdfast_refresh ${path}/api/auth`,
      ]);
      // Without the access cookie, as after its expiry, the refresh cookie continues the session.
      await page.context().clearCookies({ name: 'holdfast_access' });
      const refreshed = page.waitForResponse(`${url}/api/auth/refresh`);
      const isRefused = (response: { status(): number }) => response.status() === 401;
      await Promise.all([page.waitForResponse(isRefused), refreshed, page.reload()]);
      assert.equal((await refreshed).status(), 200);
      await page.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
      // A browser that signs out stays a known device.
      const left = await page.context().cookies();
      assert.deepEqual(
        left.map(({ name }) => name),
        ['holdfast_device'],
      );
      await done();
    });

    test('staff sign in to the console, follow it live and reload an order', async () => {
      const customer = await server.signUp();
      const items = [{ sku: product.sku, quantity: 1 }];
      const order = (await customer.post('/api/orders', { items })).json<{
        id: string;
        number: string;
      }>();
      const { identity } = await server.asAdmin();
      const { page, done } = await visit('/console');
      await signIn(page, identity);
      await page.waitForURL(`${url}/console/board`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Orders' }).click();
      await page.getByRole('link', { name: order.number }).click();
      await page.waitForURL(`${url}/console/orders/${order.id}`);
      await page.reload();
      await page.getByRole('heading', { name: order.number }).waitFor();
      for (const section of ['Products', 'People', 'Payments', 'Work', 'Health']) {
        await page.getByRole('link', { name: section }).first().click();
        await page.locator('h1').first().waitFor();
      }
      await page.getByText('Everything works.').waitFor();
      await page.reload();
      await page.getByText('Everything works.').waitFor();
      await done();
    });

    test('the API reference is shown, and its calls reach the server', async () => {
      const { page, done } = await visit('/docs');
      const operation = page.locator('#operations-Catalogue-listProducts');
      await operation.click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      const response = page.waitForResponse(`${url}/api/products**`);
      await page.getByRole('button', { name: 'Execute' }).click();
      assert.equal((await response).status(), 200);
      // This page leads to /docs/, where every asset has a different URL.
      await page.goto(`${url}/docs/static/index.html`);
      await operation.waitFor();
      await done();
    });

    test('the URLs that the API returns work through nginx', async () => {
      const api = createSession(url, (await server.signUp()).identity);
      const items = [{ sku: product.sku, quantity: 1 }];
      const placed = await api.post('/api/orders', { items });
      const { id } = placed.json<{ id: string }>();
      const location = new URL(placed.headers.get('location')!, `${url}/api/orders`);
      assert.equal(location.href, `${url}/api/orders/${id}`);
      const payment = (await api.post('/api/payments/initiate', { orderId: id })).json<{
        checkoutUrl: string;
      }>();
      assert.ok(payment.checkoutUrl.startsWith(`${url}/sandbox/pay/`), payment.checkoutUrl);

      const refused = (await api.get('/api/orders/nonsense')).json<{
        type: string;
        instance: string;
      }>();
      assert.equal(refused.instance, `${path}/api/orders/nonsense`);
      const explained = await fetch(refused.type);
      assert.equal(explained.status, 200, refused.type);
      const links = [...(await explained.text()).matchAll(/href="(\/[^"]*)"/g)];
      assert.equal(links.length, 2);
      for (const [, link] of links) assert.equal((await fetch(origin + link)).status, 200, link);

      const document = (await api.get('/openapi.json')).json<{ servers: { url: string }[] }>();
      assert.deepEqual(
        document.servers.map((one) => one.url),
        [url],
      );
      const { variable } = (await api.get('/postman.json')).json<{
        variable: { key: string; value: string }[];
      }>();
      assert.equal(variable.find(({ key }) => key === 'baseUrl')?.value, url);
      assert.equal((await api.get('/health')).status, 200);
      assert.equal((await api.get('/metrics')).status, 404);
    });
  });
}
