import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { Redis } from 'ioredis';
import type { RateLimiters } from '../../src/drivers/limits/rate-limiter.ts';
import type { Certificate } from './certificates.ts';
import type { OnEnd } from './on-end.ts';
import { ownPort } from './own-port.ts';
import { until } from './until.ts';

/** A Redis for one test file, ended after it. */
export interface RedisServer {
  readonly url: string;
  /** Freezes it with its connections open, like a machine that hangs. */
  pause(): void;
  resume(): void;
  /** Deletes everything, including scripts. */
  flush(): Promise<void>;
  keys(): Promise<string[]>;
  kill(): Promise<void>;
  /** Starts it at the same address, empty. */
  start(): Promise<void>;
}

/** How long Redis may take to answer a question of a test, also on a busy machine. */
const ANSWERS_WITHIN_MS = 10_000;

/** Why tests that need Redis are skipped; false if it is installed. */
export const redisMissing =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'redis-server is not installed';

/** With a certificate, it listens for TLS only. */
export async function startRedis(
  onEnd: OnEnd = after,
  certificate: Certificate | null = null,
): Promise<RedisServer> {
  const port = await ownPort();
  const url = `${certificate === null ? 'redis' : 'rediss'}://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(url, {
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      // Without it, a question to another program at this port would never be answered.
      commandTimeout: ANSWERS_WITHIN_MS,
      ...(certificate === null ? {} : { tls: { rejectUnauthorized: false } }),
    });
    client.on('error', () => {});
    try {
      return await question(client);
    } finally {
      client.disconnect();
    }
  }

  async function start(): Promise<void> {
    child = spawn(
      'redis-server',
      [
        ...(certificate === null ? ['--port', String(port)] : tlsArguments(port, certificate)),
        ...['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      ],
      { stdio: 'ignore' },
    );
    const started = child;
    await until(() => {
      assert.equal(started.exitCode, null, 'redis-server has ended');
      return ask((client) => client.ping());
    });
  }

  async function kill(): Promise<void> {
    if (child === undefined) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }

  onEnd(kill);
  await start();
  return {
    url,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async flush() {
      await ask((client) => client.pipeline().flushall().script('FLUSH').exec());
    },
    keys: () => ask((client) => client.keys('*')),
    kill,
    start,
  };
}

function tlsArguments(port: number, { cert, key }: Certificate): string[] {
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
}

/** Waits until the limiters share Redis: without a connection they count separately. */
export async function untilShared(redis: RedisServer, limiters: RateLimiters): Promise<void> {
  const name = `probe-${randomUUID()}`;
  const probe = limiters.create(name, { pointsMax: 1_000_000, windowSeconds: 60 });
  await until(async () => {
    await probe.take('probe');
    const keys = await redis.keys();
    assert.ok(keys.some((key) => key.includes(name)));
  });
}
