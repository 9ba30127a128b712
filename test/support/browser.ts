import { existsSync } from 'node:fs';
import { after } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { onProcessEnd } from './runner/process-end.ts';

/**
 * Where common packages install Chromium. First its headless shell: the same engine without the windows of a desktop, and
 * a new page costs a fifth of the processor time.
 */
const paths = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The path of the installed browser; undefined if there is none. */
export const executablePath = paths.find((path) => existsSync(path));

/** For a test's `skip` option: false, or the reason. */
export const skipWithoutBrowser: string | false =
  executablePath === undefined ? 'no Chromium is installed' : false;

/**
 * The features that Playwright 1.65 disables, and the suggestions below the address bar, which no test uses: their two
 * internal pages per window cost more than four times the processor time of the page under test. Chromium reads only
 * the last such argument, so this one repeats Playwright's.
 */
const disabledFeatures = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

const args = [
  '--no-sandbox',
  // Without a graphics card Chromium would emulate one, at a third of the processor time of a page.
  '--disable-gpu',
  `--disable-features=${disabledFeatures.join(',')}`,
];

let started: Promise<Browser> | undefined;

/**
 * Returns the system's Chromium, which the files of a process share; each closes the contexts that it has opened.
 * Returns null if there is none.
 */
export async function startBrowser(): Promise<Browser | null> {
  if (executablePath === undefined) return null;
  started ??= launch(executablePath);
  const browser = await started;
  after(() => Promise.all(browser.contexts().map((context) => context.close())));
  return browser;
}

async function launch(path: string): Promise<Browser> {
  // Playwright's own listener would keep a file alive that the runner ends. Chromium ends with the file anyway.
  const browser = await chromium.launch({ executablePath: path, args, handleSIGTERM: false });
  browser.on('disconnected', () => {
    started = undefined;
  });
  onProcessEnd(() => browser.close());
  return browser;
}
