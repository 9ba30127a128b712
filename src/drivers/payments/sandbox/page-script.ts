import { oddExponents } from '../../../shared/money.ts';

/**
 * The script of the payment page, which turns the form into an action. Stored as text because the page's policy
 * contains its digest.
 */
export const PAGE_SCRIPT = `
'use strict';
const form = document.getElementById('payment');
const message = document.getElementById('message');

const oddExponents = ${JSON.stringify(Object.fromEntries(oddExponents))};

/** Parses a plain decimal with at most the currency's digits. Throws a sentence for the page. */
function minorOf(text, currency) {
  const exponent = oddExponents[currency] ?? 2;
  const [, whole, fraction = ''] = /^([0-9]{1,12})(?:[.]([0-9]+))?$/.exec(text) ?? [];
  if (whole !== undefined && fraction.length <= exponent) {
    return Number(whole + fraction.padEnd(exponent, '0'));
  }
  throw new RangeError('"' + text + '" is not an amount in ' + currency + ': enter one such as '
    + (exponent === 0 ? '12' : '12.' + '5'.padEnd(exponent, '0')) + '.');
}

function actionOf(name) {
  const { open, currency: asked } = form.dataset;
  const fields = new FormData(form);
  const action = { action: name };
  if (Number(fields.get('delayMs')) > 0) action.delayMs = Number(fields.get('delayMs'));
  if (Number(fields.get('times')) > 1) action.times = Number(fields.get('times'));
  if (fields.has('beforeAnswer')) action.beforeAnswer = true;
  if (fields.has('outOfOrder')) action.outOfOrder = true;
  if (fields.has('charges')) action.charges = 2;
  const amount = fields.get('amount').trim();
  const currency = fields.get('currency').trim().toUpperCase();
  if (amount !== '') action.amount = minorOf(amount, currency || asked);
  if (currency !== '') action.currency = currency;
  action.refunds = fields.get('refunds');
  if (open === 'true') action.onlyIfOpen = true;
  return action;
}

async function act(name) {
  const { reference, returnUrl } = form.dataset;
  // Relative, because the server may be reached below a path.
  const reply = await fetch('../sessions/' + encodeURIComponent(reference) + '/actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(actionOf(name)),
  });
  // 409: the session ended before this button was pressed; the reloaded page shows it.
  if (reply.status === 409 || (reply.ok && name === 'decline')) location.reload();
  else if (reply.ok) location.assign(returnUrl);
  else throw new Error(String(reply.status));
}

function setBusy(busy) {
  form.setAttribute('aria-busy', String(busy));
  for (const button of form.querySelectorAll('button')) button.disabled = busy;
}

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  message.hidden = true;
  setBusy(true);
  try {
    await act(event.submitter.value);
  } catch (error) {
    message.textContent = error instanceof RangeError ? error.message
      : 'The request failed. It is not known whether it took effect. Try again.';
    message.hidden = false;
    setBusy(false);
  }
});
// A page restored from the browser's cache would show an old state.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
`;
