import pino from 'pino';
import type { Config } from '../config/config.ts';
import { compose } from './compose.ts';

/** The OpenAPI document that this version serves with this configuration, as JSON. Needs no database. */
export async function describeApi(config: Config): Promise<string> {
  const product = await compose(config, {
    // Connections are made when they are needed, and the document needs none.
    databaseUrl: 'postgresql://127.0.0.1:1/none',
    jwtSecrets: ['the document is the same whatever signs the tokens'],
    sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    logger: pino({ level: 'silent' }),
    isPrepared: () => false,
  });
  try {
    await product.app.ready();
    const { body } = await product.app.inject({
      url: '/openapi.json',
      headers: { host: 'localhost' },
    });
    return body;
  } finally {
    await product.stop();
  }
}
