import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../../../src/database/database.ts';
import {
  binariesIn,
  packagedBinaries,
  RUNTIME_ROLE,
} from '../../../src/database/embedded/index.ts';
import { buildRuntimeUrl, writeRuntimeRole } from '../../../src/database/embedded/roles.ts';
import { grantTo, migrate } from '../../../src/database/migrate.ts';
import { installPostgresQueue } from '../../../src/drivers/queue/postgres/install.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import { until } from '../until.ts';
import { createNode, initialiseNode, type PostgresNode } from './node.ts';

const RUNTIME_PASSWORD = 'the program of the pair';

/** One of the two servers, with the way by which the program reaches it. */
export interface Member {
  readonly node: PostgresNode;
  /** Between the program and the server. */
  readonly proxy: TcpProxy;
  /** Between its standby and the server. */
  readonly link: TcpProxy;
}

/** Two PostgreSQL servers, of which one follows the other. */
export interface PostgresPair {
  readonly members: readonly [Member, Member];
  /** The URL of both, for the role of the program, through the proxies. */
  readonly url: string;
  /** The same for the owner of the tables. */
  readonly ownerUrl: string;
  /** The URL of one server for the role of the program, without the proxy. */
  directUrl(member: Member): string;
  /** Lets `follower` become a new standby of `leader`. Resolves when it streams. */
  follow(follower: Member, leader: Member): Promise<void>;
  /** Makes the commits of `leader` wait for `follower`. Resolves when they do. */
  makeSynchronous(leader: Member, follower: Member): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a primary with a migrated database and its standby, without root's help: with the programs of the embedded
 * server, or with those of TEST_POSTGRES_BIN. Commits do not wait for the standby before `makeSynchronous`.
 */
export async function startPostgresPair(parent = tmpdir()): Promise<PostgresPair> {
  const { TEST_POSTGRES_BIN } = process.env;
  const binaries =
    TEST_POSTGRES_BIN === undefined ? await packagedBinaries() : binariesIn(TEST_POSTGRES_BIN);
  await using built = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parent, 'holdfast-pair-'));
  // For root, PostgreSQL runs under another account, which must be able to enter the folder.
  await chmod(folder, 0o711);
  built.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

  const createMember = async (name: string): Promise<Member> => {
    const node = await createNode({ name, folder, binaries });
    built.defer(() => node.stop());
    const proxy = built.adopt(await startTcpProxy(node.ownerUrl()), (it) => it.close());
    const link = built.adopt(await startTcpProxy(node.ownerUrl()), (it) => it.close());
    return { node, proxy, link };
  };
  const members = [await createMember('one'), await createMember('two')] as const;
  const [one, two] = members;
  await initialiseNode(one.node, binaries);
  await one.node.start();
  await createShop(one.node);

  const runtimeUrl = (member: Member) => buildRuntimeUrl(RUNTIME_PASSWORD, member.node.port);
  const throughProxies = (url: string) => {
    const [first, second] = members.map(({ proxy }) => new URL(proxy.url).host);
    return url.replace(/127\.0\.0\.1:\d+/, `${first},${second}`);
  };

  async function follow(follower: Member, leader: Member): Promise<void> {
    await follower.node.stop();
    await follower.node.copyFrom(leader.node, { port: Number(new URL(leader.link.url).port) });
    await follower.node.start();
    await untilStreaming(leader.node, follower.node, 'async');
  }

  async function makeSynchronous(leader: Member, follower: Member): Promise<void> {
    await leader.node.set('synchronous_standby_names', follower.node.name);
    await untilStreaming(leader.node, follower.node, 'sync');
  }

  await follow(two, one);
  const everything = built.move();
  return {
    members: [one, two],
    url: throughProxies(runtimeUrl(one)),
    ownerUrl: throughProxies(one.node.ownerUrl()),
    directUrl: runtimeUrl,
    follow,
    makeSynchronous,
    stop: () => everything.disposeAsync(),
  };
}

async function untilStreaming(leader: PostgresNode, follower: PostgresNode, syncState: string) {
  await until(async () => {
    const rows = await leader.run(
      `select state, sync_state from pg_stat_replication where application_name = '${follower.name}'`,
    );
    const [{ state, sync_state } = {}] = rows;
    if (state !== 'streaming' || sync_state !== syncState) {
      throw new Error(`${follower.name} is ${state} and ${sync_state}`);
    }
  });
}

async function createShop(node: PostgresNode): Promise<void> {
  await node.run('create database holdfast');
  const database = createDatabase({ url: node.ownerUrl(), poolMax: 1, constraints: {} });
  try {
    const client = await database.connect();
    await writeRuntimeRole(client, RUNTIME_PASSWORD);
    await migrate(database);
    await installPostgresQueue(client);
    await client.end();
    await grantTo(database, RUNTIME_ROLE);
  } finally {
    await database.close();
  }
}
