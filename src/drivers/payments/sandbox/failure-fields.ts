import type { RefundMode } from './schemas.ts';

export interface FailureView {
  /** The requested amount, as a plain decimal. */
  readonly price: string;
  readonly currency: string;
  /** The label of the button that pays anyway, on a session that has ended. */
  readonly payAnyway: string | null;
}

const delays: readonly (readonly [ms: number, text: string])[] = [
  [0, 'at once'],
  [5_000, 'after 5 seconds'],
  [30_000, 'after 30 seconds'],
  [120_000, 'after 2 minutes'],
  [600_000, 'after 10 minutes'],
  [2_700_000, 'after 45 minutes'],
];

const copies: readonly (readonly [times: number, text: string])[] = [
  [1, 'once'],
  [2, 'twice'],
  [5, '5 times'],
  [20, '20 times'],
];

const refunds: readonly (readonly [mode: RefundMode, text: string])[] = [
  ['succeed', 'succeed at once'],
  ['succeed_later', 'succeed after 10 seconds'],
  ['fail_later', 'fail after 10 seconds'],
  ['fail', 'fail at once'],
];

/**
 * Renders the fields that reproduce what a real provider occasionally does to a shop. Names and values are those of the
 * action.
 */
export function renderFailureFields({ price, currency, payAnyway }: FailureView): string {
  return `<details class="trouble">
        <summary>Simulate failures</summary>
        <p class="hint">Reproduce what real providers do on bad days. Applies to the next button you press.</p>
        ${select('delayMs', 'Webhook', delays)}
        ${select('times', 'Sent', copies)}
        ${check('beforeAnswer', 'Notify the shop before this page gets its response')}
        ${check('outOfOrder', 'Report a failed attempt after the payment')}
        ${check('charges', 'Charge the card twice')}
        <div class="pair">
          <label>Other amount <input name="amount" inputmode="decimal" pattern="[0-9]+([.][0-9]+)?" placeholder="${price}"></label>
          <label>Other currency <input name="currency" pattern="[A-Za-z]{3}" maxlength="3" autocapitalize="characters" placeholder="${currency}"></label>
        </div>
        ${select('refunds', 'Refunds', refunds)}
        ${payAnyway === null ? '' : `<button type="submit" name="action" value="pay">${payAnyway}</button>`}
      </details>`;
}

function select(
  name: string,
  label: string,
  options: readonly (readonly [value: number | string, text: string])[],
): string {
  const choices = options.map(([value, text]) => `<option value="${value}">${text}</option>`);
  return `<div class="row"><label for="${name}">${label}</label><select id="${name}" name="${name}">${choices.join('')}</select></div>`;
}

function check(name: string, label: string): string {
  return `<label class="check"><input type="checkbox" name="${name}"> ${label}</label>`;
}
