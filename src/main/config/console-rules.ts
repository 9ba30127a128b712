import type { Values } from './variables.ts';

/** Returns why the console cannot have this URL. */
export function consoleFaults({ CONSOLE_URL: given, PUBLIC_URL: publicUrl }: Values): string[] {
  if (given === undefined) return [];
  if (publicUrl === undefined) {
    return ['CONSOLE_URL goes with PUBLIC_URL: set both, or only PUBLIC_URL.'];
  }
  const [own, shop] = [new URL(given), new URL(publicUrl)];
  const faults: string[] = [];
  if (own.hostname === shop.hostname) {
    faults.push(
      'CONSOLE_URL has the host of PUBLIC_URL, so the console would share its cookies with the shop: set another host, such as https://console.shop.example, or remove it.',
    );
  }
  if (own.protocol !== shop.protocol || own.pathname !== shop.pathname) {
    faults.push(
      'CONSOLE_URL has another scheme or path than PUBLIC_URL: both are answered by the same server, so only the host may differ.',
    );
  }
  return faults;
}
