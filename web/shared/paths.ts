/** Such as `/shop`, or `/holdfast/shop` where the server's PUBLIC_URL has a path: the server writes it into the page. */
const pagePath = document
  .querySelector<HTMLMetaElement>('meta[name=page-path]')!
  .content.replace(/\/$/, '');
const pageName = pagePath.slice(pagePath.lastIndexOf('/'));
const publicPath = pagePath.slice(0, -pageName.length);

/** A path of the server as the browser has to ask for it. */
export function pathOnServer(path: string): string {
  return publicPath + path;
}

/** The key of something kept in the browser: servers below other paths of the same origin have theirs. */
export function storageKey(name: string): string {
  return `holdfast${publicPath}.${name}`;
}

/** What comes before the page's own addresses, as it stands in the address bar. */
export const routerBase = findRouterBase();

/** The path may be spelt with other characters percent-encoded, or be missing, when the server is reached past its proxy. */
function findRouterBase(): string {
  const begin = location.pathname.split('/', pagePath.split('/').length).join('/');
  try {
    return decodeURIComponent(begin) === decodeURIComponent(pagePath) ? begin : pageName;
  } catch {
    return pageName;
  }
}
