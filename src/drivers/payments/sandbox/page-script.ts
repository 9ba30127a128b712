import { oddExponents } from '../../../shared/money.ts';

/** Runs on the payment page: makes an action of the form. Kept as text, since its digest stands in the page's policy. */
export const PAGE_SCRIPT = `
'use strict';
const form = document.getElementById('payment');
const message = document.getElementById('message');

const oddExponents = ${JSON.stringify(Object.fromEntries(oddExponents))};

/** A plain decimal with no more digits than the currency has, or a sentence is thrown. */
function minorOf(text, currency) {
  const exponent = oddExponents[currency] ?? 2;
  const [, whole, fraction = ''] = /^([0-9]{1,12})(?:[.]([0-9]+))?$/.exec(text) ?? [];
  if (whole !== undefined && fraction.length <= exponent) {
    return Number(whole + fraction.padEnd(exponent, '0'));
  }
  throw new RangeError('"' + text + '" is no amount in ' + currency + ': write one such as '
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
  // From here, since the server may be reached below a path.
  const reply = await fetch('../sessions/' + encodeURIComponent(reference) + '/actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(actionOf(name)),
  });
  // 409: it was over before this button was pressed; the page says so when it is read anew.
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
      : 'That did not get through. Nothing is known to have happened: try again.';
    message.hidden = false;
    setBusy(false);
  }
});
// A page that comes back from the browser's memory would show what was.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
`;
