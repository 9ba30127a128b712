import swaggerUi from '@fastify/swagger-ui';
import type { App } from './app.ts';
import { REFERENCE_PATH } from './operation.ts';

/** The reference's own scripts and styles, and calls to this server from its "Try it out". Nothing of other hosts. */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The reference for people, made from the OpenAPI document. */
export async function installReference(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: REFERENCE_PATH,
    indexPrefix: app.publicPath,
    staticCSP: REFERENCE_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true },
    theme: {
      title: 'Holdfast API',
      // There is one document to explore, so the bar that asks for another is left out.
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}
