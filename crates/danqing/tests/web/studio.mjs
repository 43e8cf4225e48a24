// Chromium, and the ways in which all tours look at pages.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const modules = process.env.DANQING_MODULES;
const require = createRequire(`${modules}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(`${modules}/axe-core/axe.min.js`, "utf8");

export const url = process.env.DANQING_URL;
export const scratch = process.env.DANQING_SCRATCH;
const pictures = process.env.DANQING_PICTURES;
mkdirSync(pictures, { recursive: true });

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a page of one size, language and light is opened with. */
export const looks = {
  phone: { viewport: { width: 360, height: 740 }, locale: "zh-CN", hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 }, locale: "zh-CN" },
  "phone-dark-en": { viewport: { width: 390, height: 844 }, locale: "en-GB", colorScheme: "dark", isMobile: true },
  "desktop-dark": { viewport: { width: 1440, height: 900 }, locale: "zh-CN", colorScheme: "dark" },
  portrait: { viewport: { width: 1280, height: 1040 }, locale: "zh-CN" },
  recording: { viewport: { width: 1180, height: 800 }, locale: "zh-CN" },
  "desktop-en": { viewport: { width: 1280, height: 800 }, locale: "en-GB" },
};

/** A promise that held; what does not hold throws before. */
export const held = (promise) => console.log(promise);

/** Runs `tour` in a browser and ends it, whatever happens. */
export const tour = async (deeds) => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  try {
    await deeds(browser);
  } finally {
    await browser.close();
  }
};

/** A page that fails the tour when a script or a rule of the policy complains. */
export const open = async (browser, look, more = {}) => {
  const context = await browser.newContext({ ...looks[look], ...more, baseURL: url });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const told = message.type() === "error" && !/status of (4|5)\d\d/.test(message.text());
    if (told) complaints.push(message.text());
  });
  page.complaints = complaints;
  return page;
};

/** Clicks what leads to another page, and waits for it. */
export const follow = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

/** The page fits its screen, and axe finds nothing to say against it. A picture of it is kept. */
export const inspect = async (page, name) => {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than its screen`);
  // In a world of its own: the policy of the page lets no foreign script in.
  const violations = await page.evaluate(
    `(async () => { ${axe}; return (await axe.run(document, { resultTypes: ["violations"] })).violations; })()`,
  );
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
  assert.deepEqual(told, [], `${name}: axe`);
  assert.deepEqual(page.complaints, [], `${name}: complaints`);
  held(`${name} fits and is accessible`);
};
