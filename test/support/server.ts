import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { after } from 'node:test';
import type { Logger } from 'pino';
import type { Database } from '../../src/database/database.ts';
import { type Application, compose } from '../../src/main/compose/compose.ts';
import type { Config } from '../../src/main/config/config.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { createUser } from '../../src/modules/accounts/index.ts';
import type { Role } from '../../src/shared/caller.ts';
import { putKeyInForce, TEST_ENCRYPTION_KEY } from './encryption-key.ts';
import { createTestLogger } from './log-lines.ts';
import { PATIENT_MS } from './patience.ts';
import { createSession, type Session } from './session.ts';
import { testAuthor } from './shop.ts';
import { withoutRateLimits } from './without-rate-limits.ts';

export interface TestServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly databaseUrl: string;
  /** The test's own pool, separate from the server's. */
  readonly database: Database;
  readonly application: Application;
  /** An unauthenticated session. */
  readonly anonymous: Session;
  /** Signs in a new customer, whose address counts as proven. */
  signUp(): Promise<Session>;
  /** Signs in a new admin, kitchen user or customer (optionally `vip`) over HTTP. */
  signInAs(role: Role, options?: { vip?: boolean }): Promise<Session>;
  asAdmin(): Promise<Session>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** Environment variables on top of the tests' defaults. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: Partial<Config>;
  /** Default: one whose lines are only checked. */
  readonly logger?: Logger;
  /** Whether background work runs. Without it a test calls what it needs. */
  readonly background?: boolean;
}

const testEnvironment = {
  NODE_ENV: 'test',
  PORT: '0',
  // So that the lines of every request are checked.
  ACCESS_LOG: 'true',
  ...withoutRateLimits,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  FACTOR_KEY: randomBytes(48).toString('base64url'),
  ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
  SEAL_KEY: randomBytes(32).toString('base64'),
  SANDBOX_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
};

/**
 * Starts the real application in this process, on a test's database (`const db = await testDatabase()`) and a free
 * port. Two on one database are two servers. Call it at the top of a test file, after `testDatabase()`.
 */
export async function startTestServer(
  db: { readonly database: Database; readonly url: string },
  options: TestServerOptions = {},
): Promise<TestServer> {
  const config = {
    ...readConfig({ ...testEnvironment, DATABASE_URL: db.url, ...options.environment }),
    ...options.config,
  };
  const { jwtSecret, factorKey, encryptionKey, sealKey, payments } = config;
  assert(jwtSecret.kind === 'given' && factorKey.kind === 'given' && sealKey.kind === 'given');
  assert(payments.webhookSecret !== null);
  const encryptionKeys = encryptionKey?.kind === 'given' ? encryptionKey.secrets : [];
  const application = await compose(config, {
    databaseUrl: db.url,
    jwtSecrets: jwtSecret.secrets,
    factorKeys: factorKey.secrets,
    encryptionKeys,
    sealKeys: sealKey.secrets,
    sandboxSecret: payments.webhookSecret,
    logger: options.logger ?? createTestLogger(),
    isPrepared: () => true,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= application.stop();
    return stopped;
  };
  letConnectionsWait(application.app.server);
  // Before anything else can fail: what stays open keeps the process of the file from ending.
  after(stop);
  if (encryptionKeys.length > 0) await putKeyInForce(application.database);
  const url = await application.app.listen({ host: '127.0.0.1', port: config.port });
  if (options.background === true) application.start();

  const signInAs = async (role: Role, { vip = false } = {}): Promise<Session> => {
    const credentials = newCredentials();
    await createUser(db.database, testAuthor, { ...credentials, role, vip });
    return signIn(credentials);
  };
  const signIn = async (credentials: Credentials) => {
    const reply = await createSession(url).post('/api/auth/login', credentials);
    assert.equal(reply.status, 200, reply.text);
    const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
    return createSession(url, { ...credentials, accessToken, userId: user.id });
  };
  return {
    url,
    databaseUrl: db.url,
    database: db.database,
    application,
    anonymous: createSession(url),
    signUp: () => signInAs('customer'),
    signInAs,
    asAdmin: () => signInAs('admin'),
    stop,
  };
}

/**
 * A process of tests that stalls sends and reads late, and would meet connections that the server has closed meanwhile. The
 * product's own limits are tested in `test/http`.
 */
function letConnectionsWait(server: Server): void {
  server.keepAliveTimeout = PATIENT_MS;
  server.headersTimeout = PATIENT_MS;
  server.requestTimeout = PATIENT_MS;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

function newCredentials(): Credentials {
  const name = randomBytes(8).toString('hex');
  return { email: `${name}@example.com`, password: `a phrase of ${name}` };
}
