import { createHash } from 'node:crypto';
import type { ImageReference } from './image-references.ts';

/** An index of images for several platforms, so that the digest fits each of them, or one image. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const TIMEOUT_MS = 30_000;

/**
 * Asks a registry for the digest of a tag. It is computed from the manifest and must be what the registry states, so
 * neither a truncated reply nor a confused registry is pinned. `baseUrl` is another address of the registry, for tests.
 * Source: OCI Distribution Specification 1.1, "Pulling manifests"; Docker, "Token authentication".
 */
export async function findDigest(
  { registry, repository, tag, name }: ImageReference,
  baseUrl = `https://${registry}`,
): Promise<string> {
  const url = `${baseUrl}/v2/${repository}/manifests/${encodeURIComponent(tag)}`;
  let reply = await request(url, { accept: MANIFESTS });
  if (reply.status === 401) {
    const authorization = await authenticate(reply.headers.get('www-authenticate') ?? '', name);
    reply = await request(url, { accept: MANIFESTS, authorization });
  }
  if (reply.status === 404) throw new Error(`${name} does not exist at ${baseUrl}`);
  if (!reply.ok) throw new Error(`${baseUrl} answered ${reply.status} for ${name}`);
  const body = Buffer.from(await reply.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const stated = reply.headers.get('docker-content-digest');
  if (stated !== null && stated !== digest) {
    throw new Error(`${baseUrl} states ${stated} for ${name}, but its manifest has ${digest}`);
  }
  requireManifest(body, name);
  return digest;
}

/** Gets a token for reading without an account, as the registry's challenge says. */
async function authenticate(challenge: string, name: string): Promise<string> {
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
  );
  const realm = URL.parse(parameters.get('realm') ?? '');
  if (!/^Bearer /i.test(challenge) || realm === null) {
    throw new Error(`the registry of ${name} requires an account`);
  }
  for (const key of ['service', 'scope']) {
    const value = parameters.get(key);
    if (value !== undefined) realm.searchParams.set(key, value);
  }
  const reply = await request(realm.href, {});
  if (!reply.ok) throw new Error(`${realm.origin} answered ${reply.status} for ${name}`);
  const { token, access_token } = (await reply.json()) as Record<string, unknown>;
  return `Bearer ${String(token ?? access_token)}`;
}

/** Throws unless the body is a manifest: a login page with status 200 has a digest too. */
function requireManifest(body: Buffer, name: string): void {
  let manifest: { schemaVersion?: unknown } | null = null;
  try {
    manifest = JSON.parse(body.toString()) as { schemaVersion?: unknown };
  } catch {
    // Refused below.
  }
  if (manifest?.schemaVersion !== 2) throw new Error(`the reply for ${name} is not a manifest`);
}

function request(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}
