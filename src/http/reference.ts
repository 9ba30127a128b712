import swaggerUi from '@fastify/swagger-ui';
import type { App } from './app.ts';
import { REFERENCE_PATH } from './operation.ts';

/** Allows the reference's own scripts and styles, and calls to this server from "Try it out", but no other hosts. */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Installs the human-readable reference, generated from the OpenAPI document. */
export async function installReference(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: REFERENCE_PATH,
    indexPrefix: app.publicPath,
    staticCSP: REFERENCE_POLICY,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true },
    theme: {
      title: 'Holdfast API',
      // There is only one document to explore, so the bar that selects another is hidden.
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}
