import { hash } from 'node:crypto';
import { escapeHtml } from '../../../shared/escape-html.ts';
import { currencyExponent, formatDecimal } from '../../../shared/money.ts';
import type { SessionMoneyRow } from './charge-queries.ts';
import { troubleFields } from './failure-fields.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { SessionRow, SessionStatus } from './queries.ts';

/** The page runs its own script and style, by their digests, and speaks to nobody but this server. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${getCspDigest(PAGE_SCRIPT)}`,
  `style-src ${getCspDigest(PAGE_STYLE)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A card, as the logo beside the name. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%230f6b54'%3E%3Crect y='2' width='16' height='3' rx='1'/%3E%3Crect y='7' width='16' height='7' rx='1'/%3E%3C/svg%3E";

interface PageState {
  readonly mark: string;
  readonly title: string;
  readonly sentence: string;
  /** What the button under "make trouble" is called; null: the ordinary one is there. */
  readonly payAnyway: string | null;
}

const pageStates: Readonly<Record<SessionStatus, PageState>> = {
  OPEN: { mark: '', title: '', sentence: '', payAnyway: null },
  PAID: {
    mark: 'done',
    title: 'Paid',
    sentence: 'Thank you. The shop is being told.',
    payAnyway: 'Pay a second time',
  },
  FAILED: {
    mark: 'failed',
    title: 'Declined',
    sentence: 'The payment did not go through. Nothing was taken. Try again from the shop.',
    payAnyway: 'Pay after all',
  },
  EXPIRED: {
    mark: 'over',
    title: 'This payment page is over',
    sentence: 'It was closed, or its time has passed. Nothing can be paid here any more.',
    payAnyway: 'Pay too late',
  },
};

/** Of a page that was paid: also what was charged besides, and what has gone back. */
function buildPageState(
  { status, amountMinor, currency }: SessionRow,
  money: readonly SessionMoneyRow[],
): PageState {
  const standing = pageStates[status];
  if (status !== 'PAID') return standing;
  const returned = money.filter(({ returnedMinor }) => returnedMinor > 0);
  const sums = returned.map((sum) => formatPrice(sum.returnedMinor, sum.currency)).join(' and ');
  if (returned.length > 0 && money.every((sum) => sum.returnedMinor >= sum.chargedMinor)) {
    const sentence = escapeHtml(`The shop gave ${sums} back: nothing of it was kept.`);
    return { ...standing, mark: 'over', title: 'Given back', sentence };
  }
  const isRequestedAmount = money.every(
    (sum) => sum.currency === currency && sum.chargedMinor === amountMinor,
  );
  if (isRequestedAmount && returned.length === 0) return standing;
  const charged = money.map((sum) => formatPrice(sum.chargedMinor, sum.currency)).join(' and ');
  const back = returned.length === 0 ? '' : ` The shop gave ${sums} of it back.`;
  return { ...standing, sentence: escapeHtml(`${charged} was charged in all.${back}`) };
}

/** The page on which a person pays, or sees that it is over. */
export function paymentPage(session: SessionRow, money: readonly SessionMoneyRow[]): string {
  const { reference, orderNumber, amountMinor, currency, returnUrl, status } = session;
  const price = formatPrice(amountMinor, currency);
  const standing = buildPageState(session, money);
  const data = {
    reference,
    'return-url': returnUrl,
    currency,
    open: status === 'OPEN',
  };
  const attributes = Object.entries(data)
    .map(([name, value]) => ` data-${name}="${escapeHtml(String(value))}"`)
    .join('');
  return renderPage(
    status === 'OPEN' ? `Pay ${price}` : standing.title,
    `<form id="payment" autocomplete="off"${attributes}>
      <section class="card">
        ${status === 'OPEN' ? '' : renderStateHeading(standing)}
        <p class="label">Order <strong>${escapeHtml(orderNumber)}</strong></p>
        <p class="price">${escapeHtml(price)}</p>
        ${status === 'OPEN' ? renderButtons(price) : renderBackLink(returnUrl)}
        <p id="message" role="alert" hidden></p>
        <noscript><p class="alert">This page needs JavaScript.</p></noscript>
      </section>
      ${troubleFields({
        price: formatDecimal(amountMinor, currency),
        currency,
        payAnyway: standing.payAnyway,
      })}
    </form>`,
  );
}

export function missingPage(): string {
  return renderPage(
    'No such payment',
    `<section class="card">
      ${renderStateHeading({ mark: 'over', title: 'No such payment', sentence: 'The address is not complete, or was never given out.', payAnyway: null })}
    </section>`,
  );
}

function renderStateHeading({ mark, title, sentence }: PageState): string {
  return `<div class="standing ${mark}"><span aria-hidden="true"></span><h1>${title}</h1><p>${sentence}</p></div>`;
}

function renderButtons(price: string): string {
  return `<h1 class="hidden">Pay for your order</h1>
        <button class="primary" type="submit" name="action" value="pay">Pay ${escapeHtml(price)}</button>
        <div class="pair">
          <button type="submit" name="action" value="decline">Decline</button>
          <button type="submit" name="action" value="expire">Close</button>
        </div>
        <p class="hint">Decline is a card that is refused. Close leaves without paying.</p>`;
}

function renderBackLink(returnUrl: string): string {
  return `<a class="button primary" href="${escapeHtml(returnUrl)}">Back to the shop</a>`;
}

function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <link rel="icon" href="${ICON}">
    <title>${escapeHtml(title)} · Sandbox payment</title>
    <style>${PAGE_STYLE}</style>
  </head>
  <body>
    <header><span class="logo" aria-hidden="true"></span><strong>Sandbox Pay</strong><em>No real money moves</em></header>
    <main>
      ${body}
    </main>
    <script>${PAGE_SCRIPT}</script>
  </body>
</html>
`;
}

/** `£5.90`, to the last minor unit: a price tag would round forints. A currency that nobody knows stands as its letters. */
function formatPrice(amountMinor: number, currency: string): string {
  const value = formatDecimal(amountMinor, currency);
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // As text, since a number would lose pence above 2^53.
  return format.format(value as Intl.StringNumericLiteral);
}

function getCspDigest(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
