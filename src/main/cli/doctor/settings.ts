import { statSync } from 'node:fs';
import { isLoopbackHost } from '../../../shared/loopback.ts';
import type { Config } from '../../config/config.ts';
import { findWeakSettings, listSecrets, type WeakSetting } from '../../config/weak-settings.ts';
import { certificateFindings } from './certificate.ts';
import { passkeyFindings } from './factors.ts';
import { createFinding, type Finding } from './finding.ts';

/** The permission bit of a file that all users can read. */
const READABLE_BY_OTHERS = 0o004;

/** Lists settings that are allowed but rarely intended. */
export function settingsFindings(config: Config): Finding[] {
  const weak = findWeakSettings(config);
  return [
    ...secretFindings(config, weak),
    ...secretFileFindings(config),
    ...certificateFindings(config, new Date()),
    ...passkeyFindings(config),
    ...weak.filter(({ group }) => group === 'limits').map(toFinding),
    ...(config.production
      ? [
          ...weak.filter(({ group }) => group === 'settings').map(toFinding),
          ...permissionFindings(config, weak),
          ...productionFindings(config),
        ]
      : []),
  ];
}

/** In production a setting that needs a permission has it, or there would be no configuration. */
function toFinding({ group, say, permission }: WeakSetting): Finding {
  const words = permission === null ? say : `${say} (permitted by ALLOW_INSECURE=${permission})`;
  return createFinding(group, 'look', words);
}

/** Lists what would prevent a start in production, for a configuration that is not for production. */
export function futureFindings(faults: readonly string[]): Finding[] {
  return faults.map((fault) => {
    return createFinding('production', 'look', `NODE_ENV=production would not start: ${fault}`);
  });
}

function secretFindings(config: Config, weak: readonly WeakSetting[]): Finding[] {
  const { jwtSecret, factorKey, encryptionKey, sealKey, role, dataDir, production } = config;
  const faults = weak.filter(({ group }) => group === 'secrets');
  if (faults.length > 0) return faults.map(({ say }) => createFinding('secrets', 'wrong', say));
  const made = [
    ...(jwtSecret.kind === 'generated' ? ['JWT_SECRET'] : []),
    ...(factorKey.kind === 'generated' && role !== 'worker' ? ['FACTOR_KEY'] : []),
    ...(encryptionKey?.kind === 'generated' && !production ? ['ENCRYPTION_KEY'] : []),
    ...(sealKey.kind === 'generated' && role !== 'api' ? ['SEAL_KEY'] : []),
  ].map((name) => `${name} is generated and stored in ${dataDir}; production needs your own`);
  const names = [...new Set(listSecrets(config).map(({ name }) => name))].join(', ');
  const good = [...(names === '' ? [] : [names]), ...made].map((say) =>
    createFinding('secrets', 'ok', say),
  );
  const count = jwtSecret.kind === 'given' ? jwtSecret.secrets.length : 1;
  if (count === 1) return good;
  const rotation = `JWT_SECRET contains ${count} secrets, and tokens signed by any of them are valid; remove the old ones when the rotation is complete`;
  return [...good, createFinding('secrets', 'look', rotation)];
}

function secretFileFindings({ secretFiles }: Config): Finding[] {
  return secretFiles
    .filter(({ path }) => {
      const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
      return (mode & READABLE_BY_OTHERS) !== 0;
    })
    .map(({ variable, path }) => {
      const say = `every user of this machine can read ${path}, which ${variable} names; run "chmod o-r" on it, or mount it with mode 0440`;
      return createFinding('secrets', 'look', say);
    });
}

/** Lists permissions that nothing needs. They would hide a later mistake. */
function permissionFindings({ allowInsecure }: Config, weak: readonly WeakSetting[]): Finding[] {
  return allowInsecure
    .filter((name) => weak.every(({ permission }) => permission !== name))
    .map((name) => {
      const say = `ALLOW_INSECURE contains ${name}, which no setting needs; remove it`;
      return createFinding('settings', 'look', say);
    });
}

function productionFindings(config: Config): Finding[] {
  const { publicUrl, secureCookies, payments, trustedProxies, metricsToken, host } = config;
  const { role, sealKey } = config;
  const isLocal = isLoopbackHost(host);
  const warnings: string[] = [];
  if (publicUrl.startsWith('http:') && secureCookies) {
    warnings.push(
      'PUBLIC_URL is not set, so links in mail and payment pages point to this machine; set the https address that people use',
    );
  }
  if (trustedProxies.length === 0) {
    warnings.push(
      "TRUSTED_PROXIES is not set, so all clients of a proxy have its address and share its limits; list your proxies' networks, such as 10.0.0.0/8",
    );
  }
  if (metricsToken === null && !isLocal) {
    warnings.push(
      `METRICS_TOKEN is not set and HOST is ${host}, so only this machine can read /metrics; set a token to read them from elsewhere, and let no proxy on this machine forward /metrics`,
    );
  }
  if (role === 'api' && sealKey.kind === 'given') {
    warnings.push(
      'SEAL_KEY is set, but ROLE=api seals nothing; remove it, so that an intruder on this server cannot sign seals',
    );
  }
  if (payments.kind === 'sandbox') {
    warnings.push(
      'PAYMENT_PROVIDER is sandbox, where no money moves; use stripe for real payments',
    );
  }
  if (payments.kind === 'stripe') {
    const { secretKey, apiBase } = payments;
    if (/^(sk|rk)_test_/.test(secretKey)) {
      warnings.push('STRIPE_SECRET_KEY is a test key, with which no money moves; use the live key');
    }
    if (apiBase !== null) {
      warnings.push('STRIPE_API_BASE is set, so Stripe itself is not called; remove it');
    }
  }
  return warnings.map((warning) => createFinding('settings', 'look', warning));
}
