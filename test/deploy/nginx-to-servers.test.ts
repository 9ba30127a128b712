import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import tls from 'node:tls';
import {
  type Certificate,
  createAuthority,
  readPair,
  trustAuthority,
} from '../support/certificates.ts';
import { testDatabase } from '../support/database.ts';
import { collectLines } from '../support/log-lines.ts';
import { nginxMissing, startNginx } from '../support/nginx.ts';
import { opensslMissing } from '../support/nginx-certificate.ts';
import { startTestServer } from '../support/server.ts';
import { createSession } from '../support/session.ts';
import { until } from '../support/until.ts';

const missing = nginxMissing || opensslMissing;
const CLIENTS = 8;
/** Answered requests before each renewal and after the last. */
const REQUESTS = 150;

describe('the way from nginx to the servers', { skip: missing }, async () => {
  if (missing !== false) return;
  const db = await testDatabase();
  const authority = createAuthority();
  const foreign = createAuthority();
  trustAuthority(authority.ca);

  /** Starts a server with a copy of a certificate, which can be replaced. */
  async function startServer(certificate: Certificate) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-presented-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const present = (next: Certificate) => {
      copyFileSync(next.cert, cert);
      copyFileSync(next.key, key);
    };
    present(certificate);
    const { logger, lines } = collectLines();
    const server = await startTestServer(db, {
      logger,
      environment: {
        TLS_CERTIFICATE_FILE: cert,
        TLS_KEY_FILE: key,
        TRUSTED_PROXIES: '127.0.0.1',
        METRICS_TOKEN: 'the token of this test',
      },
    });
    return { ...server, lines, present };
  }

  const answersBehind = async (servers: readonly { url: string }[]) => {
    const urls = servers.map(({ url }) => url);
    const nginx = await startNginx([urls[0]!, urls[1] ?? urls[0]!], { serversCa: authority.ca });
    return (path: string) => createSession(nginx.url).get(path);
  };

  test('is encrypted, and a server with a certificate of the CA for the name gets the requests', async () => {
    const server = await startServer(authority.issue('DNS:api,IP:127.0.0.1'));
    assert.match(server.url, /^https:/);
    const get = await answersBehind([server]);
    assert.equal((await get('/api/products')).status, 200);
  });

  for (const [what, certificate] of [
    ['of another CA', () => foreign.issue('DNS:api,IP:127.0.0.1')],
    ['for another name', () => authority.issue('DNS:other,IP:127.0.0.1')],
  ] as const) {
    test(`a server with a certificate ${what} gets no request, and the client a problem document`, async () => {
      const server = await startServer(certificate());
      const get = await answersBehind([server]);
      const refused = await get('/api/products');
      assert.equal(refused.status, 503);
      assert.match(refused.headers.get('content-type')!, /application\/problem\+json/);
      assert.equal(refused.json().code, 'service.unavailable');
      assert.equal(server.lines.filter(({ method }) => method === 'GET').length, 0);
    });
  }

  test('a server without TLS gets no request either', async () => {
    const server = await startTestServer(db);
    const get = await answersBehind([server]);
    assert.equal((await get('/api/products')).status, 503);
  });

  test('a renewal under load fails no request, and new connections get the new certificate', async () => {
    const server = await startServer(authority.issue('DNS:api,IP:127.0.0.1'));
    const get = await answersBehind([server]);
    const presentedSerial = async () => {
      const { hostname: host, port } = new URL(server.url);
      const { cert: ca } = readPair({ cert: authority.ca, key: authority.ca });
      const socket = tls.connect({ host, port: Number(port), ca });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    let answered = 0;
    let isDone = false;
    const loads = Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (!isDone) {
          const { status, text } = await get('/api/products');
          assert.equal(status, 200, text);
          answered += 1;
        }
      }),
    );
    // Reported at the end.
    loads.catch(() => {});
    const serials = new Set([await presentedSerial()]);
    try {
      for (let renewal = 1; renewal <= 3; renewal += 1) {
        const goal = answered + REQUESTS;
        await Promise.race([until(async () => assert.ok(answered >= goal)), loads]);
        server.present(authority.issue('DNS:api,IP:127.0.0.1'));
        server.application.renewCertificate();
        await until(async () => {
          assert.ok(!serials.has(await presentedSerial()));
        });
        serials.add(await presentedSerial());
      }
    } finally {
      isDone = true;
      await loads;
    }
    assert.equal(serials.size, 4);
    // A certificate of a test ends soon, which is a warning.
    assert.deepEqual(
      server.lines.filter(({ level }) => level >= 50),
      [],
    );
  });

  test('Prometheus reads from the server by TLS when its certificate ends', async () => {
    const server = await startServer(authority.issue('DNS:api,IP:127.0.0.1'));
    const metrics = await createSession(server.url).get('/metrics', {
      authorization: 'Bearer the token of this test',
    });
    assert.equal(metrics.status, 200);
    const [, endsAt] = /^tls_certificate_ends_at_seconds (\S+)$/m.exec(metrics.text)!;
    const days = (Number(endsAt) * 1_000 - Date.now()) / 86_400_000;
    assert.ok(days > 1 && days <= 2, String(days));
    assert.match(metrics.text, /^tls_handshake_failures_total\{reason="untrusted"\} 0$/m);
  });
});
