import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, beforeEach, describe, test } from 'node:test';
import { findDigest } from '../../deploy/images/find-digest.ts';
import {
  findImages,
  IMAGE_FILES,
  type ImageReference,
  pinImages,
} from '../../deploy/images/image-references.ts';
import { readText } from './deploy-files.ts';

/** The tags that the next release pins with `npm run pin-images`, which needs a registry. Remove what is pinned. */
const TO_BE_PINNED = [
  'nginx:1.29-bookworm',
  'node:24.21.0-bookworm-slim',
  'postgres:18.1-bookworm',
  'redis:8.2-bookworm',
];

const MANIFEST = JSON.stringify({ schemaVersion: 2, manifests: [] });
const DIGEST = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;

test('every image has a version and is pinned to its digest, or on the list of those that the release pins', async () => {
  const images = (await Promise.all(IMAGE_FILES.map(readText))).flatMap(findImages);
  assert.ok(images.length >= 4);
  for (const { tag } of images) assert.match(tag, /^\d+\.\d+/);
  const open = images.filter(({ digest }) => digest === null).map(({ name }) => name);
  assert.deepEqual([...new Set(open)].sort(), TO_BE_PINNED);
});

test('names each image once, so that all files use the same version', async () => {
  const images = (await Promise.all(IMAGE_FILES.map(readText))).flatMap(findImages);
  const tags = new Map<string, Set<string>>();
  for (const { repository, tag, digest } of images) {
    const known = tags.get(repository) ?? new Set();
    tags.set(repository, known.add(`${tag}@${digest}`));
  }
  for (const [repository, known] of tags) assert.equal(known.size, 1, repository);
});

describe('an image reference', () => {
  const only = (text: string) => findImages(text)[0]!;

  test('is found in compose files and Dockerfiles, without our own image', () => {
    const text = [
      'FROM node:24.1.0-slim AS build',
      `FROM ghcr.io/owner/tool:2.0@sha256:${'a'.repeat(64)}`,
      '    image: holdfast:latest',
      '  image: localhost:5000/redis:8.2',
    ].join('\n');
    assert.deepEqual(
      findImages(text).map(({ registry, repository, tag }) => `${registry} ${repository} ${tag}`),
      [
        'registry-1.docker.io library/node 24.1.0-slim',
        'ghcr.io owner/tool 2.0',
        'localhost:5000 redis 8.2',
      ],
    );
  });

  test('without a tag, or with a digest that is none, is an error that names it', () => {
    for (const wrong of [
      'node',
      `node@sha256:${'a'.repeat(64)}`,
      'node:24@sha256:abc',
      'node:24@md5:1',
    ]) {
      assert.throws(() => only(`FROM ${wrong}`), /is not an image with a tag/, wrong);
    }
  });

  test('is pinned in place, also again, and nothing else in the file changes', () => {
    const text =
      'services:\n  a:\n    image: redis:8.2 # cache\n    x: redis:8.2\nFROM node:24.1 AS build\n';
    const first = pinImages(text, new Map([['redis:8.2', `sha256:${'a'.repeat(64)}`]]));
    assert.equal(
      first,
      text.replace('image: redis:8.2', `image: redis:8.2@sha256:${'a'.repeat(64)}`),
    );
    const second = pinImages(first, new Map([['redis:8.2', `sha256:${'b'.repeat(64)}`]]));
    assert.equal(second, first.replace('a'.repeat(64), 'b'.repeat(64)));
    assert.equal(only(second).digest, `sha256:${'b'.repeat(64)}`);
  });
});

describe('pinning asks the registry', async () => {
  const image: ImageReference = {
    name: 'node:24.1.0',
    registry: 'registry.example',
    repository: 'library/node',
    tag: '24.1.0',
    digest: null,
  };
  /** What the look-alike of a registry does. */
  const registry = { requiresToken: true, body: MANIFEST, digest: DIGEST, status: 200 };
  const scopes: (string | null)[] = [];
  beforeEach(() => {
    Object.assign(registry, { requiresToken: true, body: MANIFEST, digest: DIGEST, status: 200 });
    scopes.length = 0;
  });
  const server = createServer((request, reply) => {
    const url = new URL(request.url!, 'http://registry.example');
    if (url.pathname === '/token') {
      scopes.push(url.searchParams.get('scope'));
      reply.end(JSON.stringify({ token: 'anonymous' }));
      return;
    }
    if (registry.requiresToken && request.headers.authorization !== 'Bearer anonymous') {
      const challenge = `Bearer realm="${baseUrl}/token",service="registry",scope="repository:library/node:pull"`;
      reply.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const isKnown = url.pathname === '/v2/library/node/manifests/24.1.0';
    assert.match(request.headers.accept ?? '', /image\.index/);
    reply
      .writeHead(isKnown ? registry.status : 404, { 'docker-content-digest': registry.digest })
      .end(registry.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  test('for a token without an account, and then for the manifest of the tag', async () => {
    assert.equal(await findDigest(image, baseUrl), DIGEST);
    assert.deepEqual(scopes, ['repository:library/node:pull']);
  });

  test('at once where none is required', async () => {
    registry.requiresToken = false;
    assert.equal(await findDigest(image, baseUrl), DIGEST);
    assert.deepEqual(scopes, []);
  });

  test('and refuses a digest that does not fit the manifest', async () => {
    registry.digest = `sha256:${'0'.repeat(64)}`;
    await assert.rejects(findDigest(image, baseUrl), /states sha256:0+ for node:24\.1\.0, but/);
  });

  test('and refuses what is no manifest, although it has a digest', async () => {
    registry.body = '<html>Sign in</html>';
    registry.digest = `sha256:${createHash('sha256').update(registry.body).digest('hex')}`;
    await assert.rejects(findDigest(image, baseUrl), /not a manifest/);
  });

  test('and reports a tag that does not exist, and a registry that does not work', async () => {
    await assert.rejects(findDigest({ ...image, tag: '99' }, baseUrl), /does not exist/);
    registry.status = 500;
    await assert.rejects(findDigest(image, baseUrl), /answered 500/);
  });
});
