import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Reader, WrongValue } from './config-values.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Returns the certificates in a text, each in PEM. */
export function findCertificates(pem: string): readonly string[] {
  return pem.match(CERTIFICATE) ?? [];
}

/** Reads a server's certificate, first, and those of its chain. */
export const certificateChain: Reader<string> = (pem) => {
  const certificates = findCertificates(pem);
  try {
    if (certificates.length === 0) throw new Error('there is none');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw new WrongValue('a certificate in PEM, with those of its chain after it');
  }
  return pem;
};

export const privateKey: Reader<string> = (pem) => {
  try {
    createPrivateKey(pem);
  } catch {
    throw new WrongValue('a private key in PEM, without a passphrase');
  }
  return pem;
};
