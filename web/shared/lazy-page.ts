import { type ComponentType, lazy } from 'react';

/** The code of a page did not come: the server is away, or was upgraded since this tab was opened. */
export class CodeMissing extends Error {
  override readonly name = 'CodeMissing';
}

/** A page whose code is loaded when it is opened. What it throws itself is told apart from code that does not come. */
export function lazyPage<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() =>
    load().catch((cause: Error) => {
      throw new CodeMissing(cause.message, { cause });
    }),
  );
}
