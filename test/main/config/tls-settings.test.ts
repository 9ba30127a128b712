import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { certificateFindings } from '../../../src/main/cli/doctor/certificate.ts';
import { settingsFindings } from '../../../src/main/cli/doctor/settings.ts';
import { ConfigurationError } from '../../../src/main/config/configuration-error.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { requireValidCertificate } from '../../../src/main/config/tls-choice.ts';
import { createAuthority, readKeyPair } from '../../support/certificates.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const DAY_MS = 86_400_000;
const authority = createAuthority();
const [own, other] = [authority.issue('DNS:api'), authority.issue('DNS:other')];
const { certificate, key } = readKeyPair(own);
const both = { TLS_CERTIFICATE: certificate, TLS_KEY: key };
const files = { TLS_CERTIFICATE_FILE: own.cert, TLS_KEY_FILE: own.key };

test('without a certificate the server speaks http; with one it calls itself https', () => {
  const { tls, publicUrl } = readConfig({});
  assert.deepEqual([tls, publicUrl], [null, 'http://localhost:3000']);
  assert.equal(readConfig(both).publicUrl, 'https://localhost:3000');
  assert.equal(
    readConfig({ ...both, PUBLIC_URL: 'https://shop.example' }).publicUrl,
    'https://shop.example',
  );
});

test('certificate and key come from files with several lines, with the chain after the certificate', () => {
  const { tls, secretFiles } = readConfig(files);
  assert.deepEqual(tls?.files, { certificate: own.cert, key: own.key });
  assert.equal(tls?.keyPair.certificate, certificate.trim());
  // Only the key is a secret.
  assert.deepEqual(secretFiles, [{ variable: 'TLS_KEY_FILE', path: own.key }]);
  const chain = `${certificate}${readFileSync(authority.ca, 'utf8')}`;
  assert.equal(readConfig({ ...both, TLS_CERTIFICATE: chain }).tls?.files, null);
});

test('one without the other, and a key of another certificate, prevent the start', () => {
  const together = ['TLS_CERTIFICATE and TLS_KEY go together: set both, or neither.'];
  assert.deepEqual(listFaults({ TLS_CERTIFICATE: certificate }), together);
  assert.deepEqual(listFaults({ TLS_KEY_FILE: own.key }), together);
  const [mismatch = '', ...more] = listFaults({ ...files, TLS_KEY_FILE: other.key });
  assert.match(mismatch, /^TLS_KEY is not the key of the first certificate in TLS_CERTIFICATE/);
  assert.deepEqual(more, []);
  const reversed = `${readFileSync(authority.ca, 'utf8')}${certificate}`;
  assert.match(listFaults({ ...both, TLS_CERTIFICATE: reversed })[0]!, /^TLS_KEY is not the key/);
});

test('what is no certificate, no key or has a passphrase prevents the start, and is not repeated', () => {
  const encrypted = execFileSync(
    'openssl',
    ['ec', '-in', own.key, '-aes256', '-passout', 'pass:hunter2'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const wrong: [Record<string, string>, RegExp][] = [
    [{ TLS_CERTIFICATE: key }, /^TLS_CERTIFICATE is a text of \d+ characters.+certificate in PEM/],
    [{ TLS_CERTIFICATE: certificate.replace(/\n.{20}/, '\n') }, /certificate in PEM/],
    [{ TLS_KEY: certificate }, /^TLS_KEY is a text of \d+ characters.+without a passphrase/],
    [{ TLS_KEY: encrypted }, /without a passphrase/],
  ];
  for (const [values, words] of wrong) {
    const [sentence = ''] = listFaults({ ...both, ...values });
    assert.match(sentence, words);
    assert.doesNotMatch(sentence, /BEGIN/);
  }
  assert.match(
    listFaults({ ...files, TLS_CERTIFICATE_FILE: '/no/such/file' })[0]!,
    /^TLS_CERTIFICATE_FILE is "\/no\/such\/file", but the file \/no\/such\/file does not exist/,
  );
});

test('a weak key, which OpenSSL refuses, prevents the start', () => {
  const folder = join(own.cert, '..');
  const [cert, weakKey] = [join(folder, 'weak.pem'), join(folder, 'weak.key')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-subj', '/CN=a'],
      ...['-keyout', weakKey, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  const [sentence = ''] = listFaults({ TLS_CERTIFICATE_FILE: cert, TLS_KEY_FILE: weakKey });
  assert.match(sentence, /OpenSSL refuses them \(.+ key too small\)/);
});

test('a server does not start with a certificate that has ended or is not valid yet; other commands do', () => {
  const ended = authority.issueEnded();
  const config = readConfig({ TLS_CERTIFICATE_FILE: ended.cert, TLS_KEY_FILE: ended.key });
  assert.throws(() => requireValidCertificate(config, new Date()), ConfigurationError);
  const valid = readConfig(files);
  const now = Date.now();
  assert.doesNotThrow(() => requireValidCertificate(valid, new Date(now)));
  assert.throws(
    () => requireValidCertificate(valid, new Date(now + 3 * DAY_MS)),
    (error: Error) =>
      error instanceof ConfigurationError && /ended on .+: renew it/.test(error.sentences[0]!),
  );
  assert.throws(
    () => requireValidCertificate(valid, new Date(now - DAY_MS)),
    (error: Error) =>
      error instanceof ConfigurationError &&
      /in the future: check the clock/.test(error.sentences[0]!),
  );
});

test('doctor says when the certificate ends, and what a renewal needs', () => {
  const at = (environment: Record<string, string>, days: number) =>
    certificateFindings(readConfig(environment), new Date(Date.now() + days * DAY_MS)).map(
      ({ state, say }) => `${state} ${say}`,
    );
  assert.deepEqual(at({}, 0), []);
  const [soon = '', ...more] = at(files, 0);
  assert.match(soon, /^look for DNS:api, ends in 1 day, on 20.+; renew it before$/);
  assert.deepEqual(more, []);
  assert.match(at(files, -30)[0]!, /^wrong .+in the future/);
  assert.match(at(files, 3)[0]!, /^wrong The certificate in TLS_CERTIFICATE ended on/);
  assert.match(at(both, 0)[1]!, /^look .+needs a restart; name files/);
});

test('doctor warns of a key that everyone can read, and not of a certificate', () => {
  chmodSync(own.key, 0o644);
  chmodSync(own.cert, 0o644);
  const warnings = settingsFindings(readConfig(files))
    .map(({ say }) => say)
    .filter((say) => say.includes('every user of this machine'));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /TLS_KEY_FILE/);
});
