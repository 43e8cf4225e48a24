// Records live painting for the README: types a few prompts like a person and leaves numbered pictures of the page with a
// list of how long each was seen, for ffmpeg. scripts/studio_pictures.sh runs it.

import { mkdirSync, writeFileSync } from "node:fs";

import { open, tour } from "./studio.mjs";

const folder = process.env.DANQING_PICTURES;
/** Milliseconds between two pictures of the recording. */
const BEAT = 100;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

await tour(async (browser) => {
  const page = await open(browser, "recording");
  await page.goto("/live");
  await page.evaluate(() => document.fonts.ready);
  mkdirSync(folder, { recursive: true });
  const area = await page.locator("form.live").boundingBox();
  const clip = { x: area.x - 24, y: area.y - 20, width: area.width + 48, height: Math.min(area.height + 40, 610) };

  let going = true;
  const frames = [];
  const camera = (async () => {
    while (going) {
      const start = Date.now();
      const file = `frame-${String(frames.length).padStart(4, "0")}.png`;
      await page.screenshot({ path: `${folder}/${file}`, clip, animations: "allow", caret: "initial" });
      await wait(Math.max(0, BEAT - (Date.now() - start)));
      frames.push({ file, seconds: (Date.now() - start) / 1000 });
    }
  })();

  const keyboard = await page.context().newCDPSession(page);
  /** Writes Chinese as an input method does: letters first, then the words that they stand for. */
  const compose = async (letters, text) => {
    for (let length = 1; length <= letters.length; length += 2) {
      const part = letters.slice(0, length);
      await keyboard.send("Input.imeSetComposition", { text: part, selectionStart: length, selectionEnd: length });
      await wait(70);
    }
    await keyboard.send("Input.insertText", { text });
    await wait(420);
  };
  const slide = async (selector, from, to, steps) => {
    for (let step = 1; step <= steps; step += 1) {
      await page.locator(selector).evaluate((slider, value) => {
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }, from + ((to - from) * step) / steps);
      await wait(130);
    }
  };

  await page.focus("#prompt");
  await wait(500);
  await compose("yizhi", "一只");
  await compose("huli", "狐狸");
  await wait(600);
  await page.fill("#prompt", "");
  await page.focus("#prompt");
  await compose("sanzhi", "三只");
  await compose("hong", "红");
  await compose("denglong", "灯笼");
  await wait(700);
  await slide("[data-journey]", 0, 0.6, 12);
  await wait(500);
  await page.fill("#prompt", "");
  await page.focus("#prompt");
  for (const letter of "a blue bird ") {
    await page.keyboard.type(letter);
    await wait(85);
  }
  for (const letter of "in a hat") {
    await page.keyboard.type(letter);
    await wait(85);
  }
  await wait(700);
  await slide("[data-manner]", 0, 2.5, 16);
  await wait(900);
  await page.click("[data-stage]");
  await wait(1500);
  going = false;
  await camera;

  const list = frames.map(({ file, seconds }) => `file '${file}'\nduration ${seconds.toFixed(3)}`).join("\n");
  writeFileSync(`${folder}/frames.txt`, `ffconcat version 1.0\n${list}\nfile '${frames.at(-1).file}'\n`);
  console.log(`${frames.length} pictures of ${frames.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} seconds`);
});
