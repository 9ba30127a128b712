import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { BrowserContext, Page, Response } from 'playwright-core';
import { webFolder } from '../../src/main/program.ts';
import { newId } from '../../src/shared/ids.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/database.ts';
import { nginxMissing, startNginx } from '../support/nginx.ts';
import { makeCertificate, opensslMissing } from '../support/nginx-certificate.ts';
import { ownPort } from '../support/own-port.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { startTestServer } from '../support/server.ts';
import { enterPassword, PASSWORD } from './customers.ts';

const skip =
  nginxMissing ||
  opensslMissing ||
  skipWithoutBrowser ||
  (!existsSync(`${webFolder}/shop/index.html`) && 'the pages are not built (npm run build:web)');

/** Chromium resolves these names to this machine, and accepts cookies of the first for both. */
const HOST = 'shop.localhost';
const SIBLING = `sibling.${HOST}`;
const REFRESH = '__Secure-holdfast_refresh';

const browser = await startBrowser();

for (const { where, path, access } of [
  { where: 'of a shop', path: '', access: '__Host-holdfast_access' },
  { where: 'of a shop below a path', path: '/holdfast', access: '__Secure-holdfast_access' },
]) {
  describe(`a page of another host of the domain ${where}`, { skip }, async () => {
    if (skip !== false) return;
    const db = await testDatabase();
    const port = await ownPort();
    const origin = `https://${HOST}:${port}`;
    const server = await startTestServer(db, {
      environment: { PUBLIC_URL: origin + path, TRUSTED_PROXIES: '127.0.0.1' },
      config: { secureCookies: true },
    });
    await startNginx([server.url, server.url], { port, path, certificates: makeCertificate() });

    /** Signs up a customer by cookie, and returns their cookies by name. */
    async function signUp() {
      const email = `${newId()}@example.com`;
      const body = { email, password: PASSWORD, credentials: 'cookie' };
      const reply = await server.anonymous.post(`${path}/api/auth/signup`, body, { origin });
      assert.equal(reply.status, 201, reply.text);
      const pairs = reply.headers.getSetCookie().map((text) => text.split(';')[0]!.split('='));
      return { email, cookies: Object.fromEntries(pairs) as Record<string, string> };
    }

    async function openContext(): Promise<BrowserContext> {
      const context = await browser!.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
      context.setDefaultTimeout(PATIENT_MS);
      await context.route(`https://${SIBLING}:${port}/**`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Sibling</title>' }),
      );
      return context;
    }

    /** Sets these cookies for the whole domain, as a script of the sibling can. */
    async function plant(context: BrowserContext, cookies: Record<string, string>): Promise<void> {
      const page = await context.newPage();
      await page.goto(`https://${SIBLING}:${port}/`);
      for (const [name, value] of Object.entries(cookies)) {
        const where = name === REFRESH ? `${path}/api/auth` : path || '/';
        const text = `${name}=${value}; Domain=${HOST}; Path=${where}; Secure`;
        await page.evaluate(`document.cookie = ${JSON.stringify(text)}`);
      }
      await page.close();
    }

    /** Returns the reply to the next refresh of a page. */
    function nextRefresh(page: Page): Promise<Response> {
      return page.waitForResponse(`${origin}${path}/api/auth/refresh`);
    }

    const cookiesOf = async (context: BrowserContext) =>
      (await context.cookies(`${origin}${path}/api/auth/refresh`)).map(({ name }) => name).sort();

    test('plants a session that has no effect, and cannot plant the cookie that would make it count', async () => {
      const planter = await signUp();
      const context = await openContext();
      await plant(context, planter.cookies);
      const planted = [REFRESH, ...(access.startsWith('__Host-') ? [] : [access])].sort();
      assert.deepEqual(await cookiesOf(context), planted);

      const page = await context.newPage();
      // As if somebody had signed in there before: otherwise a page does not ask who is.
      await page.addInitScript(`localStorage.setItem('holdfast${path}.signed-in', '1')`);
      const refreshed = nextRefresh(page);
      await page.goto(`${origin}${path}/shop/account`);
      const refused = await refreshed;
      const sent = (await refused.request().allHeaders()).cookie;
      assert.ok(sent?.includes(`${REFRESH}=${planter.cookies[REFRESH]}`), 'the cookie was sent');
      assert.equal(refused.status(), 401);
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
      assert.equal(await page.getByText(planter.email).count(), 0);
      await context.close();
    });

    if (path !== '') return;

    test('cannot turn the session of who is signed in into another', async () => {
      const [victim, planter] = [await signUp(), await signUp()];
      const context = await openContext();
      const page = await context.newPage();
      await page.goto(`${origin}/shop/sign-in?then=/account`);
      await enterPassword(page, { email: victim.email, password: PASSWORD });
      await page.getByText(victim.email).first().waitFor();

      await plant(context, planter.cookies);
      await page.reload();
      await page.getByText(victim.email).first().waitFor();
      // Of two refresh cookies none counts, so the user signs in again, which the planted one does not prevent.
      await context.clearCookies({ name: access });
      const refreshed = nextRefresh(page);
      await page.reload();
      assert.equal((await refreshed).status(), 400);
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
      assert.equal(await page.getByText(planter.email).count(), 0);
      await page.goto(`${origin}/shop/sign-in?then=/account`);
      await enterPassword(page, { email: victim.email, password: PASSWORD });
      await page.getByText(victim.email).first().waitFor();
      await context.close();
    });
  });
}
