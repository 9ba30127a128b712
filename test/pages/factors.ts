import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { createTestTotp, freshStep, type TestTotp } from '../support/totp.ts';
import { addAuthenticator } from './authenticator.ts';
import { enterPassword, signUpInShop, signUpWithProvenAddress } from './customers.ts';
import { listSmallTargets, listViolations, type Pages, waitUntilLoaded } from './pages-bench.ts';

/** Second factors of customers: passkeys, an authenticator app and recovery codes. */
export function factorTests(pages: Pages): void {
  const signOut = (page: Page) =>
    page.getByRole('button', { name: 'Sign out', exact: true }).click();

  /** Returns the recovery codes that the page shows once, and closes them. */
  async function keepCodes(page: Page): Promise<string[]> {
    const dialog = page.getByRole('dialog', { name: 'Your recovery codes' });
    await dialog.waitFor();
    assert.deepEqual(await listViolations(page), []);
    const codes = await dialog.getByRole('listitem').allTextContents();
    assert.equal(new Set(codes).size, 10);
    // They are shown once, so it takes more than a slip to close them.
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await dialog.waitFor({ state: 'detached' });
    return codes;
  }

  /** Adds an authenticator app, and returns it. */
  async function addApp(page: Page): Promise<TestTotp> {
    await page.getByRole('button', { name: 'Add an authenticator app' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an authenticator app' });
    await dialog.getByRole('img', { name: 'QR code' }).waitFor();
    await dialog.getByText('Enter it by hand').click();
    assert.deepEqual(await listViolations(page), []);
    const secret = (await dialog.locator('code').innerText()).replaceAll(' ', '');
    assert.match(
      (await dialog.getByRole('link', { name: 'Open in the app' }).getAttribute('href')) ?? '',
      new RegExp(`^otpauth://totp/.*secret=${secret}`),
    );
    const app = createTestTotp(secret);
    await dialog.getByLabel('Code that the app shows').fill(app.wrongCode());
    await dialog.getByRole('button', { name: 'Add the app' }).click();
    await dialog.getByRole('alert').waitFor();
    await freshStep();
    const code = app.code();
    await dialog.getByLabel('Code that the app shows').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await dialog.getByRole('button', { name: 'Add the app' }).click();
    await dialog.waitFor({ state: 'detached' });
    return app;
  }

  describe('second factors of customers', () => {
    pages.test('before the address is confirmed, none is offered', async () => {
      const { page } = await signUpInShop(pages, '/account');
      await page.getByText('Confirm your e-mail address first.').waitFor();
      await page.getByRole('button', { name: 'Send the link again' }).waitFor();
      await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
      assert.equal(await page.getByRole('button', { name: /^Add / }).count(), 0);
      assert.deepEqual(await listViolations(page), []);
    });

    pages.test(
      'a passkey is asked for after the password, signs in alone, and keeps cart and way',
      async () => {
        const dish = await pages.addDish('Passkey Pie');
        const customer = await signUpWithProvenAddress(pages);
        const { page } = customer;
        const authenticator = await addAuthenticator(page);
        await page.getByRole('button', { name: 'Add a passkey' }).click();
        await keepCodes(page);
        await page.getByText('not used yet').waitFor();
        assert.equal(await authenticator.countPasskeys(), 1);
        await signOut(page);

        await page.goto('/shop');
        await page.getByRole('button', { name: `Add ${dish.name}` }).click();
        await page.getByRole('link', { name: 'View cart' }).click();
        await page.getByRole('link', { name: 'Sign in to order' }).click();
        await enterPassword(page, customer);
        await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
        assert.deepEqual(await listViolations(page), []);
        assert.deepEqual(await listSmallTargets(page), []);
        await page.getByRole('button', { name: 'Use the passkey' }).click();
        await page.getByRole('button', { name: 'Order and pay' }).waitFor();
        await page.getByLabel(`1 of ${dish.name}`).waitFor();
        await signOut(page);

        await page.goto('/shop/sign-in?then=/account');
        await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
        await page.getByRole('heading', { name: 'Your account' }).waitFor();
        await page.getByText(/^Passkey · added .* · last used/).waitFor();
      },
    );

    pages.test('a passkey that is refused or lost leaves the other ways', async () => {
      const customer = await signUpWithProvenAddress(pages);
      const { page } = customer;
      const authenticator = await addAuthenticator(page);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      const [code = ''] = await keepCodes(page);
      await signOut(page);

      await authenticator.lose();
      await page.goto('/shop/sign-in?then=/account');
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.getByRole('alert').getByText('No passkey was used.').waitFor();
      await enterPassword(page, customer);
      await page.getByRole('button', { name: 'Use the passkey' }).click();
      await page.getByRole('alert').getByText('No passkey was used.').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await page.getByRole('button', { name: 'Use a recovery code' }).click();
      await page.getByLabel('Recovery code').fill(code.toLowerCase().replaceAll('-', ' '));
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('You have 9 left.').waitFor();

      await page.getByRole('button', { name: /^Remove / }).click();
      await page.getByRole('button', { name: 'Remove it' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Remove / }).waitFor({ state: 'detached' });
      await signOut(page);
      await page.goto('/shop/sign-in?then=/account');
      await enterPassword(page, customer);
      await page.getByRole('heading', { name: 'Your account' }).waitFor();
    });

    pages.test('a code of the app signs in once, and a wrong one does not', async () => {
      const customer = await signUpWithProvenAddress(pages);
      const { page } = customer;
      const app = await addApp(page);
      await keepCodes(page);
      assert.equal(await page.getByRole('button', { name: 'Add an authenticator app' }).count(), 0);
      await signOut(page);

      await page.goto('/shop/sign-in?then=/account');
      await enterPassword(page, customer);
      const code = page.getByLabel('Code from the authenticator app');
      await code.waitFor();
      assert.ok(await page.evaluate<boolean>("document.activeElement.name === 'proof'"));
      const enter = async (text: string) => {
        await code.fill(text);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      };
      await enter(app.wrongCode());
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await listViolations(page), []);
      // The code that confirmed the app counts no more; the next one counts one step early.
      await enter(app.code(1));
      await page.getByRole('heading', { name: 'Your account' }).waitFor();
    });

    pages.test('a challenge that is over leads back to the password', async () => {
      const customer = await signUpWithProvenAddress(pages);
      const { page } = customer;
      await addApp(page);
      await keepCodes(page);
      await signOut(page);
      await page.goto('/shop/sign-in?then=/account');
      await enterPassword(page, customer);
      await page.getByLabel('Code from the authenticator app').waitFor();
      await pages.server.database.run(
        'test.expire_challenges',
        `update factor_challenges set expires_at = now()
          where user_id = (select id from users where email = $1::text)`,
        [customer.email],
      );
      await page.getByLabel('Code from the authenticator app').fill('123456');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.getByLabel('Password').waitFor();
    });

    pages.test(
      'a factor is renamed, and a name from right to left stays in its place',
      async () => {
        const { page } = await signUpWithProvenAddress(pages);
        await addAuthenticator(page);
        await page.getByRole('button', { name: 'Add a passkey' }).click();
        await keepCodes(page);
        await page.getByRole('button', { name: /^Rename / }).click();
        await page.getByRole('dialog').getByLabel('Name').fill('מפתח 12');
        assert.deepEqual(await listViolations(page), []);
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        const name = page.locator('bdi', { hasText: 'מפתח 12' });
        await name.waitFor();
        await waitUntilLoaded(page);
        const [left, kind] = await Promise.all([
          name.boundingBox(),
          page.getByText(/^Passkey · added/).boundingBox(),
        ]);
        assert.equal(Math.round(left!.x), Math.round(kind!.x));
      },
    );
  });
}
