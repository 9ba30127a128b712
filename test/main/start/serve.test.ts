import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { pino } from 'pino';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { startServer } from '../../../src/main/start/serve.ts';
import { spawnCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const { url } = await testDatabase();
const environment = {
  PORT: '0',
  DEMO_DATA: 'false',
  JWT_SECRET: randomBytes(48).toString('base64url'),
  // Where it stores the secret that it generates.
  DATA_DIR: tmpdir(),
};

function readStatus(address: string): Promise<number> {
  return fetch(address).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });
}

test('a server without its database is live but not ready, answers 503, and serves once the database is available', async () => {
  const proxy = await startTcpProxy(url);
  proxy.cut();
  const config = readConfig({ ...environment, DATABASE_URL: proxy.url });
  const server = await startServer(config, pino({ level: 'silent' }));
  try {
    assert.equal(await readStatus(`${server.address}/health/live`), 200);
    assert.equal(await readStatus(`${server.address}/health/ready`), 503);
    assert.equal(await readStatus(`${server.address}/api/products`), 503);
    proxy.restore();
    await server.prepared;
    assert.equal(await readStatus(`${server.address}/health/ready`), 200);
    assert.equal(await readStatus(`${server.address}/api/products`), 200);
  } finally {
    await server.stop();
    await proxy.close();
  }
});

test('a server with its database serves from the first connection that it accepts', async () => {
  const config = readConfig({ ...environment, DATABASE_URL: url });
  const server = await startServer(config, pino({ level: 'silent' }));
  try {
    assert.equal(await readStatus(`${server.address}/api/products`), 200);
  } finally {
    await server.stop();
  }
});

test('a server that waits for its database can be stopped', async () => {
  const proxy = await startTcpProxy(url);
  proxy.cut();
  const config = readConfig({ ...environment, DATABASE_URL: proxy.url });
  const server = await startServer(config, pino({ level: 'silent' }));
  await server.stop();
  await assert.rejects(server.prepared);
  await proxy.close();
});

test('a worker serves health and metrics, but no API', async () => {
  const config = readConfig({ ...environment, DATABASE_URL: url, ROLE: 'worker' });
  const server = await startServer(config, pino({ level: 'silent' }));
  await server.prepared;
  assert.equal(await readStatus(`${server.address}/health/ready`), 200);
  assert.equal(await readStatus(`${server.address}/metrics`), 200);
  assert.equal(await readStatus(`${server.address}/api/products`), 404);
  await server.stop();
});

test('SIGTERM ends the process cleanly, with 0', async () => {
  const child = spawnCommand(['serve'], { environment: { ...environment, DATABASE_URL: url } });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout) {
    output += part;
    if (output.includes('Stop it with Ctrl-C')) break;
  }
  assert.match(output, /API +http:\/\/127\.0\.0\.1:\d+\/api/);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
