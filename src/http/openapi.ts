import swagger from '@fastify/swagger';
import type { RouteOptions } from 'fastify';
import type { App } from './app.ts';
import { documentComponents } from './openapi-components.ts';
import { completeOperation } from './openapi-operation.ts';
import { hoistTitled, type Json } from './openapi-schemas.ts';
import type { OwnCookies } from './own-cookies.ts';
import type { HttpServerOptions } from './server-options.ts';

type OpenApiOptions = Pick<HttpServerOptions, 'publicUrl' | 'version' | 'tags'>;

/**
 * Serves the OpenAPI 3.1 document at `/openapi.json`, generated from the schemas that validate and serialise. Errors,
 * security and common headers follow from the access table and the route, so that routes need not repeat them.
 */
export async function installOpenApi(app: App, options: OpenApiOptions): Promise<void> {
  const routes = new Map<string, RouteOptions>();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version: options.version,
        summary: 'A self-hosted order backend.',
        description:
          'Takes orders once, never oversells, collects the money, and informs everyone. Every refusal is a problem document (RFC 9457).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: options.publicUrl, description: 'This server.' }],
      tags: [...(options.tags ?? [])],
    },
    transform: ({ schema, url, route }) => {
      const id = route.config?.operation?.id;
      if (id !== undefined) routes.set(id, route);
      return { schema, url };
    },
    transformObject: (document) => {
      const openapi = ('openapiObject' in document ? document.openapiObject : {}) as Json;
      return completeDocument(openapi, routes, app.ownCookies);
    },
  });

  let text = '';
  app.addHook('onReady', async () => {
    text = JSON.stringify(app.swagger());
  });
  app.get(
    '/openapi.json',
    { schema: { operationId: 'getOpenApiDocument' }, config: { page: true } },
    (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=60')
        .type('application/json; charset=utf-8')
        .send(text),
  );
}

function completeDocument(
  document: Json,
  routes: ReadonlyMap<string, RouteOptions>,
  cookies: OwnCookies,
): Json {
  const paths = document.paths as Record<string, Record<string, Json>>;
  for (const operations of Object.values(paths)) {
    for (const described of Object.values(operations)) {
      const route = routes.get(described.operationId as string);
      if (route !== undefined) completeOperation(described, route);
    }
  }
  const components = documentComponents(cookies);
  components.schemas = { ...components.schemas, ...hoistTitled(paths) };
  return { ...document, components };
}
