import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { createUser } from '../../src/modules/accounts/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { testAuthor } from '../support/shop.ts';
import { findLink } from './customers.ts';
import { listSmallTargets, listViolations, openPages, phone } from './pages-bench.ts';

/** Choosing passwords, and waiting after wrong ones, in the console and the shop. */
const pages = await openPages({ environment: { RATE_LIMIT_AUTH: '5/15m' } });
afterEach(() => pages.closeAll());

const PASSWORD = 'the password of the file';
const NEW_PASSWORD = 'a password of my own';

async function createAdmin(): Promise<string> {
  const email = `${newId()}@example.com`;
  await createUser(pages.server.database, testAuthor, {
    email,
    password: PASSWORD,
    role: 'admin',
    passwordChangeRequired: true,
  });
  return email;
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function change(page: Page, currentPassword: string, newPassword: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Current password' }).fill(currentPassword);
  await page.getByRole('textbox', { name: 'New password' }).fill(newPassword);
  await page.getByRole('button', { name: 'Change the password' }).click();
}

describe('a required new password', () => {
  for (const [device, options] of [
    ['a desktop', undefined],
    ['a phone', phone],
  ] as const) {
    pages.test(`is chosen before anything else in the console, on ${device}`, async () => {
      const email = await createAdmin();
      const page = await pages.visit(null, '/console/orders', options);
      await signIn(page, email, PASSWORD);
      await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
      assert.equal(await page.getByRole('navigation', { name: 'Sections' }).count(), 0);
      assert.deepEqual(await listViolations(page), []);

      await change(page, PASSWORD, 'Password-1234567890');
      await page.getByText('This password is too easy to guess.').waitFor();
      await page.getByText('Several words in a row are hard to guess').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await change(page, 'not the one of the file', NEW_PASSWORD);
      await page.getByText('This is not the current password.').waitFor();
      await change(page, PASSWORD, PASSWORD);
      await page.getByText('This is the current password: choose another one.').waitFor();
      await change(page, PASSWORD, NEW_PASSWORD);
      await page.getByRole('heading', { name: 'Orders' }).waitFor();

      await page.reload();
      await page.getByRole('heading', { name: 'Orders' }).waitFor();
    });
  }

  pages.test('does not keep anyone from signing out', async () => {
    const page = await pages.visit(null, '/console', phone);
    await signIn(page, await createAdmin(), PASSWORD);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Holdfast console' }).waitFor();
  });

  pages.test('is chosen in the console by staff who sign in at the shop', async () => {
    const page = await pages.visit(null, '/shop/sign-in', phone);
    await signIn(page, await createAdmin(), PASSWORD);
    await page.getByRole('heading', { name: 'Choose a new password first.' }).waitFor();
    assert.deepEqual(await listViolations(page), []);
    await page.getByRole('link', { name: 'Open the console' }).click();
    await change(page, PASSWORD, NEW_PASSWORD);
    await page.getByRole('heading', { name: 'Board' }).waitFor();
  });
});

pages.test('staff change their password from the menu of their account', async () => {
  const cook = await pages.server.signInAs('kitchen');
  // With both cookies, as the change spends the access token.
  const page = await pages.visit(null, '/console/board');
  await signIn(page, cook.identity.email, cook.identity.password);
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign-in and security' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  assert.deepEqual(await listViolations(page), []);
  await change(page, cook.identity.password, NEW_PASSWORD);
  await page.getByText('Your password has been changed.').waitFor();
  const body = { email: cook.identity.email, password: NEW_PASSWORD };
  assert.equal((await pages.server.anonymous.post('/api/auth/login', body)).status, 200);
});

describe('after too many wrong passwords', () => {
  for (const [name, path, options] of [
    ['console', '/console', undefined],
    ['shop', '/shop/sign-in', phone],
  ] as const) {
    pages.test(`the ${name} says at once how long to wait`, async () => {
      const email = `${newId()}@example.com`;
      for (let tries = 0; tries < 5; tries += 1) {
        const body = { email, password: 'not the password' };
        assert.equal((await pages.server.anonymous.post('/api/auth/login', body)).status, 401);
      }
      const page = await pages.visit(null, path, options);
      await signIn(page, email, 'not the password');
      await page.getByRole('alert').getByText('Try again in 15 minutes.').waitFor();
      assert.deepEqual(await listViolations(page), []);
    });
  }

  pages.test('a short wait is said, too, instead of waited for', async () => {
    const page = await pages.visit(null, '/console');
    await page.route(/\/api\/auth\/login$/, (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        headers: { 'retry-after': '27' },
        body: JSON.stringify({ type: 'about:blank', title: 'Too many.', status: 429, code: 'x' }),
      }),
    );
    await signIn(page, 'nobody@example.com', 'not the password');
    await page.getByRole('alert').getByText('Try again in 27 seconds.').waitFor();
  });
});

describe('a forgotten password of staff', () => {
  pages.test('is replaced by the link in a mail, which leads to the console', async () => {
    const cook = await pages.server.signInAs('kitchen');
    const { email } = cook.identity;
    const page = await pages.visit(null, '/console', phone);
    await page.getByRole('link', { name: 'I forgot my password' }).click();
    await page.getByRole('heading', { name: 'Forgotten password' }).waitFor();
    assert.deepEqual(await listViolations(page), []);
    assert.deepEqual(await listSmallTargets(page), []);
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
    assert.deepEqual(await listViolations(page), []);

    const link = await findLink(pages, email, 'password.reset');
    assert.match(link, /\/console\/reset#token=/);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    assert.match(page.url(), /\/console\/reset$/);
    assert.deepEqual(await listViolations(page), []);
    const choose = async (password: string) => {
      await page.getByRole('textbox', { name: 'New password' }).fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await choose('twelve words');
    await page.getByText('A password of staff has 15 to 256 characters.').waitFor();
    await choose(NEW_PASSWORD);
    await page.getByRole('heading', { name: 'Your password has been changed' }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, email, NEW_PASSWORD);
    await page.getByRole('heading', { name: 'Board' }).waitFor();

    await page.goto('/console/reset');
    await page.getByRole('heading', { name: 'This link is not complete' }).waitFor();
    assert.deepEqual(await listViolations(page), []);
    await page.goto(`/console/reset#token=${'x'.repeat(43)}`);
    await choose(NEW_PASSWORD);
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'Send another link' }).click();
    await page.getByRole('heading', { name: 'Forgotten password' }).waitFor();
  });
});

describe('another address of staff', () => {
  pages.test(
    'is undone by the link in a mail to the former one, which leads to the console',
    async () => {
      const cook = await pages.server.signInAs('kitchen');
      const [former, email] = [cook.identity.email, `${newId()}@example.com`];
      const asked = await cook.patch('/api/auth/profile', { email });
      assert.equal(asked.status, 200, asked.text);
      const confirm = await findLink(pages, email, 'email.confirm');
      assert.match(confirm, /\/shop\/verify#token=/);
      const page = await pages.visit(null, confirm, phone);
      await page.getByRole('button', { name: 'Confirm the address' }).click();
      await page.getByRole('heading', { name: 'Your e-mail address is confirmed.' }).waitFor();
      const link = await findLink(pages, former, 'account.email_changed');
      assert.match(link, /\/console\/email-undo#token=/);
      await page.goto(link);
      const undo = page.getByRole('button', { name: 'Undo the change' });
      await undo.waitFor();
      assert.match(page.url(), /\/console\/email-undo$/);
      assert.deepEqual(await listViolations(page), []);
      assert.deepEqual(await listSmallTargets(page), []);
      await undo.click();
      await page.getByRole('heading', { name: 'The change has been undone' }).waitFor();
      assert.deepEqual(await listViolations(page), []);
      await page.goto('/console');
      await signIn(page, former, cook.identity.password);
      await page.getByRole('heading', { name: 'Board' }).waitFor();

      await page.goto(`/console/email-undo#token=${'x'.repeat(43)}`);
      await undo.click();
      await page.getByRole('alert').waitFor();
      await page.goto('/console/email-undo');
      await page.getByRole('heading', { name: 'This link is not complete' }).waitFor();
      assert.deepEqual(await listViolations(page), []);
    },
  );
});

describe('the shop', () => {
  pages.test('says why it refuses a password at sign-up', async () => {
    const page = await pages.visit(null, '/shop/sign-in', phone);
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('E-mail').fill(`${newId()}@example.com`);
    await page.getByLabel('Password').fill('Sunshine 2026');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('alert').getByText('This password is too easy to guess.').waitFor();
    assert.deepEqual(await listViolations(page), []);
  });

  pages.test('says why it refuses a password at a reset, and the link still works', async () => {
    const cook = await pages.server.signInAs('kitchen');
    const { email, userId } = cook.identity;
    await pages.server.anonymous.post('/api/auth/password/forgot', { email });
    const [row] = await pages.server.database.run<{ id: string }>(
      'test.reset_of_user',
      'select id from password_resets where user_id = $1::uuid',
      [userId],
    );
    const { token } = (await pages.server.application.modules.accounts.openAccountMail({
      kind: 'password.reset',
      id: row!.id,
    }))!;
    const page = await pages.visit(null, `/shop/reset?token=${token}`, phone);
    const choose = async (password: string) => {
      await page.getByLabel('New password').fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
    };
    await choose('ten letters');
    await page.getByText('A password of staff has 15 to 256 characters.').waitFor();
    await choose('Password-1234567890');
    await page.getByText('This password is too easy to guess.').waitFor();
    await choose(NEW_PASSWORD);
    await page.getByText('Your password has been changed.').waitFor();
  });
});
