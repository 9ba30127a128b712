import type { App } from '../../http/index.ts';
import { type ApiDocument, postmanCollection } from './collection.ts';

/** `/postman.json`: the API as a Postman collection, made from the OpenAPI document. */
export function registerPostmanCollection(app: App, currency: string): void {
  let text = '';
  app.addHook('onReady', async () => {
    text = JSON.stringify(postmanCollection(app.swagger() as unknown as ApiDocument, currency));
  });
  app.get(
    '/postman.json',
    { schema: { operationId: 'getPostmanCollection' }, config: { page: true } },
    (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=60')
        .type('application/json; charset=utf-8')
        .send(text),
  );
}
