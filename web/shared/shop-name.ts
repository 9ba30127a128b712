/** The name of the shop, which the server writes into the page; empty if it has none. */
export const shopName =
  document.querySelector<HTMLMetaElement>('meta[name=shop-name]')?.content ?? '';
