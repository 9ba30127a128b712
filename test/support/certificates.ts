import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import tls from 'node:tls';
import type { KeyPair } from '../../src/http/index.ts';
import { createChannel } from '../../src/shared/channel.ts';

/** The paths of a certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that no system trusts. */
export interface Authority {
  /** The path of its certificate. */
  readonly ca: string;
  /** Issues a certificate for names such as `DNS:localhost` or `IP:127.0.0.1`. */
  issue(names: string): Certificate;
  /** Issues one that ended yesterday. */
  issueEnded(): Certificate;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ca-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let issued = 0;
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  function request(name: string, extra: readonly string[]): Certificate {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    openssl('req', '-x509', ...KEY, '-keyout', key, '-out', cert, ...extra);
    return { cert, key };
  }
  const ca = request('ca', ['-subj', '/CN=An authority of a test']);
  return {
    ca: ca.cert,
    issue(names) {
      issued += 1;
      const of = ['-CA', ca.cert, '-CAkey', ca.key, '-subj', '/CN=A server of a test'];
      const extensions = [`subjectAltName=${names}`, 'basicConstraints=critical,CA:FALSE'];
      return request(`server-${issued}`, [...of, ...extensions.flatMap((it) => ['-addext', it])]);
    },
    issueEnded() {
      issued += 1;
      const [cert, key] = [
        join(folder, `ended-${issued}.pem`),
        join(folder, `ended-${issued}.key`),
      ];
      const asked = join(folder, `ended-${issued}.csr`);
      openssl(
        'req',
        '-new',
        ...KEY.slice(0, 5),
        '-subj',
        '/CN=Ended',
        '-keyout',
        key,
        '-out',
        asked,
      );
      const of = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'];
      openssl('x509', '-req', '-in', asked, ...of, '-days', '-1', '-out', cert);
      return { cert, key };
    },
  };
}

/** Makes the requests of this process trust a CA too, by its path. */
export function trustAuthority(ca: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(ca, 'utf8')]);
}

/** Reads a certificate and its key as the server does. */
export function readKeyPair({ cert, key }: Certificate): KeyPair {
  return { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** Creates what a server presents, with the reasons for which handshakes failed, and a way to replace it. */
export function presentKeyPair(first: KeyPair) {
  const changes = createChannel<KeyPair>();
  const failures: string[] = [];
  return {
    changes,
    failures,
    current: () => first,
    onFailure: (reason: string) => void failures.push(reason),
  };
}

/** Reads a certificate and its key, for servers in this process. */
export function readPair({ cert, key }: Certificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
