import { installWebPages } from '../../http/web-pages.ts';
import type { Room, RoomDeclaration } from '../../modules/room.ts';
import { webFolder } from '../program.ts';

const pages = [
  { path: '/console', operationId: 'getConsole' },
  { path: '/shop', operationId: 'getShop' },
] as const;

export const pagesDeclaration = {
  name: 'pages',
  access: { getConsole: 'anyone', getShop: 'anyone' },
} as const satisfies RoomDeclaration;

/** The console and the shop. */
export function createPages(): Room<null> {
  return { api: null, routes: (app) => installWebPages(app, webFolder, pages) };
}
