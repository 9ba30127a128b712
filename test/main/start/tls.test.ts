import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Certificate, createAuthority, trustAuthority } from '../../support/certificates.ts';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { ownPort } from '../../support/own-port.ts';
import { startTestServer } from '../../support/server.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { createSession } from '../../support/session.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { createTokenIssuer } from '../../support/tokens.ts';
import { until } from '../../support/until.ts';

const db = await testDatabase();
const authority = createAuthority();
trustAuthority(authority.ca);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const files = {
  TLS_CERTIFICATE_FILE: join(folder, 'tls.crt'),
  TLS_KEY_FILE: join(folder, 'tls.key'),
};

function present({ cert, key }: Certificate): void {
  copyFileSync(cert, files.TLS_CERTIFICATE_FILE);
  copyFileSync(key, files.TLS_KEY_FILE);
}

/** Returns the number of the certificate that a server presents. */
async function readSerial(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const ca = readFileSync(authority.ca);
  const socket = tls.connect({ host, port: Number(port), ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Runs the health check of the image beside a server. Returns its exit code. */
async function checkHealth(environment: Record<string, string>): Promise<number> {
  const dockerfile = readFileSync(
    new URL('../../../deploy/docker/Dockerfile', import.meta.url),
    'utf8',
  );
  const [, command] = /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/m.exec(dockerfile)!;
  const [program, ...args] = JSON.parse(command!) as string[];
  assert.equal(program, 'node');
  const child = spawn(process.execPath, args, { env: environment, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

describe('holdfast serve with a certificate', async () => {
  present(authority.issue('DNS:localhost'));
  const environment = {
    ...files,
    DATABASE_URL: db.url,
    JWT_SECRET: randomBytes(48).toString('base64'),
    DEMO_DATA: 'false',
  };
  const server = await startServerProcess({ environment });
  after(() => server.end('SIGKILL'));
  const { port } = new URL(server.url);

  test('is found by doctor and by the health check of the image, which also finds one without TLS', async () => {
    const { stdout } = await runCommand(['doctor'], {
      environment: { ...environment, PORT: port },
    });
    assert.match(stdout, /^ok +port \d+ +a Holdfast server is listening on it$/m);
    assert.match(stdout, /^look +certificate +for DNS:localhost, ends in 1 day/m);
    assert.equal(await checkHealth({ ...files, PORT: port }), 0);
    assert.equal(await checkHealth({ PORT: port }), 1);
    const plain = await startTestServer(db);
    assert.equal(await checkHealth({ PORT: new URL(plain.url).port }), 0);
    assert.equal(await checkHealth({ ...files, PORT: new URL(plain.url).port }), 1);
  });

  test('takes a payment in the sandbox, for which it calls itself at an address that its certificate does not name', async () => {
    const user = await addUser(db.database, { role: 'customer' });
    const accessToken = createTokenIssuer(environment.JWT_SECRET)(user);
    const identity = { email: '', password: '', accessToken, userId: user.id };
    const customer = createSession(server.url, identity);
    const { sku } = await addProduct(db.database, { onHand: 10 });
    const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
    assert.equal(placed.status, 201, placed.text);
    const orderId = placed.json<{ id: string }>().id;
    const begun = await customer.post('/api/payments/initiate', { orderId });
    assert.equal(begun.status, 201, begun.text);
    const { checkoutUrl } = begun.json<{ checkoutUrl: string }>();
    const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
    const action = await createSession(server.url).post(`/sandbox/sessions/${reference}/actions`, {
      action: 'pay',
    });
    assert.equal(action.status, 202, action.text);
    await until(async () => {
      const order = await customer.get(`/api/orders/${orderId}`);
      assert.equal(order.json().status, 'CONFIRMED');
    });
  });

  test('reads a renewed certificate on SIGHUP, keeps it if the next one is broken, and stops on SIGTERM', async () => {
    const before = await readSerial(server.url);
    present(authority.issue('DNS:localhost'));
    server.hangUp();
    await until(async () => assert.notEqual(await readSerial(server.url), before));
    const renewed = await readSerial(server.url);
    copyFileSync(authority.issue('DNS:localhost').key, files.TLS_KEY_FILE);
    server.hangUp();
    await until(async () => assert.match(server.output(), /TLS_KEY is not the key/));
    assert.equal(await readSerial(server.url), renewed);
    assert.doesNotMatch(server.output(), /PRIVATE KEY/);
    await server.end('SIGTERM');
    assert.match(server.output(), /stopping on SIGTERM/);
  });
});

test('SIGHUP does not end a server that is still starting, since a renewal can come at any time', async () => {
  present(authority.issue('DNS:localhost'));
  const secret = () => randomBytes(48).toString('base64');
  const program = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      ...files,
      HOLDFAST_HOME: tmpdir(),
      NODE_ENV: 'production',
      ROLE: 'api',
      PORT: String(await ownPort()),
      PUBLIC_URL: 'https://shop.example',
      DATABASE_URL: db.url,
      JWT_SECRET: secret(),
      FACTOR_KEY: secret(),
      PAYMENT_PROVIDER: 'sandbox',
      MAIL_DRIVER: 'capture',
    },
  });
  after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let output = '';
  let isHungUp = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    // The first thing that a start says, long before it listens.
    if (!isHungUp && output.includes('ENCRYPTION_KEY is not set')) {
      isHungUp = child.kill('SIGHUP');
    }
  });
  // It ends by itself, because the database of tests is not durable.
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  assert.ok(isHungUp);
  assert.equal(signal, null);
  assert.match(output, /Server listening/);
});

test('holdfast serve does not start with a certificate that has ended, and says so', async () => {
  present(authority.issueEnded());
  const environment = { ...files, DATABASE_URL: db.url, DEMO_DATA: 'false' };
  const refused = await runCommand(['serve'], { environment });
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /The certificate in TLS_CERTIFICATE ended on .+: renew it/);
  const diagnosis = await runCommand(['doctor'], { environment });
  assert.equal(diagnosis.code, 1);
  assert.match(
    diagnosis.stdout,
    /^WRONG +certificate +The certificate in TLS_CERTIFICATE ended on/m,
  );
});
