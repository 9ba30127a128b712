import type { App } from '../../../http/index.ts';
import { QuoteBody, QuoteReply } from '../schemas.ts';
import type { Quoting } from './quote-order.ts';

export function registerQuoteRoutes(app: App, orders: Quoting): void {
  app.post(
    '/api/quotes',
    {
      schema: {
        operationId: 'quoteOrder',
        tags: ['Orders'],
        summary: 'Ask what an order would cost',
        description:
          'Answers what placing this order now would cost, and in `refusals` every reason for which it would be refused, with the code, the detail and the members of that refusal; a placement answers with the first of them. `items` leaves out what cannot be priced. Without a sign-in it is priced as for a new customer. Holds and writes nothing.',
        body: QuoteBody,
        response: { 200: QuoteReply },
      },
    },
    (request) => orders.quoteOrder(request.caller, request.body),
  );
}
