// Headless Chromium, which `npm test` sees to.
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { findChromium } from '../../setup/chromium.mjs';

/** @throws Error where there is no browser */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) throw new Error('there is no Chromium: run npm run setup -- --for-tests');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // the tests of a container run as root
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-swiftshader', // WebGL where there is no graphics card
    ],
  });
}
