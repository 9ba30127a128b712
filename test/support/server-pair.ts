import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { Role } from '../../src/shared/caller.ts';
import type { TestDatabase } from './database.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { createSession, type Session } from './session.ts';
import { addUser } from './shop.ts';
import { createTokenIssuer } from './tokens.ts';

export interface ServerPair {
  readonly servers: readonly ServerProcess[];
  /** Adds a user. Returns their session at each server. */
  signIn(role: Role): Promise<Session[]>;
}

/** Starts two servers on one database, each in its own process, without a limit of unpaid orders. */
export async function startServerPair({ url, database }: TestDatabase): Promise<ServerPair> {
  const JWT_SECRET = randomBytes(48).toString('base64url');
  const environment = {
    DATABASE_URL: url,
    JWT_SECRET,
    DEMO_DATA: 'false',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
  };
  const servers = await Promise.all([
    startServerProcess({ environment }),
    startServerProcess({ environment }),
  ]);
  after(() => Promise.all(servers.map((server) => server.end('SIGTERM'))));
  const mint = createTokenIssuer(JWT_SECRET);
  return {
    servers,
    async signIn(role) {
      const user = await addUser(database, { role });
      const identity = { email: '', password: '', accessToken: mint(user), userId: user.id };
      return servers.map((server) => createSession(server.url, identity));
    },
  };
}
