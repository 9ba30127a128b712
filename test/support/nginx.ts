import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ownPort } from './own-port.ts';
import { until } from './until.ts';

/** Why tests that need nginx are skipped; false when it is there. */
export const nginxMissing =
  spawnSync('nginx', ['-v']).status === 0 ? false : 'nginx is not installed';

export interface NginxOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** The servers are below it, and nothing is beside it: a path such as `/holdfast`. Default: none. */
  readonly path?: string;
  /** The servers get requests without the path. */
  readonly stripsPath?: boolean;
}

/**
 * The nginx that is shipped, before servers of the test. It listens elsewhere, writes below a folder of its own and
 * bounds no address, since here one address is every customer. Ended after the file.
 */
export async function startNginx(
  serverUrls: readonly string[],
  options: NginxOptions = {},
): Promise<{ readonly url: string }> {
  const { path = '', stripsPath = false } = options;
  const port = options.port ?? (await ownPort());
  // As nginx compares it: decoded.
  const plainPath = decodeURIComponent(path);
  const stripping = `rewrite "^${plainPath}(/.*)$" $1 break; `;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nginx-'));
  const shipped = await readFile(new URL('../../deploy/nginx/nginx.conf', import.meta.url), 'utf8');
  await writeFile(
    join(folder, 'nginx.conf'),
    replaceOnce(shipped, [
      ['listen 8080 ', `listen 127.0.0.1:${port} `],
      ['rate=200r/s', 'rate=100000r/s'],
      [' /tmp/', ` ${folder}/`],
      ['default "";', `default "${path}";`],
      ['location / {', `location "${plainPath}/" {`],
      ['proxy_pass http://holdfast;', `${stripsPath ? stripping : ''}proxy_pass http://holdfast;`],
    ]),
  );
  const servers = serverUrls.map((url) => new URL(url).host);
  await writeFile(join(folder, 'upstream.conf'), await buildUpstream(servers));

  const child = spawn(
    'nginx',
    ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'],
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
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    assert.equal(child.exitCode, null, output);
    await (await fetch(`${url}/metrics`)).text();
  });
  return { url };
}

/** The shipped upstream, with other servers, and without the names that only Docker knows. */
async function buildUpstream(servers: readonly string[]): Promise<string> {
  const shipped = await readFile(
    new URL('../../deploy/nginx/upstream.conf', import.meta.url),
    'utf8',
  );
  const named = servers.map((_, index): [string, string] => [
    `api-${index + 1}:3000 resolve`,
    servers[index]!,
  ]);
  return replaceOnce(shipped, [['resolver 127.0.0.11 valid=1s;\n', ''], ...named]);
}

function replaceOnce(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    assert.ok(changed.includes(from), `${from} is not there any more`);
    return changed.replaceAll(from, to);
  }, text);
}
