import { installWebPages } from '../../http/web-pages.ts';
import type { PasskeyScope } from '../../modules/accounts/index.ts';
import type { Module, ModuleDeclaration } from '../../modules/module.ts';
import { webFolder } from '../program.ts';

export const pagesDeclaration = {
  name: 'pages',
  access: { getConsole: 'anyone', getShop: 'anyone' },
} as const satisfies ModuleDeclaration;

interface PagesDependencies {
  readonly passkeys: PasskeyScope | null;
}

/** Creates the pages of the console and the shop. Each knows where passkeys can be used: elsewhere it offers none. */
export function createPages({ passkeys }: PagesDependencies): Module<null> {
  const toMetas = (origins: readonly string[] = []) => ({ 'passkey-origins': origins.join(' ') });
  const pages = [
    { path: '/console', operationId: 'getConsole', metas: toMetas(passkeys?.staffOrigins) },
    { path: '/shop', operationId: 'getShop', metas: toMetas(passkeys?.origins) },
  ];
  return { api: null, routes: (app) => installWebPages(app, webFolder, pages) };
}
