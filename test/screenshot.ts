/** Pictures of the page at desktop and phone size: `tsx test/screenshot.ts URL OUT.png [dark|light] [en|zh]`. */

import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** Debian's Chromium, drawing without a graphics card and asking nothing of the network by itself. */
export const chromiumOptions = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

export interface ScreenshotOptions {
  readonly theme?: 'light' | 'dark';
  readonly language?: 'en' | 'zh';
  /** How long to wait after the map is drawn, in milliseconds. */
  readonly settleMilliseconds?: number;
}

export interface Screenshots {
  readonly files: readonly string[];
  /** What the browser complained of; empty when all is well. */
  readonly complaints: readonly string[];
}

/** Writes `out` (desktop) and `out` with `-phone` before its extension. */
export async function screenshot(
  url: string,
  out: string,
  options: ScreenshotOptions = {},
): Promise<Screenshots> {
  const { theme = 'light', language = 'en', settleMilliseconds = 1500 } = options;
  const browser = await chromium.launch(chromiumOptions);
  const complaints: string[] = [];
  const files: string[] = [];
  try {
    for (const [name, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({
        viewport,
        deviceScaleFactor: name === 'phone' ? 2 : 1,
        colorScheme: theme,
        locale: language === 'zh' ? 'zh-CN' : 'en-GB',
        hasTouch: name === 'phone',
      });
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(url);
      await page.waitForSelector('html[data-map="drawn"]', { timeout: 60_000 });
      await page.waitForTimeout(settleMilliseconds);
      const file = name === 'desktop' ? out : out.replace(/(\.png)?$/, '-phone.png');
      await page.screenshot({ path: file });
      files.push(file);
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return { files, complaints };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [url = 'http://127.0.0.1:8080/', out = '/tmp/arterial.png', theme, language] = process.argv.slice(2);
  const result = await screenshot(url, out, {
    theme: theme === 'dark' ? 'dark' : 'light',
    language: language === 'zh' ? 'zh' : 'en',
  });
  console.log(result.files.join('\n'));
  for (const complaint of new Set(result.complaints)) console.log(`complaint: ${complaint}`);
}
