import type { App } from '../../http/index.ts';
import type { Module, ModuleDeclaration } from '../../modules/module.ts';
import { type ApiDocument, postmanCollection } from './collection.ts';

export const postmanDeclaration = {
  name: 'postman',
  access: { getPostmanCollection: 'anyone' },
} as const satisfies ModuleDeclaration;

/** Creates `/postman.json`: the API as a Postman collection, built from the OpenAPI document. */
export function createPostman({ currency }: { readonly currency: string }): Module<null> {
  return { api: null, routes: (app) => registerPostmanCollection(app, currency) };
}

function registerPostmanCollection(app: App, currency: string): void {
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
