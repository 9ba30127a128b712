import pino from 'pino';
import type { Tally } from '../../shared/tally.ts';
import type { Config } from '../config/config.ts';
import { type Application, compose } from './compose.ts';

/** Returns the OpenAPI document of this version and configuration, as JSON. Needs no database. */
export function describeApi(config: Config): Promise<string> {
  return describe(config, async ({ app }) => {
    await app.ready();
    const { body } = await app.inject({ url: '/openapi.json', headers: { host: 'localhost' } });
    return body;
  });
}

/** Returns the metrics of the modules. Needs no database. */
export function describeTallies(config: Config): Promise<readonly Tally[]> {
  return describe(config, async ({ tallies }) => tallies);
}

async function describe<T>(
  config: Config,
  read: (application: Application) => Promise<T>,
): Promise<T> {
  const application = await compose(config, {
    // Connections are opened on demand, and a description needs none.
    databaseUrl: 'postgresql://127.0.0.1:1/none',
    jwtSecrets: ['the description does not depend on this secret'],
    factorKeys: ['the description does not depend on this key'],
    encryptionKeys: [],
    sealKeys: [],
    sandboxSecret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    logger: pino({ level: 'silent' }),
    isPrepared: () => false,
  });
  try {
    return await read(application);
  } finally {
    await application.stop();
  }
}
