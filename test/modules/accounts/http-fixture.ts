import { after } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Database } from '../../../src/database/database.ts';
import { createHttpServer } from '../../../src/http/server.ts';
import type { HttpServerOptions } from '../../../src/http/server-options.ts';
import { accessTable } from '../../../src/main/tables/access-table.ts';
import { accountsErrors } from '../../../src/modules/accounts/index.ts';
import type { Role } from '../../../src/shared/caller.ts';
import {
  createAccountsOn,
  PUBLIC_URL,
  signInAs,
  type TestAccounts,
  withTestAuthor,
} from './accounts-fixture.ts';

type Send = (
  method: NonNullable<InjectOptions['method']>,
  url: string,
  options?: { body?: object; bearer?: string; headers?: Record<string, string> },
) => Promise<LightMyRequestResponse>;

/** Starts the shell with the routes of this module and no others. */
export async function accountsServer(
  database: Database,
  changes: Partial<HttpServerOptions> = {},
): Promise<{ accounts: TestAccounts; send: Send; createToken: (role: Role) => Promise<string> }> {
  const module = createAccountsOn(database);
  const accounts = withTestAuthor(module.api, database);
  const app = await createHttpServer({
    accessTable,
    everyRuleNeedsRoute: false,
    authenticator: accounts.authenticator,
    publicUrl: PUBLIC_URL,
    corsOrigins: ['https://front.example'],
    trustedProxies: [],
    logger: false,
    errorCatalogue: Object.values(accountsErrors),
    cookieSecure: true,
    version: '0.0.0',
    ...changes,
  });
  await module.routes?.(app);
  await app.ready();
  after(() => app.close());

  const send: Send = (method, url, { body, bearer, headers = {} } = {}) =>
    app.inject({
      method,
      url,
      headers: bearer === undefined ? headers : { ...headers, authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { payload: body }),
    });

  async function createToken(role: Role): Promise<string> {
    const { session } = await signInAs(database, accounts, role);
    return session.accessToken;
  }
  return { accounts, send, createToken };
}

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly path?: string;
  readonly httpOnly?: boolean;
  readonly secure?: boolean;
  readonly sameSite?: string;
  readonly maxAge?: number;
}

export function findCookie(response: LightMyRequestResponse, name: string): SetCookie {
  const cookie = (response.cookies as SetCookie[]).find((candidate) => candidate.name === name);
  if (cookie === undefined) throw new Error(`the response sets no cookie ${name}`);
  return cookie;
}
