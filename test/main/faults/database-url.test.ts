import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { runCommand, spawnCommand } from '../../support/command.ts';
import { emptyDatabase, testDatabase } from '../../support/database.ts';
import { query } from '../../support/until.ts';

/** The messages of commands, the server and doctor about a DATABASE_URL that leads to no usable database. */
const { url } = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'holdfast-url-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORD = 'xK7-hunter-2pQ';

async function listening(server: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  after(() => server.close());
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return `postgresql://shop:${PASSWORD}@127.0.0.1:${address.port}/shop`;
}

/** Creates a server that sends the same text to every client. */
function speaker(words: string): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.end(words);
  });
}

/** Creates a server that answers the TLS request as PostgreSQL does, with a self-signed certificate. */
function selfSigned(): Server {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=other.example', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
    { stdio: 'ignore' },
  );
  const keys = { key: readFileSync(key), cert: readFileSync(cert) };
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('S');
      new TLSSocket(socket, { isServer: true, ...keys }).on('error', () => {});
    });
  });
}

function changed(change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

const web = await listening(createHttpServer((_request, reply) => reply.end('hello')));
const closed = new URL(web);
closed.port = '1';

/** Permanent problems, at which the server stops. */
const permanent: Record<string, readonly [string, RegExp]> = {
  'a wrong password': [
    changed((it) => {
      it.password = PASSWORD;
    }),
    /refused the sign-in: .+ Check the user and password in DATABASE_URL/,
  ],
  'an unknown user': [
    changed((it) => {
      it.username = 'nobody-here';
      it.password = PASSWORD;
    }),
    /refused the sign-in: .+ Check the user and password in DATABASE_URL/,
  ],
  'an unknown database': [
    changed((it) => {
      it.pathname = '/no-such-database';
    }),
    /The database does not exist: .+ Create it, or correct DATABASE_URL/,
  ],
  'a server without the requested TLS': [
    changed((it) => {
      it.searchParams.set('sslmode', 'verify-full');
    }),
    /cannot be secured: The server does not support SSL.+ sslmode and sslrootcert/,
  ],
  'a self-signed certificate': [
    `${await listening(selfSigned())}?sslmode=verify-full`,
    /cannot be secured: self-signed certificate.+ sslmode and sslrootcert/,
  ],
  'a missing certificate file': [
    `${web}?sslmode=verify-full&sslrootcert=/no/such/ca.pem`,
    /The file \/no\/such\/ca\.pem, which DATABASE_URL names, cannot be read/,
  ],
  'a web server': [web, /server at 127\.0\.0\.1:\d+ is not PostgreSQL/],
  'a server that speaks SSH': [
    await listening(speaker('SSH-2.0-OpenSSH_9.2\r\n')),
    /server at 127\.0\.0\.1:\d+ is not PostgreSQL/,
  ],
};

/** Possibly temporary problems, for which the server waits. */
const temporary: Record<string, readonly [string, RegExp]> = {
  'a port on which nothing listens': [closed.href, /nothing listens at 127\.0\.0\.1:1\. Start/],
  'an unknown host': [
    `postgresql://shop:${PASSWORD}@no-such-host.invalid/shop`,
    /the host of no-such-host\.invalid:5432 does not resolve\. Correct the name in DATABASE_URL/,
  ],
  'a missing socket': [
    `postgresql:///shop?host=${folder}`,
    /there is no socket \S+\.s\.PGSQL\.5432\. Start PostgreSQL, or correct the folder/,
  ],
};

function assertSentence(output: string, words: RegExp): void {
  assert.match(output, words);
  assert.doesNotMatch(output, /^ +at |undefined/m);
  assert.ok(!output.includes(PASSWORD), output);
}

for (const [what, [databaseUrl, words]] of Object.entries({ ...permanent, ...temporary })) {
  test(`a command and doctor say what to do about ${what}`, async () => {
    const environment = { DATABASE_URL: databaseUrl, PORT: '0' };
    const check = await runCommand(['check'], { environment });
    assert.equal(check.code, 3, check.stderr);
    assertSentence(check.stderr, words);
    const doctor = await runCommand(['doctor'], { environment });
    assert.equal(doctor.code, 1);
    assertSentence(doctor.stdout, words);
  });
}

for (const what of ['a wrong password', 'a web server', 'a self-signed certificate']) {
  test(`the server does not start with ${what}, and says what to do`, async () => {
    const [databaseUrl, words] = permanent[what]!;
    const { code, stdout, stderr } = await runCommand(['serve'], {
      environment: { DATABASE_URL: databaseUrl, PORT: '0' },
    });
    assert.equal(code, 3);
    assertSentence(stdout + stderr, words);
  });
}

for (const [what, [databaseUrl, words]] of Object.entries(temporary)) {
  test(`the server waits with ${what}, and says what to do`, async () => {
    const child = spawnCommand(['serve'], {
      environment: { DATABASE_URL: databaseUrl, PORT: '0' },
    });
    let output = '';
    for await (const part of child.stdout.setEncoding('utf8')) {
      output += part;
      if (output.includes('Waiting for the database')) break;
    }
    child.kill('SIGKILL');
    assertSentence(output, words);
    assert.doesNotMatch(output, /"stack"/);
  });
}

test('a user without the right to create tables is reported', async () => {
  const empty = await emptyDatabase();
  await query(empty.ownerUrl, `create role limited_user login password 'limited'`).catch(() => {});
  await query(empty.ownerUrl, 'revoke create on schema public from public');
  const limited = new URL(empty.url);
  limited.username = 'limited_user';
  limited.password = 'limited';
  const { code, stderr } = await runCommand(['migrate'], {
    environment: { DATABASE_URL: limited.href },
  });
  assert.equal(code, 3);
  assertSentence(
    stderr,
    /this user may not create tables: make the user the owner of the database, let .+ grant usage, create .+ DATABASE_MIGRATION_URL/,
  );
});

test('an unreadable DATABASE_URL is a configuration error', async () => {
  for (const wrong of [
    `postgresql://shop:%E0%A4%A@127.0.0.1/shop`,
    'postgresql://shop@127.0.0.1/shop?port=high',
    'postgresql://shop@127.0.0.1/shop?sslmode=safe',
  ]) {
    const { code, stderr } = await runCommand(['check'], { environment: { DATABASE_URL: wrong } });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^DATABASE_URL is a text of \d+ characters, but it takes/);
  }
});
