import { type ComponentType, lazy } from 'react';

/**
 * Thrown if the code of a page cannot be loaded: the server is unavailable, or was upgraded since this tab was opened.
 */
export class CodeMissing extends Error {
  override readonly name = 'CodeMissing';
}

/**
 * Creates a page whose code is loaded when it is opened. Code that cannot be loaded throws `CodeMissing`, which
 * distinguishes it from errors of the page.
 */
export function lazyPage<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() =>
    load().catch((cause: Error) => {
      throw new CodeMissing(cause.message, { cause });
    }),
  );
}
