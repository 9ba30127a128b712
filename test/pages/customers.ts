import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { newId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import { type Pages, phone } from './pages-bench.ts';

export interface Customer {
  readonly page: Page;
  readonly email: string;
  readonly password: string;
}

export const PASSWORD = 'a long pass phrase';

/** Opens the shop in a browser of its own, and signs a new customer up. Leads to `then`. */
export async function signUpInShop(pages: Pages, then: string): Promise<Customer> {
  const page = await pages.visit(null, `/shop/sign-in?then=${then}`, phone);
  const email = `${newId()}@example.com`;
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  return { page, email, password: PASSWORD };
}

/** Signs a new customer up on the page of their account, whose address is proven. */
export async function signUpWithProvenAddress(pages: Pages): Promise<Customer> {
  const customer = await signUpInShop(pages, '/account');
  await pages.server.database.run(
    'test.prove_address',
    'update users set email_verified_at = now() where email = $1::text',
    [customer.email],
  );
  await customer.page.reload();
  await customer.page.getByText('Confirmed', { exact: true }).waitFor();
  return customer;
}

/** Enters e-mail and password on the page of the sign-in, which may then ask for a second factor. */
export async function enterPassword(
  page: Page,
  { email, password }: Pick<Customer, 'email' | 'password'>,
): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs the customer in on another device. */
export async function signInElsewhere(
  pages: Pages,
  customer: Customer,
  then: string,
): Promise<Page> {
  const page = await pages.visit(null, `/shop/sign-in?then=${then}`, phone);
  await enterPassword(page, customer);
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  return page;
}

interface Mail {
  readonly to: string;
  readonly kind: string;
  readonly text: string | null;
}

const LINK = /https?:\/\/\S+#token=\S+/;

/** Waits for the newest mail of a kind to an address, and returns the link in it. */
export async function findLink(pages: Pages, to: string, kind: string): Promise<string> {
  return until(async () => {
    const reply = await pages.admin.get('/api/operations/mail?limit=100');
    const { data } = reply.json<{ data: readonly Mail[] }>();
    const mail = data.find((one) => one.to === to && one.kind === kind);
    const [link] = LINK.exec(mail?.text ?? '') ?? [];
    assert(link !== undefined, `no link for ${to} in ${data.map((one) => one.kind).join()}`);
    return link;
  });
}
