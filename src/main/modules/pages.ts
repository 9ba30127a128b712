import { installWebPages } from '../../http/web-pages.ts';
import type { Module, ModuleDeclaration } from '../../modules/module.ts';
import { webFolder } from '../program.ts';

const pages = [
  { path: '/console', operationId: 'getConsole' },
  { path: '/shop', operationId: 'getShop' },
] as const;

export const pagesDeclaration = {
  name: 'pages',
  access: { getConsole: 'anyone', getShop: 'anyone' },
} as const satisfies ModuleDeclaration;

/** Creates the pages of the console and the shop. */
export function createPages(): Module<null> {
  return { api: null, routes: (app) => installWebPages(app, webFolder, pages) };
}
