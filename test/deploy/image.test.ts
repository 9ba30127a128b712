import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { variableNames } from '../../src/main/config/variables.ts';
import { readText, root } from './deploy-files.ts';

const dockerfile = await readText('deploy/docker/Dockerfile');
const names: ReadonlySet<string> = new Set(variableNames);
/** The instructions, with continued lines joined and without comments. */
const instructions = dockerfile
  .replaceAll(/^ *#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ')[0]!, value: line.slice(line.indexOf(' ') + 1) }));
const valuesOf = (name: string, among = instructions) =>
  among.filter((it) => it.name === name).map(({ value }) => value);
const final = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));

describe('the image', () => {
  test('has the Node.js version that the tests use', async () => {
    const { devDependencies } = JSON.parse(await readText('package.json')) as {
      devDependencies: { node: string };
    };
    const images = valuesOf('FROM').map((value) => value.replace(/(@sha256:\w+)?( AS \w+)?$/, ''));
    assert.deepEqual(new Set(images), new Set([`node:${devDependencies.node}-bookworm-slim`]));
  });

  test('starts an existing program, sets only variables that are read, and copies existing files', () => {
    const [, program] = /\["node", "([^"]+)"\]/.exec(valuesOf('ENTRYPOINT')[0]!)!;
    assert.ok(existsSync(join(root, program!)));
    for (const pair of valuesOf('ENV')[0]!.split(' ')) {
      assert.ok(names.has(pair.split('=')[0]!), pair);
    }
    for (const value of valuesOf('COPY').filter((it) => !it.startsWith('--from'))) {
      for (const source of value.split(' ').slice(0, -1)) {
        assert.ok(existsSync(join(root, source)), source);
      }
    }
  });

  test('runs as a user without rights to its own program, named by number', () => {
    const [user] = valuesOf('USER', final);
    assert.match(user!, /^[1-9]\d*:[1-9]\d*$/);
    assert.deepEqual(valuesOf('USER', final), [user]);
    const copied = valuesOf('COPY', final);
    assert.deepEqual(copied, ['--from=build /app ./']);
    const owned = valuesOf('RUN', final).flatMap((it) => /chown \S+ (.+)/.exec(it)?.[1] ?? []);
    assert.deepEqual(owned, ['/data node_modules/.cache']);
  });

  test('has no program that installs packages, and none that is built from a moving version', () => {
    const removed = valuesOf('RUN', final).join('\n');
    for (const name of ['npm', 'npx', 'corepack', 'yarn', 'yarnpkg']) {
      assert.match(removed, new RegExp(`/usr/local/bin/${name}( |\n|$)`), name);
    }
    const commands = valuesOf('RUN').join('\n');
    assert.doesNotMatch(commands, /npm (install|i) |curl|wget|apt-get/);
    assert.match(commands, /npm ci --ignore-scripts/);
    assert.deepEqual(valuesOf('ADD'), []);
  });

  test('carries its bill of materials, and says what it is', () => {
    assert.match(valuesOf('RUN').join('\n'), /write-sbom\.ts sbom\.cdx\.json/);
    const label = valuesOf('LABEL', final).join(' ');
    for (const key of ['title', 'licenses', 'version', 'revision']) {
      assert.match(label, new RegExp(`org\\.opencontainers\\.image\\.${key}=`), key);
    }
  });

  test('has no secret among its arguments and variables', () => {
    const given = [...valuesOf('ARG'), ...valuesOf('ENV')].join(' ');
    assert.doesNotMatch(given, /SECRET|PASSWORD|TOKEN|KEY/);
  });

  test('reports its health and receives signals itself', () => {
    assert.match(valuesOf('HEALTHCHECK', final)[0]!, /\/health\/live/);
    for (const name of ['ENTRYPOINT', 'CMD']) assert.match(valuesOf(name, final)[0]!, /^\[/);
  });

  test('has the version of the package', async () => {
    const { version } = JSON.parse(await readText('package.json')) as { version: string };
    assert.ok(valuesOf('ARG').includes(`VERSION=${version}`));
  });
});
