import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ownPort } from './own-port.ts';
import { until } from './until.ts';

/** Why tests that need nginx are skipped; false if it is installed. */
export const nginxMissing =
  spawnSync('nginx', ['-v']).status === 0 ? false : 'nginx is not installed';

export interface NginxOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** A path such as `/holdfast` below which the servers are; nothing is outside it. Default: none. */
  readonly path?: string;
  /** Whether the servers get requests without the path. */
  readonly stripsPath?: boolean;
  /** A folder with `fullchain.pem` and `privkey.pem`. Default: none, so that it speaks http. */
  readonly certificates?: string;
  /** The path of the CA of servers that speak https. */
  readonly serversCa?: string;
}

export interface Nginx {
  readonly url: string;
  /** The port that people reach by http; it only redirects. */
  readonly redirectsUrl: string;
  /** Returns everything printed so far. */
  output(): string;
}

/**
 * Starts nginx with the shipped configuration in front of the test's servers. It listens on another port, writes to a
 * separate folder and has no limits per address, since all customers share one here. Ended after the file.
 */
export async function startNginx(
  serverUrls: readonly string[],
  options: NginxOptions = {},
): Promise<Nginx> {
  const { path = '', stripsPath = false, certificates, serversCa } = options;
  // The shipped files reach servers by https, most servers of tests are on loopback and speak http.
  const target = `proxy_pass ${serversCa === undefined ? 'http' : 'https'}://holdfast;`;
  const port = options.port ?? (await ownPort());
  const redirectsPort = await ownPort();
  // Decoded, as nginx compares it.
  const plainPath = decodeURIComponent(path);
  const stripping = `rewrite "^${plainPath}(/.*)$" $1 break; `;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nginx-'));
  await writeFile(
    join(folder, 'nginx.conf'),
    replaceOnce(await readShipped('nginx.conf'), [
      ['listen 8080 ', `listen 127.0.0.1:${redirectsPort} `],
      ['rate=200r/s', 'rate=100000r/s'],
      [' /tmp/', ` ${folder}/`],
      ['default "";', `default "${path}";`],
      ['location / {', `location "${plainPath}/" {`],
      ['proxy_pass https://holdfast;', `${stripsPath ? stripping : ''}${target}`],
    ]),
  );
  const servers = serverUrls.map((url) => new URL(url).host.replace('localhost', '127.0.0.1'));
  await writeFile(join(folder, 'upstream.conf'), await buildUpstream(servers, serversCa));
  await writeFile(join(folder, 'tls.conf'), await buildListener(port, certificates));

  // Its workers write large bodies to this folder, so they keep this user.
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  const child = spawn(
    'nginx',
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', `daemon off; ${asRoot}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'exit');
  after(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const redirectsUrl = `http://127.0.0.1:${redirectsPort}`;
  await until(async () => {
    assert.equal(child.exitCode, null, output);
    await (await fetch(`${redirectsUrl}/metrics`)).text();
  });
  const scheme = certificates === undefined ? 'http' : 'https';
  return { url: `${scheme}://127.0.0.1:${port}`, redirectsUrl, output: () => output };
}

/** Returns the shipped way in: with TLS, or as behind a load balancer, of which there is none here. */
function buildListener(port: number, certificates: string | undefined): Promise<string> {
  const listen = ['listen 8443 ', `listen 127.0.0.1:${port} `] as const;
  return certificates === undefined
    ? readShipped('behind-load-balancer.conf').then((shipped) =>
        replaceOnce(shipped, [
          listen,
          ['$client_scheme https;', '$client_scheme http;'],
          ['set_real_ip_from 10.0.0.0/8;\n', ''],
        ]),
      )
    : readShipped('tls.conf').then((shipped) =>
        replaceOnce(shipped, [listen, ['/etc/nginx/tls/', `${certificates}/`]]),
      );
}

function readShipped(name: string): Promise<string> {
  return readFile(new URL(`../../deploy/nginx/${name}`, import.meta.url), 'utf8');
}

/** Returns the shipped upstream with other servers and without the names that only Docker resolves. */
async function buildUpstream(
  servers: readonly string[],
  serversCa: string | undefined,
): Promise<string> {
  const shipped = await readShipped('upstream.conf');
  const named = servers.map((_, index): [string, string] => [
    `api-${index + 1}:3443 resolve`,
    servers[index]!,
  ]);
  return replaceOnce(shipped, [
    ['resolver 127.0.0.11 valid=1s;\n', ''],
    ['/etc/nginx/servers-ca.crt', serversCa ?? '/no/such/ca'],
    ...named,
  ]);
}

function replaceOnce(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    assert.ok(changed.includes(from), `${from} no longer exists`);
    return changed.replaceAll(from, to);
  }, text);
}
