import { hash } from 'node:crypto';
import { escapeHtml } from '../../../shared/escape-html.ts';
import { currencyExponent, formatDecimal } from '../../../shared/money.ts';
import type { SessionMoneyRow } from './charge-queries.ts';
import { renderFailureFields } from './failure-fields.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { SessionRow, SessionStatus } from './queries.ts';

/** Allows the page its own script and style, by their digests, and connections to this server only. */
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

/** A card, like the logo beside the name. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%230f6b54'%3E%3Crect y='2' width='16' height='3' rx='1'/%3E%3Crect y='7' width='16' height='7' rx='1'/%3E%3C/svg%3E";

interface PageState {
  readonly mark: string;
  readonly title: string;
  readonly sentence: string;
  /** The label of the button under "Simulate failures"; null: the page has the usual buttons. */
  readonly payAnyway: string | null;
}

const pageStates: Readonly<Record<SessionStatus, PageState>> = {
  OPEN: { mark: '', title: '', sentence: '', payAnyway: null },
  PAID: {
    mark: 'done',
    title: 'Paid',
    sentence: 'Thank you. The shop is being notified.',
    payAnyway: 'Pay a second time',
  },
  FAILED: {
    mark: 'failed',
    title: 'Declined',
    sentence: 'The payment failed and nothing was charged. Try again from the shop.',
    payAnyway: 'Pay anyway',
  },
  EXPIRED: {
    mark: 'over',
    title: 'This payment page is no longer active',
    sentence: 'It was closed or has expired. It can no longer be paid.',
    payAnyway: 'Pay too late',
  },
};

/** Builds the state of a page. A paid page also shows further charges and refunds. */
function buildPageState(
  { status, amountMinor, currency }: SessionRow,
  money: readonly SessionMoneyRow[],
): PageState {
  const state = pageStates[status];
  if (status !== 'PAID') return state;
  const returned = money.filter(({ returnedMinor }) => returnedMinor > 0);
  const sums = returned.map((sum) => formatPrice(sum.returnedMinor, sum.currency)).join(' and ');
  if (returned.length > 0 && money.every((sum) => sum.returnedMinor >= sum.chargedMinor)) {
    const sentence = escapeHtml(`The shop refunded ${sums}, the full amount.`);
    return { ...state, mark: 'over', title: 'Refunded', sentence };
  }
  const isRequestedAmount = money.every(
    (sum) => sum.currency === currency && sum.chargedMinor === amountMinor,
  );
  if (isRequestedAmount && returned.length === 0) return state;
  const charged = money.map((sum) => formatPrice(sum.chargedMinor, sum.currency)).join(' and ');
  const back = returned.length === 0 ? '' : ` The shop refunded ${sums} of it.`;
  return { ...state, sentence: escapeHtml(`${charged} was charged in total.${back}`) };
}

/** Renders the page on which a person pays, or sees that the session has ended. */
export function paymentPage(session: SessionRow, money: readonly SessionMoneyRow[]): string {
  const { reference, orderNumber, amountMinor, currency, returnUrl, status } = session;
  const price = formatPrice(amountMinor, currency);
  const state = buildPageState(session, money);
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
    status === 'OPEN' ? `Pay ${price}` : state.title,
    `<form id="payment" autocomplete="off"${attributes}>
      <section class="card">
        ${status === 'OPEN' ? '' : renderStateHeading(state)}
        <p class="label">Order <strong>${escapeHtml(orderNumber)}</strong></p>
        <p class="price">${escapeHtml(price)}</p>
        ${status === 'OPEN' ? renderButtons(price) : renderBackLink(returnUrl)}
        <p id="message" role="alert" hidden></p>
        <noscript><p class="alert">This page needs JavaScript.</p></noscript>
      </section>
      ${renderFailureFields({
        price: formatDecimal(amountMinor, currency),
        currency,
        payAnyway: state.payAnyway,
      })}
    </form>`,
  );
}

export function missingPage(): string {
  return renderPage(
    'Payment not found',
    `<section class="card">
      ${renderStateHeading({ mark: 'over', title: 'Payment not found', sentence: 'The address is incomplete or was never issued.', payAnyway: null })}
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
        <p class="hint">Decline: the card is refused. Close: leave without paying.</p>`;
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

/**
 * Formats `£5.90` to the last minor unit: a price tag would round forints. An unknown currency is shown by its code.
 */
function formatPrice(amountMinor: number, currency: string): string {
  const value = formatDecimal(amountMinor, currency);
  const digits = currencyExponent(currency);
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A string, because a number would lose pence above 2^53.
  return format.format(value as Intl.StringNumericLiteral);
}

function getCspDigest(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
