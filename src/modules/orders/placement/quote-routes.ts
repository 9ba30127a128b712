import { type App, clientNetwork, findPublicNetwork } from '../../../http/index.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { countRefusedGuesses } from '../../pricing/index.ts';
import { QuoteBody, QuoteReply } from '../schemas.ts';
import type { Quoting } from './quote-order.ts';

export function registerQuoteRoutes(app: App, orders: Quoting): void {
  app.post(
    '/api/quotes',
    {
      schema: {
        operationId: 'quoteOrder',
        tags: ['Orders'],
        summary: 'Quote an order',
        description:
          'Returns what placing this order now would cost. `refusals` lists every reason why it would be refused, with the code, the detail and the members of that refusal; a placement returns the first of them. `items` leaves out what cannot be priced. Without a sign-in, the order is priced as for a new customer. A `customerId` requires the right to place orders for customers, and so does a `guest` of staff. Reserves and writes nothing.',
        body: QuoteBody,
        response: { 200: QuoteReply },
      },
      config: { errors: [authErrors.forbidden] },
    },
    async (request) => {
      const quote = await orders.quoteOrder(
        {
          caller: request.caller,
          network: clientNetwork(request),
          buyerNetwork: findPublicNetwork(request),
        },
        request.body,
      );
      request.guesses = countRefusedGuesses(quote.refusals);
      return quote;
    },
  );
}
