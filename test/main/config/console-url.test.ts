import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { renderBanner } from '../../../src/main/start/banner.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const PUBLIC_URL = 'https://shop.example';
const CONSOLE_URL = 'https://console.shop.example';

test('the console can have a host of its own, with the path of the shop', () => {
  assert.equal(readConfig({ PUBLIC_URL }).consoleUrl, null);
  assert.equal(readConfig({ PUBLIC_URL, CONSOLE_URL }).consoleUrl, CONSOLE_URL);
  const below = { PUBLIC_URL: `${PUBLIC_URL}/orders`, CONSOLE_URL: `${CONSOLE_URL}/orders/` };
  assert.equal(readConfig(below).consoleUrl, `${CONSOLE_URL}/orders`);
});

test('a console at the host of the shop, with another scheme or path, or alone is refused', () => {
  for (const [publicUrl, consoleUrl, reason] of [
    [PUBLIC_URL, PUBLIC_URL, /share its cookies/],
    [PUBLIC_URL, `${PUBLIC_URL}:8443`, /share its cookies/],
    [PUBLIC_URL, 'http://console.shop.example', /another scheme or path/],
    [PUBLIC_URL, `${CONSOLE_URL}/admin`, /another scheme or path/],
    [`${PUBLIC_URL}/orders`, CONSOLE_URL, /another scheme or path/],
    ['', CONSOLE_URL, /goes with PUBLIC_URL/],
  ] as const) {
    const sentences = listFaults({ PUBLIC_URL: publicUrl, CONSOLE_URL: consoleUrl });
    assert.equal(sentences.length, 1, `${publicUrl} ${consoleUrl}`);
    assert.match(sentences[0]!, reason);
  }
});

test('passkeys are for the host of the console, or for a domain that both share', () => {
  const choose = (environment: Record<string, string>) => readConfig(environment).passkeys;
  assert.deepEqual(choose({ PUBLIC_URL }), {
    rpId: 'shop.example',
    origins: [PUBLIC_URL],
    staffOrigins: [PUBLIC_URL],
  });
  assert.deepEqual(choose({ PUBLIC_URL, CONSOLE_URL }), {
    rpId: 'console.shop.example',
    origins: [CONSOLE_URL],
    staffOrigins: [CONSOLE_URL],
  });
  assert.deepEqual(choose({ PUBLIC_URL, CONSOLE_URL, WEBAUTHN_RP_ID: 'shop.example' }), {
    rpId: 'shop.example',
    origins: [PUBLIC_URL, CONSOLE_URL],
    staffOrigins: [CONSOLE_URL],
  });
  const [sentence = ''] = listFaults({ PUBLIC_URL, CONSOLE_URL, WEBAUTHN_RP_ID: 'a.example' });
  assert.match(sentence, /neither PUBLIC_URL nor CONSOLE_URL/);
});

test('the start names the address of the console', () => {
  const config = readConfig({ PUBLIC_URL, CONSOLE_URL });
  const banner = renderBanner({
    config,
    address: 'http://127.0.0.1:3000',
    databaseUrl: 'postgres://u@127.0.0.1:5432/holdfast',
    demoAccounts: null,
  });
  assert.match(banner, new RegExp(`Console +${CONSOLE_URL}/console`));
  assert.match(banner, new RegExp(`Shop +${PUBLIC_URL}/shop`));
});
