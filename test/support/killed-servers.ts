import assert from 'node:assert/strict';
import { after } from 'node:test';
import { ownPort } from './own-port.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import type { Reply } from './session.ts';
import { until } from './until.ts';

/** A server that is started again at the same address after it was killed. */
export interface KilledServer {
  readonly url: string;
  killAndRestart(): Promise<void>;
}

export async function startKilledServer(
  environment: Readonly<Record<string, string>>,
): Promise<KilledServer> {
  const port = await ownPort();
  const start = () => startServerProcess({ environment, port });
  let process: ServerProcess = await start();
  after(() => process.end('SIGTERM'));
  return {
    url: process.url,
    async killAndRestart() {
      await process.end('SIGKILL');
      process = await start();
    },
  };
}

/** Calls the servers in turn, beginning with this one, until one of them answers. */
export async function persist(
  senders: readonly (() => Promise<Reply>)[],
  first: number,
): Promise<Reply> {
  let attempts = 0;
  return until(() => {
    const send = senders[(first + attempts) % senders.length]!;
    attempts += 1;
    return answered(send());
  });
}

async function answered(sent: Promise<Reply>): Promise<Reply> {
  const reply = await sent;
  assert.ok(reply.status < 500, `no server answers: ${reply.text}`);
  return reply;
}

/**
 * Does the same for everyone at once. Meanwhile the servers are killed in turn, spread over the first half of the
 * results.
 */
export async function doAllUnderKills<Item, Result>(
  servers: readonly KilledServer[],
  kills: number,
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  let done = 0;
  let killed: Promise<void> = Promise.resolve();
  const killAt = new Set(
    Array.from({ length: kills }, (_, index) => Math.ceil((items.length * index) / kills / 2) + 1),
  );
  const results = await Promise.all(
    items.map(async (item, index) => {
      const result = await work(item, index);
      done += 1;
      if (killAt.has(done)) {
        const server = servers[killAt.size % servers.length]!;
        killAt.delete(done);
        killed = killed.then(() => server.killAndRestart());
      }
      return result;
    }),
  );
  await killed;
  return results;
}
