import { getPublicPath } from '../../http/index.ts';
import type { Config } from '../config/config.ts';
import { formatDatabaseAddress } from '../faults/database-fault.ts';
import { version } from '../program.ts';
import { formatTable } from '../terminal.ts';
import type { DemoAccount } from './demo-data.ts';

export interface BannerFacts {
  readonly config: Config;
  readonly address: string;
  readonly databaseUrl: string;
  readonly demoAccounts: readonly DemoAccount[] | null;
}

/** Renders what a person needs after starting the server. Demo passwords are shown here only. */
export function renderBanner({ config, address, databaseUrl, demoAccounts }: BannerFacts): string {
  // The public URL, because pages and their "Try it out" must have the same origin. With PORT=0 the port is known only
  // now.
  const { port, publicUrl, consoleUrl } = config;
  const url = port === 0 ? `${address}${getPublicPath(publicUrl)}` : publicUrl;
  const lines = [
    '',
    `Holdfast ${version} is serving${config.role === 'all' ? '' : ` as ${config.role}`}.`,
    '',
    ...(config.role === 'worker'
      ? []
      : [
          `  Shop       ${url}/shop`,
          `  Console    ${consoleUrl ?? url}/console`,
          `  API        ${url}/api`,
          `  Reference  ${url}/docs`,
        ]),
    `  Health     ${url}/health`,
    `  Database   ${databaseLine(config, databaseUrl)}`,
    ...(config.database.kind === 'embedded' ? [`  Data       ${config.dataDir}`] : []),
    ...(demoAccounts === null ? [] : demoLines(demoAccounts)),
    '',
    'Stop it with Ctrl-C.',
    '',
  ];
  return lines.join('\n');
}

function databaseLine(config: Config, databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  if (config.database.kind === 'external')
    return `${formatDatabaseAddress(databaseUrl)}${pathname}`;
  // The password is read from its file, so that it appears neither here nor in a shell's history.
  return `PGPASSWORD="$(cat '${config.dataDir}/postgres-password')" psql -h ${hostname} -p ${port} -U holdfast holdfast`;
}

function demoLines(accounts: readonly DemoAccount[]): string[] {
  const rows = accounts.map(({ email, password, role, vip }) => [
    email,
    password,
    vip ? `${role}, VIP` : role,
  ]);
  const table = formatTable(['Sign in as', 'with the password', 'role'], rows);
  return [
    '',
    '  A demo menu was loaded. Its users are shown only once:',
    '',
    ...table.split('\n').map((line) => `    ${line}`),
  ];
}
