import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import type { Certificate } from './certificates.ts';
import { until } from './until.ts';

/** A PostgreSQL on 127.0.0.1 that offers TLS. */
export interface PostgresWithTls {
  /** With the owner, and without `sslmode`. */
  readonly url: string;
  /** Uses this certificate for new connections. */
  present(certificate: Certificate): Promise<void>;
}

export async function startPostgresWithTls(certificate: Certificate): Promise<PostgresWithTls> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  // For root, PostgreSQL runs under another account, which must be able to enter the folder.
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    log: { info() {}, warn() {} },
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const data = join(folder, 'postgres');
  const { uid, gid } = statSync(data);
  let presented = 0;

  async function present({ cert, key }: Certificate): Promise<void> {
    presented += 1;
    const files = { ssl_cert_file: [cert, 'cert'], ssl_key_file: [key, 'key'] } as const;
    const client = new pg.Client({ connectionString: server.ownerUrl });
    await client.connect();
    for (const [setting, [from, name]] of Object.entries(files)) {
      const file = join(data, `${name}-${presented}.pem`);
      copyFileSync(from, file);
      chmodSync(file, 0o600);
      chownSync(file, uid, gid);
      await client.query(`alter system set ${setting} = '${file}'`);
    }
    await client.query('alter system set ssl = on');
    await client.query('select pg_reload_conf()');
    const expected = join(data, `cert-${presented}.pem`);
    await until(async () => {
      const { rows } = await client.query(
        `select current_setting('ssl') = 'on' and current_setting('ssl_cert_file') = $1 as done`,
        [expected],
      );
      if (rows[0].done !== true) throw new Error('the settings are not loaded yet');
    });
    await client.end();
  }

  await present(certificate);
  const url = new URL(server.ownerUrl);
  url.search = '';
  return { url: url.href, present };
}
