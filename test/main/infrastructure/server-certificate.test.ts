import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TlsChoice } from '../../../src/main/config/tls-choice.ts';
import { createServerCertificate } from '../../../src/main/infrastructure/server-certificate.ts';
import { type Certificate, createAuthority, readKeyPair } from '../../support/certificates.ts';
import { collectLines } from '../../support/log-lines.ts';
import { until } from '../../support/until.ts';

const authority = createAuthority();
const pairs = Array.from({ length: 2 }, () => authority.issue('DNS:localhost')) as [
  Certificate,
  Certificate,
];
const [first, second] = pairs;

/** Starts the renewal of a pair of files that are read again all the time. */
function startRenewal() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-renewal-'));
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const present = ({ cert, key }: Certificate) => {
    copyFileSync(cert, files.certificate);
    copyFileSync(key, files.key);
  };
  present(first);
  const { logger, lines } = collectLines();
  const choice: TlsChoice = { keyPair: trimmed(first), files };
  const certificate = createServerCertificate(choice, { log: logger, readEveryMs: 5 });
  const published: string[] = [];
  certificate.changes.subscribe((pair) => published.push(pair.certificate));
  certificate.start();
  after(async () => {
    await certificate.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const errors = () => lines.filter(({ level }) => level === 50).map(({ msg }) => msg);
  return { certificate, files, present, published, lines, errors };
}

function trimmed(pair: Certificate) {
  const { certificate, key } = readKeyPair(pair);
  return { certificate: certificate.trim(), key: key.trim() };
}

test('a renewed pair of files is presented without a restart', async () => {
  const { certificate, present, published, lines } = startRenewal();
  present(second);
  await until(async () => assert.deepEqual(published, [trimmed(second).certificate]));
  assert.deepEqual(certificate.current(), trimmed(second));
  assert.ok(lines.some(({ msg }) => msg === 'the certificate of this server was renewed'));
});

test('a pair that cannot be used is reported once, and the former one stays until there is a good one', async () => {
  const { certificate, files, present, published, errors } = startRenewal();
  const broken: [() => void, RegExp][] = [
    [() => copyFileSync(second.cert, files.certificate), /TLS_KEY is not the key of the first/],
    [() => writeFileSync(files.certificate, 'nothing'), /does not contain a certificate in PEM/],
    [() => writeFileSync(files.key, 'nothing'), /does not contain/],
    [() => present(authority.issueEnded()), /ended on 20.+: renew it/],
    [() => rmSync(files.key), /cannot be read/],
  ];
  for (const [breakIt, words] of broken) {
    const before = errors().length;
    breakIt();
    await until(async () => assert.match(errors().slice(before).join('\n'), words));
  }
  assert.deepEqual(published, []);
  assert.deepEqual(certificate.current(), trimmed(first));
  present(second);
  await until(async () => assert.deepEqual(published, [trimmed(second).certificate]));
  const mismatches = errors().filter((msg) => msg.startsWith('TLS_KEY is not the key'));
  assert.equal(mismatches.length, 1);
});

test('a renewed pair that is not valid yet is reported once, and presented when it is', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 86_400_000 });
  const { certificate, present, published, errors } = startRenewal();
  present(second);
  await until(async () => assert.match(errors().at(-1) ?? '', /which is in the future/));
  assert.deepEqual(published, []);
  t.mock.timers.reset();
  await until(async () => assert.deepEqual(published, [trimmed(second).certificate]));
  assert.deepEqual(certificate.current(), trimmed(second));
  assert.equal(errors().filter((msg) => msg.includes('in the future')).length, 1);
});

test('a certificate that ends within two weeks is mentioned, once a day', async () => {
  const { lines, present } = startRenewal();
  const warnings = () => lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
  await until(async () => assert.equal(warnings().length, 1));
  assert.match(warnings()[0]!, /^the certificate of this server ends in [12] days?: renew it$/);
  // The next one has as little time.
  present(second);
  await until(async () => assert.equal(warnings().length, 2));
});
