import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The files of deploy/ that name images of others. */
export const IMAGE_FILES = ['deploy/compose.yaml', 'deploy/docker/Dockerfile'] as const;

/** The images that the project builds itself. A release names their digest. */
const OWN = /^(?:registry\.example\/)?holdfast(?:$|:)/;

/** An image as a file names it: `[registry/]repository:tag[@digest]`. */
export interface ImageReference {
  /** Without the digest. */
  readonly name: string;
  /** Such as `registry-1.docker.io`. */
  readonly registry: string;
  /** Such as `library/node`. */
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`; null if the tag decides. */
  readonly digest: string | null;
}

/** `image:` of YAML, and `FROM` and `# syntax=` of a Dockerfile. */
const PLACES = /^(\s*image: |FROM |# syntax=)(\S+)/gm;
const REFERENCE = /^(?<name>[^@\s]+?:[\w][\w.-]{0,127})(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;
const DOCKER_HUB = 'registry-1.docker.io';

/** Lists the images that a text names. Throws if one has no tag, or a digest of another form. */
export function findImages(text: string): ImageReference[] {
  return [...text.matchAll(PLACES)]
    .map(([, , reference]) => reference!)
    .filter((reference) => !OWN.test(reference))
    .map(parseReference);
}

/** Returns the text with the digest of each image, by its name, in place of what was pinned before. */
export function pinImages(text: string, digests: ReadonlyMap<string, string>): string {
  return text.replace(PLACES, (whole, place: string, reference: string) => {
    if (OWN.test(reference)) return whole;
    const { name } = parseReference(reference);
    const digest = digests.get(name);
    return digest === undefined ? whole : `${place}${name}@${digest}`;
  });
}

function parseReference(reference: string): ImageReference {
  const { name, digest = null } = REFERENCE.exec(reference)?.groups ?? {};
  if (name === undefined) {
    throw new Error(
      `${reference} is not an image with a tag, such as node:24.1.0 or node:24.1.0@sha256:…`,
    );
  }
  const path = name.slice(0, name.lastIndexOf(':'));
  const tag = name.slice(path.length + 1);
  const [first = '', ...rest] = path.split('/');
  // Docker's rule: the first part is a registry if it looks like a host.
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const repository = isHost ? rest.join('/') : path;
  return {
    name,
    registry: isHost ? first.replace(/^docker\.io$/, DOCKER_HUB) : DOCKER_HUB,
    repository: repository.includes('/') || isHost ? repository : `library/${repository}`,
    tag,
    digest: digest as string | null,
  };
}

const locate = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const readImageFile = (path: string) => readFile(locate(path), 'utf8');
export const writeImageFile = (path: string, text: string) => writeFile(locate(path), text);
