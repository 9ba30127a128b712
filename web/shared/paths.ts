/** Such as `/shop`, or `/holdfast/shop` if the server's PUBLIC_URL has a path. The server writes it into the page. */
const pagePath = document
  .querySelector<HTMLMetaElement>('meta[name=page-path]')!
  .content.replace(/\/$/, '');
const pageName = pagePath.slice(pagePath.lastIndexOf('/'));
const publicPath = pagePath.slice(0, -pageName.length);

/** Returns the path that the browser has to request for a path of the server. */
export function pathOnServer(path: string): string {
  return publicPath + path;
}

/** Returns the URL of another page of the server, which may be on another host, or of a path below it. */
export function urlOfPage(name: 'shop' | 'console', path = ''): string {
  const { content } = document.querySelector<HTMLMetaElement>(`meta[name=${name}-url]`)!;
  return new URL(content.replace(/\/$/, '') + path, location.origin).href;
}

/** Returns the key of a value stored in the browser. Servers below other paths of the same origin have other keys. */
export function storageKey(name: string): string {
  return `holdfast${publicPath}.${name}`;
}

/** The prefix of the page's own paths, as the address bar spells it. */
export const routerBase = findRouterBase();

/**
 * Finds the prefix. It may have other characters percent-encoded, or be missing if the server is reached past its
 * proxy.
 */
function findRouterBase(): string {
  const begin = location.pathname.split('/', pagePath.split('/').length).join('/');
  try {
    return decodeURIComponent(begin) === decodeURIComponent(pagePath) ? begin : pageName;
  } catch {
    return pageName;
  }
}
