import { readFileSync } from 'node:fs';
import { isInstant } from '../../../shared/instant.ts';
import { UsageError } from '../../usage-error.ts';

/** A line of `holdfast erasures`. */
export interface ListedChange {
  /** A type of the audit. */
  readonly type: string;
  /** Of whom or what. */
  readonly id: string;
  readonly at: string;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a list that `holdfast erasures` printed. Throws UsageError if a line is something else. */
export function readErasures(path: string): readonly ListedChange[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const change = parseChange(line);
    if (change !== null) return change;
    throw new UsageError(
      `Line ${index + 1} of ${path} is not one that "holdfast erasures" prints: {"type": …, "id": …, "at": …}.`,
    );
  });
}

function parseChange(line: string): ListedChange | null {
  try {
    const { type, id, at } = JSON.parse(line) ?? {};
    const isChange =
      typeof type === 'string' &&
      typeof id === 'string' &&
      ID.test(id) &&
      typeof at === 'string' &&
      isInstant(at);
    return isChange ? { type, id, at } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
