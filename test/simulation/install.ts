import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.ts';
import { installVirtualTime } from './virtual-time.ts';

const realIds = new URL('../../src/shared/ids.ts', import.meta.url).href;
const simulatedIds = new URL('ids.ts', import.meta.url).href;
const root = new URL('../../', import.meta.url);

/**
 * Prepares this process for the simulation, before the product is loaded: its time and its ids are simulated, and a
 * mutant, if there is one, is loaded instead of the file that it changes. Returns whether the mutant was loaded.
 */
export function install(mutant: Mutant | null): () => boolean {
  let isLoaded = false;
  installVirtualTime();
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (found.url !== realIds || context.parentURL === simulatedIds) return found;
      return { ...found, url: simulatedIds };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (mutant === null || url !== new URL(mutant.file, root).href) return loaded;
      isLoaded = true;
      return { ...loaded, source: mutate(String(loaded.source), mutant) };
    },
  });
  return () => isLoaded;
}

function mutate(source: string, { file, from, to }: Mutant): string {
  if (source.split(from).length !== 2) {
    throw new Error(`${fileURLToPath(new URL(file, root))} does not contain this once: ${from}`);
  }
  return source.replace(from, () => to);
}
