import { findDigest } from './find-digest.ts';
import {
  findImages,
  IMAGE_FILES,
  pinImages,
  readImageFile,
  writeImageFile,
} from './image-references.ts';

/**
 * `npm run pin-images`: asks the registries for the digest of every image in the files of deploy/ and writes it behind
 * the tag, so that a deployment runs what was tested. Run it before a release and after changing a tag. If one image
 * cannot be found, it changes no file.
 */
const texts = new Map<string, string>();
for (const path of IMAGE_FILES) texts.set(path, await readImageFile(path));
const images = new Map([...texts.values()].flatMap(findImages).map((image) => [image.name, image]));

try {
  const digests = new Map<string, string>();
  for (const image of images.values()) {
    const digest = await findDigest(image);
    digests.set(image.name, digest);
    process.stdout.write(`${image.name}@${digest}\n`);
  }
  for (const [path, text] of texts) await writeImageFile(path, pinImages(text, digests));
} catch (error) {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
  process.stderr.write(`Nothing was changed: ${reason}.\n`);
  process.exitCode = 1;
}
