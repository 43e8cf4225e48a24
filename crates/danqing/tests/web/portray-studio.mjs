// The picture of the studio in the README: the page for painting with a desk full of pictures. scripts/studio_pictures.sh
// runs it.

import { open, tour } from "./studio.mjs";

const ORDERS = [
  ["五颜六色的气球", 1],
  ["月亮在云上面", 1],
  ["一壶茶和两个茶杯", 2],
  ["黄色背景上的三只红灯笼", 2],
];

await tour(async (browser) => {
  const page = await open(browser, "portrait");
  await page.goto("/");
  for (const [prompt, count] of ORDERS) {
    await page.fill("#prompt", prompt);
    await page.locator("label.option", { hasText: new RegExp(`^${count}$`) }).click();
    await page.click(".stamp-button");
    await page.waitForSelector(`.job[data-state=done]:has-text("${prompt}") .plate img >> nth=${count - 1}`, { timeout: 300_000 });
  }
  await page.fill("#prompt", "黄色背景上的三只红灯笼和一只戴帽子的狐狸");
  await page.waitForSelector("#reading li.subject >> text=狐狸");
  await page.evaluate(() => Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode().catch(() => {}))]));
  await page.mouse.move(640, 1);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${process.env.DANQING_PICTURES}/studio.png` });
});
