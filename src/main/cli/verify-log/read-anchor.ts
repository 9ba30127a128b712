import { readFile, stat } from 'node:fs/promises';
import { AnchorError, parseAnchor, type Seal } from '../../../seals/index.ts';
import { UsageError } from '../../usage-error.ts';
import { readLines } from '../import/read-lines.ts';

/** A saved reply of the API is smaller, also if a program has spread it over lines. */
const REPLY_BYTES_MAX = 1_000_000;

/**
 * Reads the seals of a file: JSON lines, each a seal, the message of a webhook or a reply of the API, or one such value over
 * several lines. Throws `UsageError` if it has anything else, or no seal.
 */
export async function* readAnchor(path: string): AsyncGenerator<readonly Seal[]> {
  const { size } = await stat(path);
  const whole = size > REPLY_BYTES_MAX ? null : parseJson(await readFile(path, 'utf8'));
  let seals = 0;
  for await (const batch of whole === null ? readJsonLines(path) : [parse(whole.value, path)]) {
    seals += batch.length;
    yield batch;
  }
  if (seals === 0) throw new UsageError(`The anchor ${path} has no seal.`);
}

async function* readJsonLines(path: string): AsyncGenerator<readonly Seal[]> {
  for await (const lines of readLines(path)) {
    yield lines.flatMap(({ number, text, fault }) => {
      const place = `${path}, line ${number}`;
      if (fault !== null) throw new UsageError(`The anchor ${place}: ${fault}`);
      if (text.trim() === '') return [];
      const parsed = parseJson(text);
      if (parsed === null) throw new UsageError(`The anchor ${place}: it is not JSON.`);
      return parse(parsed.value, place);
    });
  }
}

function parse(value: unknown, place: string): readonly Seal[] {
  try {
    return parseAnchor(value);
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    throw new UsageError(`The anchor ${place}: ${error.message}.`);
  }
}

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
