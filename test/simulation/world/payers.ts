import type { Choices } from '../choices.ts';
import type { Page, SimulatedProvider } from './provider.ts';
import { NOTHING } from './world.ts';

/** Lets a customer do something on a page of the provider, or somebody at the provider itself. Returns what. */
export function actAtProvider(choices: Choices, provider: SimulatedProvider): string {
  const pages = [...provider.pages.values()];
  if (pages.length === 0) return NOTHING;
  const page: Page = pages[choices.below(pages.length)]!;
  const { orderNumber } = page.request;
  const what = choices.below(12);
  if (what === 6) {
    provider.payElsewhere(page);
    return 'somebody pays for something that the shop does not know';
  }
  if (what === 9) {
    const [charge] = page.charges;
    if (charge === undefined || provider.left(charge) < 2) return NOTHING;
    provider.refundThere(charge, Math.floor(provider.left(charge) / 2));
    return `the provider refunds a half of order ${orderNumber}`;
  }
  // A page can be paid twice only at the same moment.
  if (what === 7 && page.state === 'PAID') {
    provider.pay(page);
    return `order ${orderNumber} is paid again`;
  }
  if (!page.isOpen) return NOTHING;
  if (what === 10) {
    provider.expire(page);
    return `the page of order ${orderNumber} expires`;
  }
  if (what === 11) {
    provider.decline(page);
    return `a card for order ${orderNumber} is declined`;
  }
  const isWrong = what === 8;
  const { amountMinor } = page.request;
  provider.pay(page, isWrong ? amountMinor + 1 : amountMinor);
  return `order ${orderNumber} is paid${isWrong ? ' with another amount' : ''}`;
}
