import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import tls from 'node:tls';
import { ConfigurationError } from './configuration-error.ts';
import { findCertificates } from './pem-values.ts';
import type { Environment } from './secret-files.ts';

const VARIABLE = 'NODE_EXTRA_CA_CERTS';

/**
 * Makes NODE_EXTRA_CA_CERTS work from the `.env` file too, which Node itself reads from the environment only, and when
 * the process starts. Throws ConfigurationError if the file cannot be used, which Node would only warn of.
 */
export function trustExtraCertificates(
  environment: Environment,
  envFile: Environment,
  home: string,
): void {
  const given = environment[VARIABLE] ?? '';
  if (given !== '') {
    readCertificates(given, resolve(given));
    return;
  }
  const wanted = envFile[VARIABLE]?.trim() ?? '';
  if (wanted === '') return;
  const certificates = readCertificates(wanted, resolve(home, wanted));
  // Node has it from 24.5 on.
  if (typeof tls.setDefaultCACertificates !== 'function') {
    throw new ConfigurationError([`${VARIABLE} is in .env: set it in the environment instead.`]);
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificates]);
}

function readCertificates(given: string, path: string): readonly string[] {
  const name = `${VARIABLE} is ${JSON.stringify(given)}, but the file ${path}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigurationError([`${name} cannot be read (${code}): correct the path.`]);
  }
  const certificates = findCertificates(text);
  if (certificates.length > 0) return certificates;
  throw new ConfigurationError([
    `${name} contains no certificate: it takes the certificates of your CA in PEM.`,
  ]);
}
