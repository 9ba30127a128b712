import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { openPages } from './pages-bench.ts';

/** What a sign-out leaves in the browser, which the next person may use. */
const pages = await openPages();
afterEach(() => pages.closeAll());

/** Stores what pages leave behind, and what else somebody may have stored. */
const STORE = `
  localStorage.setItem('holdfast.board.sound', 'on');
  localStorage.setItem('holdfast.cart.x', '{}');
  localStorage.setItem('holdfast.order-token.x', 'a token');
  sessionStorage.setItem('holdfast.kept.note', 'Ring twice');
`;

async function listStored(page: Page): Promise<string[]> {
  const keys = await page.evaluate<string[]>(
    '[...Object.keys(localStorage), ...Object.keys(sessionStorage)]',
  );
  return keys.sort();
}

async function listCookies(page: Page): Promise<string[]> {
  return (await page.context().cookies()).map(({ name }) => name).sort();
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe('a sign-out', () => {
  pages.test('from the shop leaves the known device and the settings of the machine', async () => {
    const { email, password } = (await pages.server.signUp()).identity;
    const page = await pages.visit(null, '/shop/sign-in');
    await signIn(page, email, password);
    const signOut = page.getByRole('button', { name: 'Sign out' });
    await signOut.waitFor();
    assert.deepEqual(await listCookies(page), [
      'holdfast_access',
      'holdfast_device',
      'holdfast_refresh',
    ]);
    // No script of a page sees a session.
    assert.equal(await page.evaluate('document.cookie'), '');
    await page.evaluate(STORE);
    await signOut.click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    assert.deepEqual(await listStored(page), ['holdfast.board.sound', 'holdfast.signed-in']);
    assert.deepEqual(await listCookies(page), ['holdfast_device']);
    await page.reload();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  });

  pages.test('from the console works after the access cookie has expired', async () => {
    const { email, password } = (await pages.server.signInAs('kitchen')).identity;
    const page = await pages.visit(null, '/console/board');
    await signIn(page, email, password);
    const account = page.getByRole('button', { name: 'Your account' });
    await account.waitFor();
    await page.evaluate(STORE);
    await page.context().clearCookies({ name: 'holdfast_access' });
    const replied = page.waitForResponse('**/api/auth/logout');
    await account.click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    assert.equal((await replied).status(), 204);
    await page.getByLabel('E-mail').waitFor();
    assert.deepEqual(await listStored(page), ['holdfast.board.sound', 'holdfast.signed-in']);
    assert.deepEqual(await listCookies(page), ['holdfast_device']);
  });

  pages.test('clears the browser also while the server cannot be reached', async () => {
    for (const path of ['/shop/sign-in', '/console/board']) {
      const { email, password } = (await pages.server.signInAs('kitchen')).identity;
      const page = await pages.visit(null, path);
      await signIn(page, email, password);
      const account = page.getByRole('button', { name: 'Your account' });
      const signOut = page.getByRole(path.startsWith('/shop') ? 'button' : 'menuitem', {
        name: 'Sign out',
      });
      await account.or(signOut).first().waitFor();
      await page.evaluate(STORE);
      await page.route('**/api/auth/logout', (route) => route.abort());
      if (path.startsWith('/console')) await account.click();
      await signOut.click();
      await page
        .getByLabel('E-mail')
        .or(page.getByRole('link', { name: 'Sign in' }))
        .first()
        .waitFor();
      assert.deepEqual(await listStored(page), ['holdfast.board.sound', 'holdfast.signed-in']);
      assert.equal(await page.getByText(email).count(), 0);
    }
  });
});
