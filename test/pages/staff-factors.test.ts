import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { ownPort } from '../support/own-port.ts';
import { startTestServer } from '../support/server.ts';
import { addAuthenticator } from './authenticator.ts';
import { listSmallTargets, listViolations, openPages, phone } from './pages-bench.ts';
import {
  addApp,
  addPasskey,
  createStaff,
  enterPassword,
  generateNext,
  openAccount,
  signOut,
  storeCodes,
} from './staff.ts';

/** Second factors of staff, in the console: set up, used, lost and replaced. */
const pages = await openPages({ host: 'localhost' });
afterEach(() => pages.closeAll());

const account = { name: 'Your account', level: 1 } as const;

describe('a passkey', () => {
  pages.test('is set up, asked for after the password, and signs in alone', async () => {
    const member = await createStaff(pages);
    const page = await openAccount(pages, member);
    await page.getByText('None yet: anyone who learns your password').waitFor();
    const authenticator = await addAuthenticator(page);
    await addPasskey(page, 'My laptop');
    assert.deepEqual(await listViolations(page), []);
    await storeCodes(page);
    await page.getByText('My laptop').waitFor();
    await page.getByText('never used').waitFor();
    await page.getByText('10 codes left.').waitFor();
    assert.equal(await authenticator.countPasskeys(), 1);

    await signOut(page);
    await enterPassword(page, member);
    await page.getByRole('button', { name: 'Use the passkey' }).waitFor();
    assert.deepEqual(await listViolations(page), []);
    await page.getByRole('button', { name: 'Use the passkey' }).click();
    await page.getByRole('heading', account).waitFor();

    await signOut(page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', account).waitFor();
    await page.getByText(/last used just now/).waitFor();
  });

  pages.test('is lost, and replaced after an admin has reset the second factor', async () => {
    const cook = await createStaff(pages, 'kitchen');
    const page = await openAccount(pages, cook, phone);
    const authenticator = await addAuthenticator(page);
    await addPasskey(page, 'Lost telephone');
    await storeCodes(page);
    await signOut(page);
    await authenticator.lose();
    await enterPassword(page, cook);
    await page.getByRole('button', { name: 'Use the passkey' }).click();
    await page.getByRole('alert').getByText('No passkey was used.').waitFor();

    const admin = await pages.visit(pages.admin, `/console/people?search=${cook.email}`, phone);
    await admin.getByText('Second factor', { exact: true }).waitFor();
    await admin.getByRole('button', { name: `More about ${cook.email}` }).click();
    await admin.getByRole('menuitem', { name: 'Reset the second factor' }).click();
    const dialog = admin.getByRole('dialog', { name: /^Reset the second factor/ });
    await dialog.getByText('First make sure that it is really them who asks.').waitFor();
    assert.deepEqual(await listViolations(admin), []);
    await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await admin.getByText('No second factor').waitFor();
    await admin.getByRole('button', { name: `History of ${cook.email}` }).click();
    const history = admin.getByRole('dialog', { name: `History of ${cook.email}` });
    await history.getByText('All second factors reset').waitFor();
    await history.getByText('Second factor added').waitFor();

    await page.getByRole('button', { name: 'Start again' }).click();
    assert.equal(await page.getByLabel('E-mail').inputValue(), cook.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(cook.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', account).waitFor();
    await addPasskey(page, 'New telephone');
    await storeCodes(page);
    await signOut(page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('New telephone').waitFor();
    assert.equal(await page.getByText('Lost telephone').count(), 0);
  });

  pages.test('is renamed and removed, after which the password is enough again', async () => {
    const member = await createStaff(pages);
    const page = await openAccount(pages, member, phone);
    await addAuthenticator(page);
    await addPasskey(page, 'First name');
    await storeCodes(page);
    await page.getByRole('button', { name: 'Rename First name' }).click();
    await page.getByRole('dialog', { name: 'Rename' }).getByLabel('Name').fill('Second name');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Second name').waitFor();
    assert.deepEqual(await listSmallTargets(page), []);
    await page.getByRole('button', { name: 'Remove Second name' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove Second name?' });
    assert.deepEqual(await listViolations(page), []);
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('None yet: anyone who learns your password').waitFor();
    await signOut(page);
    await enterPassword(page, member);
    await page.getByRole('heading', account).waitFor();
  });

  pages.test('that was not created is told without closing the form', async () => {
    const page = await openAccount(pages, await createStaff(pages));
    const authenticator = await addAuthenticator(page);
    await authenticator.refuse();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByLabel('Name').fill('Mine');
    await dialog.getByRole('button', { name: 'Create the passkey' }).click();
    await dialog.getByRole('alert').waitFor();
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'Mine');
  });
});

describe('at an address where passkeys do not work', () => {
  const elsewhere = pages.server.url.replace('localhost', '127.0.0.1');

  pages.test('the console offers none, and says what to open instead', async () => {
    const own = pages.server.url.replace('127.0.0.1', 'localhost');
    const page = await pages.visit(null, `${elsewhere}/console/account`, phone);
    const link = page.getByRole('link', { name: `${own}/console/account` });
    await link.waitFor();
    assert.deepEqual(await listViolations(page), []);
    assert.equal(await page.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0);
    await enterPassword(page, await createStaff(pages));
    await page.getByRole('heading', account).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Add a passkey' }).isDisabled());
    await link.click();
    await page.waitForURL(`${own}/console/account`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
  });

  pages.test('the shop offers none, and says what to open instead', async () => {
    const page = await pages.visit(null, `${elsewhere}/shop/sign-in?then=/account`, phone);
    await page.getByRole('link', { name: '/shop/sign-in?then=/account' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    assert.match(page.url(), /^http:\/\/localhost:/);
  });
});

describe('an authenticator app', () => {
  pages.test('is set up, and its code signs in, also pasted with a blank', async () => {
    const member = await createStaff(pages);
    const page = await openAccount(pages, member, phone);
    const app = await addApp(page);
    await storeCodes(page);
    await signOut(page);
    await enterPassword(page, member);
    const code = page.getByLabel('Code from the authenticator app');
    await code.and(page.locator(':focus')).waitFor();
    assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
    await code.fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').waitFor();
    assert.deepEqual(await listViolations(page), []);
    const digits = generateNext(app);
    await code.fill(` ${digits.slice(0, 3)} ${digits.slice(3)} `);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', account).waitFor();
  });

  pages.test(
    'a challenge that is over leads back to the password and keeps the e-mail',
    async () => {
      const member = await createStaff(pages);
      const page = await openAccount(pages, member);
      const app = await addApp(page);
      await storeCodes(page);
      await signOut(page);
      await enterPassword(page, member);
      await page.getByLabel('Code from the authenticator app').waitFor();
      await pages.server.database.run(
        'test.expire_challenges',
        'update factor_challenges set expires_at = now() where user_id = $1::uuid',
        [member.id],
      );
      await page.getByLabel('Code from the authenticator app').fill(generateNext(app));
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').getByText('This sign-in is no longer valid.').waitFor();
      await page.getByRole('button', { name: 'Start again' }).click();
      assert.equal(await page.getByLabel('E-mail').inputValue(), member.email);
    },
  );
});

describe('recovery codes', () => {
  pages.test('sign in once each, and the last ones warn', async () => {
    const member = await createStaff(pages);
    const page = await openAccount(pages, member, phone);
    await addApp(page);
    const [first = '', second = ''] = await storeCodes(page);
    await signOut(page);
    const enterCode = async (code: string) => {
      await page.getByLabel('Recovery code').fill(code);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await enterPassword(page, member);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await enterCode(first.toLowerCase().replaceAll('-', ' '));
    await page.getByText('9 codes left.').waitFor();
    await signOut(page);
    await enterPassword(page, member);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await enterCode(first);
    await page.getByRole('alert').waitFor();
    await enterCode(second);
    await page.getByText('8 codes left.').waitFor();

    await pages.server.database.run(
      'test.spend_recovery_codes',
      `update recovery_codes
          set used_at = now()
        where code_hash in (
          select code_hash from recovery_codes
           where user_id = $1::uuid and used_at is null
           limit 6)`,
      [member.id],
    );
    await page.reload();
    await page.getByText('Only 2 codes left').waitFor();
    assert.deepEqual(await listViolations(page), []);
    await page.getByRole('button', { name: 'Create new codes' }).click();
    await page
      .getByRole('dialog', { name: 'Create new recovery codes?' })
      .getByRole('button', { name: 'Create new codes' })
      .click();
    await storeCodes(page);
    await page.getByText('10 codes left.').waitFor();
  });
});

describe('a required factor', () => {
  pages.test('is set up before anything else, and then the console opens', async () => {
    const port = await ownPort();
    const url = `http://localhost:${port}`;
    await startTestServer(
      { database: pages.server.database, url: pages.databaseUrl },
      { environment: { STAFF_SECOND_FACTOR: 'required', PORT: String(port), PUBLIC_URL: url } },
    );
    const member = await createStaff(pages);
    const page = await pages.visit(null, `${url}/console/orders`, phone);
    await enterPassword(page, member);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Sections' }).count(), 0);
    assert.deepEqual(await listViolations(page), []);
    assert.deepEqual(await listSmallTargets(page), []);
    await addAuthenticator(page);
    await addPasskey(page, 'Required');
    // The page may have gone on already, and the codes stay.
    await storeCodes(page);
    await page.getByRole('heading', { name: 'Orders' }).waitFor();

    await page.goto(`${url}/console/account`);
    await page.getByRole('button', { name: 'Remove Required' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove Required?' });
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
  });
});
