import { existsSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboardFixture } from '../dashboard-fixture.ts';
import { needs } from '../needs.ts';
import { chromiumOptions } from '../screenshot.ts';

const chromiumPath = chromiumOptions.executablePath;
const missing = existsSync(chromiumPath) ? '' : `Chromium at ${chromiumPath}`;

/** Needs a browser; without one the page is tested by its parts only. */
describe('the control room in a browser', needs(missing), () => {
  let app: FastifyInstance;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    app = await createDashboardFixture();
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch(chromiumOptions);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(address);
    await page.waitForSelector('html[data-map="drawn"]', { timeout: 90_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  it('draws the map and is live, without a complaint of the browser', async () => {
    await page.waitForSelector('.connection[data-state="live"]');
    expect(complaints).toEqual([]);
  });

  it('lists what needs a decision, the severe incident first', async () => {
    expect(await page.getAttribute('.row', 'data-key')).toBe('incident/I-accident');
  });

  it('takes an approval that is signed, and not one that is not', async () => {
    await page.click('.row[data-kind="recommendation"] .row-button');
    await page.click('.verdict .primary');
    expect(await page.textContent('.said')).toBe('Enter your name to sign.');
    await page.fill('#signed-by', 'duty-engineer');
    await page.click('.verdict .primary');
    await page.waitForSelector('.outcome');
    expect(await page.textContent('.outcome')).toContain('approved by duty-engineer');
  });

  it('shows a minute of the past in large letters, and the way back', async () => {
    const looksBack = async () => (await page.locator('.past').isVisible()) && page.textContent('.past-time');
    expect(await looksBack()).toBe(false);
    await page.focus('.timeline input');
    await page.keyboard.press('PageDown');
    await page.waitForSelector('.past-time');
    expect(await looksBack()).toMatch(/^0[78]:\d\d$/);
    expect(await page.textContent('.list h2')).toContain(`As it was at ${await looksBack()}`);
    expect(await page.locator('.row[data-kind="recommendation"]').count()).toBe(0);
    await page.click('.past .primary');
    expect(await looksBack()).toBe(false);
    expect(await page.textContent('.list h2')).toContain('Needs a decision');
  });

  it('shows the history of a link that is part of the address', async () => {
    await page.evaluate("location.hash = '#link/L1'");
    await page.waitForSelector('.panel .u-wrap canvas');
    expect(await page.textContent('.panel h2')).toBe('Harbour Street → Quay–Harbour');
  });
});
