import { X509Certificate } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import { findPeriodFault } from '../../config/tls-choice.ts';
import { daysLeft, ENDS_SOON_DAYS } from '../../infrastructure/server-certificate.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'certificate';

/** Reports when the certificate of this server ends, and whether a renewed one would be noticed. */
export function certificateFindings({ tls }: Pick<Config, 'tls'>, now: Date): Finding[] {
  if (tls === null) return [];
  const fault = findPeriodFault(tls.keyPair, now);
  if (fault !== null) return [createFinding(WHAT, 'wrong', fault.replace(/\.$/, ''))];
  const { subjectAltName = 'no name', validToDate } = new X509Certificate(tls.keyPair.certificate);
  const days = daysLeft(validToDate, now);
  const found = `for ${subjectAltName}, ends in ${days} ${days === 1 ? 'day' : 'days'}, on ${validToDate.toISOString()}`;
  const state = days < ENDS_SOON_DAYS ? 'look' : 'ok';
  const findings = [
    createFinding(WHAT, state, state === 'ok' ? found : `${found}; renew it before`),
  ];
  if (tls.files === null) {
    const say =
      'TLS_CERTIFICATE and TLS_KEY are not both files, so a renewed certificate needs a restart; name files in TLS_CERTIFICATE_FILE and TLS_KEY_FILE';
    findings.push(createFinding(WHAT, 'look', say));
  }
  return findings;
}
