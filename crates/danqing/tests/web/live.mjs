// Painting while one writes, in English and through an input method, on a desk and on a phone.

import assert from "node:assert/strict";

import { follow, held, inspect, open, tour } from "./studio.mjs";

/** Waits until another frame than `before` is shown; gives its address. */
const another = async (page, before = null) => {
  const shown = (last) => {
    const image = document.querySelector("[data-frame]");
    return !image.hidden && image.src.startsWith("blob:") && image.complete && image.src !== last && image.src;
  };
  const handle = await page.waitForFunction(shown, before, { timeout: 120_000 });
  return handle.jsonValue();
};

/** Waits until the frame that is shown is of `words`, and painted with care. */
const of = (page, words) =>
  page.waitForFunction(
    (text) => {
      const { alt, dataset } = document.querySelector("[data-frame]");
      return alt === text && dataset.frame === "fine" && !document.querySelector(".stale");
    },
    words,
    { timeout: 120_000 },
  );

/** The pixels of the frame that is shown when words rest, as text. */
const pixels = async (page) => {
  await page.waitForSelector("[data-frame=fine]", { timeout: 120_000 });
  return page.evaluate(async () => {
    const image = document.querySelector("[data-frame]");
    // Where the next frame comes meanwhile, that one is meant, once it is painted with care.
    for (let known = false; !known; ) {
      known = await image.decode().then(() => image.dataset.frame === "fine", () => false);
      if (!known) await new Promise((next) => setTimeout(next, 10));
    }
    const sheet = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
    sheet.drawImage(image, 0, 0);
    const { data } = sheet.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
    const sum = await crypto.subtle.digest("SHA-256", data);
    return [...new Uint8Array(sum)].map((byte) => byte.toString(16)).join("");
  });
};

/** Moves a slider as an arrow key would, far. */
const dial = (page, selector, value) =>
  page.locator(selector).evaluate((slider, to) => {
    slider.value = to;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

await tour(async (browser) => {
  const page = await open(browser, "desktop");
  const asked = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname === "/live") asked.push(new URLSearchParams(request.postData()));
  });
  await page.goto("/");
  await page.fill("#prompt", "a cat");
  await follow(page, "[data-carry]");
  assert.equal(await page.inputValue("#prompt"), "a cat");
  held("one goes on with what one has written");
  const cat = await another(page);
  await of(page, "a cat");
  const first = await pixels(page);
  await page.fill("#prompt", "");
  await page.keyboard.type("a red lantern", { delay: 20 });
  await another(page, cat);
  await of(page, "a red lantern");
  assert.notEqual(await pixels(page), first);
  held("the picture follows what is typed in English");
  await inspect(page, "live");

  // An input method: what it has not turned into Chinese is not painted.
  await page.fill("#prompt", "");
  await page.focus("#prompt");
  asked.length = 0;
  const keyboard = await page.context().newCDPSession(page);
  const compose = (text) =>
    keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  for (const letters of ["s", "san", "san'zhi"]) await compose(letters);
  await keyboard.send("Input.insertText", { text: "三只" });
  for (const text of ["hong", "红deng'long"]) await compose(text);
  await of(page, "三只红");
  held("of an unfinished composition the Chinese is painted");
  const part = await pixels(page);
  await keyboard.send("Input.insertText", { text: "红灯笼" });
  await of(page, "三只红灯笼");
  assert.equal(await page.inputValue("#prompt"), "三只红灯笼");
  assert.notEqual(await pixels(page), part);
  held("the picture follows what is written through an input method");
  const latin = asked.map((form) => form.get("prompt")).filter((prompt) => /[a-z]/.test(prompt));
  assert.deepEqual(latin, []);
  held("letters that are typed for Chinese are never painted");

  // Dials.
  let before = await pixels(page);
  const moved = async (promise) => {
    const start = Date.now();
    let now = await pixels(page);
    while (now === before && Date.now() - start < 120_000) now = await pixels(page);
    assert.notEqual(now, before, promise);
    before = now;
    held(promise);
  };
  const started = before;
  await dial(page, "[data-journey]", 0.5);
  await moved("the seed travels");
  assert.equal(await page.textContent("[data-journey-said]"), "50 %");
  await dial(page, "[data-journey]", 0);
  await moved("and comes back");
  assert.equal(before, started);
  held("the same seed is the same picture");
  await page.click("[data-stop='2']");
  await moved("a style is chosen");
  await dial(page, "[data-manner]", 2.4);
  await moved("two styles are mixed");
  assert.match(await page.textContent("[data-manner-said]"), /扁平 60 % · 渐变 40 %/);
  await page.focus("[data-manner]");
  await page.keyboard.press("ArrowRight");
  await moved("dials are moved by keys");
  await page.click("[data-reseed]");
  await moved("another seed, another picture");
  await inspect(page, "live-dials");

  // Nobody who sits still has a processor at work.
  await pixels(page);
  asked.length = 0;
  await page.evaluate(() => document.querySelector("#prompt").dispatchEvent(new Event("input", { bubbles: true })));
  await page.evaluate(() => fetch("/reading?prompt=").then((answer) => answer.text()));
  assert.equal(asked.length, 0);
  held("without a change nothing is painted");

  // What a rule stops.
  await page.fill("#prompt", "伪造身份证");
  await page.waitForFunction(() => /规则/.test(document.querySelector("[data-note]").textContent));
  assert.equal(await page.locator(".stage-sheet.stale").count(), 1);
  held("a stop says by which rule, and paints nothing");
  await inspect(page, "live-stopped");

  // Kept by a click on the picture.
  await page.fill("#prompt", "三只红灯笼");
  await of(page, "三只红灯笼");
  assert.equal(await page.locator("#jobs .plate img[alt='三只红灯笼']").count(), 0);
  held("what is only seen is not kept");
  await page.click("[data-stage]");
  await page.waitForSelector(".job[data-state=done] .plate img[alt='三只红灯笼']", { timeout: 120_000 });
  assert.equal(new URL(page.url()).pathname, "/live");
  held("a click keeps it without leaving the page");
  await inspect(page, "live-kept");
  const chosen = await page.evaluate(() => Object.fromEntries(new FormData(document.querySelector("#composer"))));
  await follow(page, ".job .plate >> nth=0");
  assert.equal(await page.textContent(".stamp"), "验讫");
  assert.match(await page.textContent("main"), new RegExp(chosen.seed));
  held("it is labelled, and of the seed that was seen");
  await page.goto("/gallery");
  assert.equal(await page.locator(".wall > li").count(), 1);
  held("the gallery has it and nothing else");
  await page.goto("/admin/ledger");
  assert.doesNotMatch(await page.textContent(".ledger"), /伪造身份证|a red lantern/);
  held("the ledger knows only of what was kept");

  for (const look of ["phone", "phone-dark-en", "desktop-dark", "desktop-en"]) {
    const other = await open(browser, look);
    await other.goto(`/live?prompt=${encodeURIComponent(look.endsWith("en") ? "a fox in a hat" : "戴帽子的狐狸")}`);
    await another(other);
    await inspect(other, `live-${look}`);
    await other.goto("/live");
    await inspect(other, `live-empty-${look}`);
    await other.context().close();
  }

  const plain = await open(browser, "phone", { javaScriptEnabled: false });
  await plain.goto("/live");
  await follow(plain, "main .notice a");
  assert.equal(await plain.locator("#composer[action='/orders']").count(), 1);
  held("without scripts it leads to the page for painting");
});
