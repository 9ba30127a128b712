import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import type { Request } from 'playwright-core';
import { listSmallTargets, listViolations, openPages, phone } from './pages-bench.ts';
import { addApp, ageProof, createStaff, generateNext, openAccount, storeCodes } from './staff.ts';

/** Where staff are signed in, and what asks them for a fresh proof. */
const pages = await openPages({ host: 'localhost' });
afterEach(() => pages.closeAll());

describe('sessions', () => {
  pages.test('are listed and ended from a phone', async () => {
    const member = await createStaff(pages);
    const laptop = await openAccount(pages, member);
    const page = await openAccount(pages, member, phone);
    const list = page.getByRole('region', { name: 'Where you are signed in' });
    await list.getByText('This one').waitFor();
    assert.equal(await list.getByRole('listitem').count(), 2);
    assert.deepEqual(await listViolations(page), []);
    assert.deepEqual(await listSmallTargets(page), []);
    await list.getByRole('button', { name: /^End the session of Chrome/ }).click();
    await list.getByRole('button', { name: /^End the session/ }).waitFor({ state: 'detached' });
    assert.equal(await list.getByRole('listitem').count(), 1);
    await laptop.goto('/console/orders');
    await laptop.getByRole('heading', { name: 'Holdfast console' }).waitFor();
  });

  pages.test('all others end at once, and this one stays', async () => {
    const member = await createStaff(pages);
    await openAccount(pages, member);
    await openAccount(pages, member);
    const page = await openAccount(pages, member);
    await page.getByRole('button', { name: 'End all others' }).click();
    const dialog = page.getByRole('dialog', { name: 'End all other sessions?' });
    await dialog.getByRole('button', { name: 'End all others' }).click();
    await dialog.waitFor({ state: 'detached' });
    const list = page.getByRole('region', { name: 'Where you are signed in' });
    await list.getByRole('button').waitFor({ state: 'detached' });
    await page.reload();
    await list.getByText('This one').waitFor();
  });

  pages.test('of somebody else are ended by an admin, and their history says so', async () => {
    const cook = await createStaff(pages, 'kitchen');
    const theirs = await openAccount(pages, cook);
    const page = await pages.visit(pages.admin, `/console/people?search=${cook.email}`, phone);
    await page.getByRole('button', { name: `More about ${cook.email}` }).click();
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    const dialog = page.getByRole('dialog', { name: `Sessions of ${cook.email}` });
    await dialog.getByRole('listitem').getByText('Chrome').waitFor();
    assert.deepEqual(await listViolations(page), []);
    await dialog.getByRole('button', { name: 'End all', exact: true }).click();
    const question = page.getByRole('dialog', { name: `End all sessions of ${cook.email}?` });
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await dialog.getByRole('listitem').getByText('Chrome').waitFor();
    await dialog.getByRole('button', { name: 'End all', exact: true }).click();
    await question.getByRole('button', { name: 'End all', exact: true }).click();
    await dialog.getByText('They are signed in nowhere.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: `History of ${cook.email}` }).click();
    await page.getByRole('dialog').getByText('Sessions ended', { exact: true }).first().waitFor();
    await theirs.goto('/console/orders');
    await theirs.getByRole('heading', { name: 'Holdfast console' }).waitFor();
  });
});

describe('a fresh proof', () => {
  pages.test(
    'is asked for while an API key is created, which then continues by itself',
    async () => {
      const member = await createStaff(pages);
      const page = await openAccount(pages, member, phone);
      const app = await addApp(page);
      await storeCodes(page);
      await page.goto('/console/keys');
      await page.getByRole('button', { name: 'New key' }).click();
      const form = page.getByRole('dialog', { name: 'New key' });
      await form.getByRole('textbox', { name: 'Name' }).fill('Till of the proof');
      await form.getByRole('combobox', { name: 'Scopes' }).fill('payments:refund');
      await page.getByRole('option', { name: 'payments:refund' }).click();
      await page.keyboard.press('Escape');
      await form.getByLabel('Refunds an hour at most').fill('50');
      await ageProof(pages, page, member);

      const sent: Request[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().endsWith('/api/api-keys')) {
          sent.push(request);
        }
      });
      const create = form.getByRole('button', { name: 'Create the key' });
      await create.click();
      const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
      const code = proof.getByLabel('Code from the authenticator app');
      await code.and(page.locator(':focus')).waitFor();
      assert.deepEqual(await listViolations(page), []);
      assert.deepEqual(await listSmallTargets(page), []);

      await code.press('Escape');
      await proof.waitFor({ state: 'detached' });
      assert.equal(await form.getByRole('alert').count(), 0);
      assert.equal(
        await form.getByRole('textbox', { name: 'Name' }).inputValue(),
        'Till of the proof',
      );
      assert.equal(await form.getByLabel('Refunds an hour at most').inputValue(), '50');

      sent.length = 0;
      await create.click();
      await code.fill('000000');
      await proof.getByRole('button', { name: 'Confirm' }).click();
      await proof.getByRole('alert').waitFor();
      await code.and(page.locator(':focus')).waitFor();
      await page.keyboard.type(generateNext(app));
      await page.keyboard.press('Enter');
      await form.getByText(/^hf_/).waitFor();
      const keys = new Set(sent.map((request) => request.headers()['idempotency-key']));
      assert.equal(keys.size, 1);
      assert.ok(sent.length >= 2);
      await form.getByRole('button', { name: 'I have it' }).click();
      const row = page.getByRole('row').filter({ hasText: 'Till of the proof' });
      await row.getByText('refunds up to £50.00 an hour').waitFor();
      assert.equal(await row.count(), 1);
      const isWider = 'document.documentElement.scrollWidth > innerWidth';
      assert.equal(await page.evaluate<boolean>(isWider), false);
    },
  );

  pages.test('is the password as long as there is no second factor', async () => {
    const member = await createStaff(pages);
    const page = await openAccount(pages, member);
    await ageProof(pages, page, member);
    await page.getByRole('button', { name: 'Add an authenticator app' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
    const password = proof.getByRole('textbox', { name: 'Password' });
    await password.fill('not the password');
    await proof.getByRole('button', { name: 'Confirm' }).click();
    await proof.getByRole('alert').waitFor();
    await password.fill(member.password);
    await proof.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
  });

  pages.test('that is declined leaves a switch of a list as it was', async () => {
    const admin = await createStaff(pages);
    const cook = await createStaff(pages, 'kitchen');
    const page = await openAccount(pages, admin);
    await page.goto(`/console/people?search=${cook.email}`);
    const may = page.getByRole('switch', { name: /may sign in/ });
    await may.waitFor();
    await ageProof(pages, page, admin);
    await may.click();
    const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await proof.getByRole('button', { name: 'Cancel' }).click();
    await proof.waitFor({ state: 'detached' });
    assert.equal(await may.isChecked(), true);
    assert.equal(await page.getByText('The action failed').count(), 0);
  });
});
