import assert from 'node:assert/strict';
import { ConfigurationError } from '../../src/main/config/configuration-error.ts';
import { readConfig } from '../../src/main/config/read-config.ts';

/** Returns what is wrong with these variables, a sentence for each fault. */
export function listFaults(environment: Record<string, string>, home?: string): readonly string[] {
  try {
    readConfig(environment, home);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.sentences;
  }
}
