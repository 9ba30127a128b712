import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Why tests that need a certificate are skipped; false if openssl is installed. */
export const opensslMissing =
  spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';

/** Makes a certificate for 127.0.0.1 that signs itself. Returns its folder, as nginx expects it; removed after the file. */
export function makeCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-certificate-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
      ...['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')],
    ],
    { stdio: 'ignore' },
  );
  return folder;
}
