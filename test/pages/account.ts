import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import {
  type Customer,
  enterPassword,
  findLink,
  PASSWORD,
  signInElsewhere,
  signUpInShop,
} from './customers.ts';
import { listSmallTargets, listViolations, type Pages, phone } from './pages-bench.ts';

const NEW_PASSWORD = 'another long pass phrase';

/** The account of a customer: address, name, password and sessions. */
export function accountTests(pages: Pages): void {
  /** Makes what the customer proved older than any change accepts. */
  async function letProofAge({ page, email }: Customer): Promise<void> {
    await pages.server.database.run(
      'test.age_proofs',
      `update refresh_families set authenticated_at = authenticated_at - interval '1 hour'
        where user_id = (select id from users where email = $1::text)`,
      [email],
    );
    // The refreshed access token knows it.
    const cookies = await page.context().cookies();
    const access = cookies.find(({ name }) => name.endsWith('holdfast_access'));
    assert(access !== undefined);
    await page.context().clearCookies({ name: access.name });
  }

  describe('the address of a customer', () => {
    pages.test('is confirmed by the link in the mail, once, and never in the way', async () => {
      const dish = await pages.addDish('Confirmed Pie');
      const customer = await signUpInShop(pages, '/');
      const { page, email } = customer;
      await page.getByRole('button', { name: `Add ${dish.name}` }).click();
      await page.getByRole('link', { name: 'View cart' }).click();
      await page.getByRole('button', { name: 'Order and pay' }).waitFor();
      assert.equal(await page.getByText('Please confirm your e-mail').count(), 0);
      await page.goto('/shop/orders');
      const hint = page.getByRole('complementary', { name: 'Your e-mail address' });
      await hint.getByText(email).waitFor();
      assert.deepEqual(await listViolations(page), []);
      await hint.getByRole('button', { name: 'Close the hint' }).click();
      await page.reload();
      await page.getByRole('heading', { name: 'No orders yet.' }).waitFor();
      assert.equal(await hint.count(), 0);

      await page.goto('/shop/account');
      await page.getByText('Not confirmed').waitFor();
      const link = await findLink(pages, email, 'email.verify');
      const elsewhere = await pages.visit(null, link, phone);
      await elsewhere.getByRole('button', { name: 'Confirm the address' }).waitFor();
      assert.match(elsewhere.url(), /\/shop\/verify$/);
      assert.deepEqual(await listViolations(elsewhere), []);
      assert.deepEqual(await listSmallTargets(elsewhere), []);
      await elsewhere.getByRole('button', { name: 'Confirm the address' }).click();
      await elsewhere.getByRole('heading', { name: 'Your e-mail address is confirmed.' }).waitFor();
      assert.deepEqual(await listViolations(elsewhere), []);
      await page.reload();
      await page.getByText('Confirmed', { exact: true }).waitFor();

      await elsewhere.goto('/shop');
      await elsewhere.goto(link);
      await elsewhere.getByRole('button', { name: 'Confirm the address' }).click();
      await elsewhere.getByRole('alert').waitFor();
      await elsewhere.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor();
      assert.deepEqual(await listViolations(elsewhere), []);
      await elsewhere.reload();
      await elsewhere.getByRole('heading', { name: 'This link is not complete.' }).waitFor();
    });

    pages.test('has its link sent again, and an unreachable server keeps the link', async () => {
      const { page, email } = await signUpInShop(pages, '/account');
      const first = await findLink(pages, email, 'email.verify');
      await page.getByRole('button', { name: 'Send the link again' }).click();
      await page.getByText('We have sent it again.').waitFor();
      await page.goto(first);
      await page.route(/\/verify-email$/, (route) => route.abort());
      await page.getByRole('button', { name: 'Confirm the address' }).click();
      await page.getByText('The server cannot be reached.').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await page.unroute(/\/verify-email$/);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Your e-mail address is confirmed.' }).waitFor();
    });

    pages.test(
      'is changed with a fresh proof and the new mailbox, and given back by the old one',
      async () => {
        const customer = await signUpInShop(pages, '/account');
        const { page, email } = customer;
        const confirm = async (link: string, button: string) => {
          const elsewhere = await pages.visit(null, link, phone);
          await elsewhere.getByRole('button', { name: button }).click();
          assert.equal(new URL(elsewhere.url()).hash, '');
          return elsewhere;
        };
        await confirm(await findLink(pages, email, 'email.verify'), 'Confirm the address');

        await letProofAge(customer);
        const newEmail = `${newId()}@example.com`;
        await page.getByRole('button', { name: 'Change the address' }).click();
        await page.getByLabel('New e-mail address').fill(newEmail);
        await page.getByRole('button', { name: 'Send the link', exact: true }).click();
        const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
        await proof.getByLabel('Password').fill('not the password');
        await proof.getByRole('button', { name: 'Confirm' }).click();
        await proof.getByRole('alert').waitFor();
        await proof.getByLabel('Password').and(page.locator(':focus')).waitFor();
        assert.deepEqual(await listViolations(page), []);
        await page.keyboard.type(PASSWORD);
        await proof.getByRole('button', { name: 'Confirm' }).click();
        await page.getByText('Check your mailbox.').waitFor();
        assert.deepEqual(await listViolations(page), []);

        const link = await findLink(pages, newEmail, 'email.confirm');
        const other = await confirm(link, 'Confirm the address');
        await other.getByRole('heading', { name: 'Your e-mail address is confirmed.' }).waitFor();
        await page.goto('/shop/account');
        await page.getByText(newEmail).first().waitFor();

        const undo = await findLink(pages, email, 'account.email_changed');
        const undone = await confirm(undo, 'Undo the change');
        await undone.getByRole('heading', { name: 'The change has been undone.' }).waitFor();
        assert.deepEqual(await listViolations(undone), []);
        await page.reload();
        await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
        await signInElsewhere(pages, customer, '/account');
        await page.goto('/shop/sign-in');
        await enterPassword(page, { email: newEmail, password: PASSWORD });
        await page.getByRole('alert').waitFor();
      },
    );

    pages.test('stays as it is when the proof is declined', async () => {
      const customer = await signUpInShop(pages, '/account');
      const { page } = customer;
      await letProofAge(customer);
      await page.getByRole('button', { name: 'Change the address' }).click();
      await page.getByLabel('New e-mail address').fill(`${newId()}@example.com`);
      await page.getByRole('button', { name: 'Send the link', exact: true }).click();
      await page.getByRole('dialog', { name: 'Confirm that it is you' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      const send = page.getByRole('button', { name: 'Send the link', exact: true });
      await until(async () => assert.ok(await send.isEnabled()));
      assert.equal(await page.getByRole('alert').count(), 0);
      assert.equal(await page.getByText('Check your mailbox.').count(), 0);
    });
  });

  describe('name, password and sessions of a customer', () => {
    pages.test('a forgotten password is replaced by the link in a mail', async () => {
      const customer = await signUpInShop(pages, '/account');
      const page = await pages.visit(null, '/shop/sign-in', phone);
      await page.getByRole('link', { name: 'I forgot my password' }).click();
      await page.getByLabel('E-mail').fill(customer.email);
      await page.getByRole('button', { name: 'Send the link' }).click();
      await page.getByRole('heading', { name: 'Check your mail.' }).waitFor();
      await page.goto(await findLink(pages, customer.email, 'password.reset'));
      await page.getByLabel('New password').fill(NEW_PASSWORD);
      assert.match(page.url(), /\/shop\/reset$/);
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByRole('heading', { name: 'Your password has been changed.' }).waitFor();
      await signInElsewhere(pages, { ...customer, password: NEW_PASSWORD }, '/account');
    });

    pages.test('name and password are changed, and the page stays signed in', async () => {
      const customer = await signUpInShop(pages, '/account');
      const { page } = customer;
      await page.getByLabel('Name').fill('Grace');
      await page.getByRole('button', { name: 'Save the name' }).click();
      await page.getByText('Saved.', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Change the password' }).click();
      const change = async (current: string, next: string) => {
        await page.getByLabel('Current password').fill(current);
        await page.getByLabel('New password').fill(next);
        await page.getByRole('button', { name: 'Change the password' }).click();
      };
      await change('not the password', NEW_PASSWORD);
      await page.getByText('This is not the current password.').waitFor();
      await change(PASSWORD, 'password1234');
      await page.getByText('This password is too easy to guess.').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await change(PASSWORD, NEW_PASSWORD);
      await page.getByText('Your password has been changed.').waitFor();
      await page.reload();
      assert.equal(await page.getByLabel('Name').inputValue(), 'Grace');
      await signInElsewhere(pages, { ...customer, password: NEW_PASSWORD }, '/account');
    });

    pages.test('what has been saved is told for a while, and moves nothing', async () => {
      const { page } = await signUpInShop(pages, '/account');
      await page.clock.install();
      const saved = page.getByRole('status').getByText('Saved.', { exact: true });
      const below = page.getByRole('heading', { name: 'E-mail', exact: true });
      const place = await below.boundingBox();
      await page.getByLabel('Name').fill('Grace');
      await page.getByRole('button', { name: 'Save the name' }).click();
      await saved.waitFor();
      assert.deepEqual(await below.boundingBox(), place);
      await page.clock.fastForward('00:05');
      assert.equal(await saved.count(), 1);
      await page.clock.fastForward('00:05');
      await saved.waitFor({ state: 'detached' });
      assert.deepEqual(await below.boundingBox(), place);
      assert.equal(await page.getByLabel('Name').inputValue(), 'Grace');
    });

    pages.test('a session on another device ends from this one', async () => {
      const customer = await signUpInShop(pages, '/account');
      const { page } = customer;
      const [one, other] = [
        await signInElsewhere(pages, customer, '/account'),
        await signInElsewhere(pages, customer, '/account'),
      ];
      await page.reload();
      const region = page.getByRole('region', { name: 'Where you are signed in' });
      await region.getByText('This device').waitFor();
      assert.equal(await region.getByRole('listitem').count(), 3);
      assert.deepEqual(await listViolations(page), []);

      const sessions = region.getByRole('button', { name: /^Sign out (?!this|every)/ });
      await sessions.first().click();
      await region.getByRole('listitem').nth(2).waitFor({ state: 'detached' });
      await region.getByRole('button', { name: 'Sign out everywhere else' }).click();
      await region.getByText('You are signed out everywhere else.').waitFor();
      assert.equal(await region.getByRole('listitem').count(), 1);
      for (const ended of [one, other]) {
        await ended.getByRole('button', { name: 'Save the name' }).click();
        await ended.getByRole('alert').getByText('Your session has ended.').waitFor();
        await ended.getByLabel('Name').waitFor({ state: 'detached' });
      }
      await region.getByRole('button', { name: 'Sign out this device' }).click();
      await page.getByRole('heading', { name: 'Sign in to see your account.' }).waitFor();
    });
  });
}
