import assert from 'node:assert/strict';
import { TOTP } from 'otpauth';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createUser } from '../../src/modules/accounts/index.ts';
import type { Role } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testAuthor } from '../support/shop.ts';
import type { Pages } from './pages-bench.ts';

export interface StaffMember {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

const PERIOD_MS = 30_000;
/** A secret in base32, in groups of four. */
const SECRET = /^[A-Z2-7]{4}( [A-Z2-7]{4})+$/;

/** Creates somebody who works in the console. */
export async function createStaff(pages: Pages, role: Role = 'admin'): Promise<StaffMember> {
  const email = `${newId()}@example.com`;
  const password = `the long phrase of ${email.slice(-20, -12)}`;
  const { id } = await createUser(pages.server.database, testAuthor, { email, password, role });
  return { id, email, password };
}

/** Enters e-mail and password in the console, which may then ask for a second factor. */
export async function enterPassword(page: Page, { email, password }: StaffMember): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs somebody in, in a browser of their own, and opens the page about their account. */
export async function openAccount(
  pages: Pages,
  member: StaffMember,
  device?: BrowserContextOptions,
): Promise<Page> {
  const page = await pages.visit(null, '/console/account', device);
  await enterPassword(page, member);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  return page;
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Holdfast console' }).waitFor();
}

/** Adds a passkey, which the simulated device creates. */
export async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create the passkey' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Adds an authenticator app. Returns it. */
export async function addApp(page: Page): Promise<TOTP> {
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add an authenticator app' });
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('img', { name: 'QR code' }).waitFor();
  const secret = (await dialog.getByText(SECRET).innerText()).replaceAll(' ', '');
  const app = new TOTP({ secret });
  await dialog.getByLabel('Code that the app shows').fill(app.generate());
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await dialog.waitFor({ state: 'detached' });
  return app;
}

/** Returns a code that counts although the one of now has been used: one step early is accepted. */
export function generateNext(app: TOTP): string {
  return app.generate({ timestamp: Date.now() + PERIOD_MS });
}

/** Returns the recovery codes that the page shows once, and closes them. */
export async function storeCodes(page: Page): Promise<string[]> {
  const dialog = page.getByRole('dialog', { name: 'Your recovery codes' });
  await dialog.waitFor();
  const codes = await dialog.getByRole('listitem').allTextContents();
  assert.equal(new Set(codes).size, 10);
  await dialog.getByRole('button', { name: 'I have stored them' }).click();
  await dialog.waitFor({ state: 'detached' });
  return codes;
}

/** Makes the last proof of who somebody is older than actions accept, as the next refresh of the page will see. */
export async function ageProof(pages: Pages, page: Page, { id }: StaffMember): Promise<void> {
  await pages.server.database.run(
    'test.age_proof',
    `update refresh_families
        set authenticated_at = now() - interval '11 minutes'
      where user_id = $1::uuid`,
    [id],
  );
  await page.context().clearCookies({ name: 'holdfast_access' });
}
