// A visitor at the machine itself: a sentence, its reading, the picture as it is painted, and all that follows.

import assert from "node:assert/strict";

import { follow, held, inspect, open, scratch, tour } from "./studio.mjs";

await tour(async (browser) => {
  const page = await open(browser, "desktop");
  await page.goto("/");
  await inspect(page, "compose-empty");

  // The reader speaks while one types.
  await page.fill("#prompt", "黄色背景上的三只红灯笼和一只麒麟");
  await page.waitForSelector("#reading li.subject >> text=红灯笼");
  assert.match(await page.textContent("#reading"), /3 个/);
  held("counts are read while one types");
  await page.waitForSelector("#reading li.unknown >> text=麒麟");
  held("an unknown word is marked");
  await inspect(page, "compose-reading");

  // Two pictures, painted before one's eyes.
  await page.fill("#prompt", "两只红灯笼");
  await page.locator("label.option", { hasText: /^2$/ }).click();
  await page.click(".stamp-button");
  await page.waitForSelector(".job");
  await page.waitForFunction(
    () => document.querySelector("[data-preview] img")?.src.startsWith("data:image/webp"),
    null,
    { polling: 50, timeout: 60_000 },
  );
  held("a picture is seen while it is painted");
  await page.waitForSelector(".job[data-state=done] .plate img >> nth=1", { timeout: 120_000 });
  assert.equal(new URL(page.url()).pathname, "/");
  held("both pictures come without leaving the page");
  await inspect(page, "compose-done");

  // One picture: labels checked, loved, varied, its file verified by anyone.
  await page.click(".job .plate >> nth=0");
  await page.waitForSelector(".verdict");
  assert.equal(await page.textContent(".stamp"), "验讫");
  held("the labels of the picture hold");
  assert.match(await page.textContent("#call"), /api\/v1\/orders/);
  await inspect(page, "picture");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
  const file = `${scratch}/${download.suggestedFilename()}`;
  await download.saveAs(file);
  assert.match(file, /两只红灯笼\.png$/);
  held("the file is called as the prompt");
  await page.click("button[value=favourite]");
  await page.waitForSelector("button[value=plain][aria-pressed=true]");
  held("a picture is loved");

  // A file without the visible label: it is painted again, and the page says so meanwhile.
  await page.click("summary:has-text('导出不带可见标识的文件')");
  await page.fill("#purpose", "印在 T 恤上");
  await page.fill("#recipient", "某印厂");
  await page.check("[name=agreed]");
  await page.click("text=导出并记入账本");
  await page.waitForSelector("[data-busy]:visible >> text=正在重画这一张");
  await page.click("[data-stop]");
  await page.waitForSelector("[data-busy]", { state: "hidden" });
  held("an export without the visible label is seen to work, and can be called off");
  const [clean] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.click("text=导出并记入账本")]);
  assert.match(clean.suggestedFilename(), /两只红灯笼\.png$/);
  await page.waitForSelector("[data-busy]", { state: "hidden" });
  held("it comes in the end, under its name");

  // The brush: what is brushed over is painted again, in a picture of its own.
  const original = new URL(page.url()).pathname;
  await follow(page, `a[href="${original}/edit"]`);
  await inspect(page, "edit");
  const canvas = await page.locator(".canvas canvas").boundingBox();
  await page.mouse.move(canvas.x + canvas.width * 0.2, canvas.y + canvas.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(canvas.x + canvas.width * 0.3, canvas.y + canvas.height * 0.6, { steps: 8 });
  await page.mouse.up();
  await inspect(page, "edit-brushed");
  await page.fill("#prompt", "一个绿色的灯笼");
  await follow(page, "button[value=repaint]");
  await page.waitForSelector(".job:has-text('绿色的灯笼')[data-state=done] .plate img", { timeout: 120_000 });
  await follow(page, ".job:has-text('绿色的灯笼') .plate");
  assert.equal(await page.textContent(".stamp"), "验讫");
  assert.equal(await page.getAttribute(".kin a >> nth=0", "href"), original);
  held("a brushed place is painted again, and the new picture knows where it comes from");
  await inspect(page, "picture-edited");
  await page.click("text=删除这张");
  await page.waitForSelector("[role=status]");

  await page.goto("/verify");
  await inspect(page, "verify");
  await page.setInputFiles("#file", file);
  await page.waitForSelector(".checked .stamp");
  assert.equal(await page.textContent(".checked .stamp"), "验讫");
  assert.match(await page.getAttribute(".checked a", "href"), /^\/pictures\//);
  held("the file leads back to its picture");
  await inspect(page, "verify-checked");

  // Parameters come back from the file.
  await page.goto("/");
  await page.click("summary:has-text('从旧图取回参数')");
  await page.setInputFiles("#recall", file);
  await follow(page, "button:has-text('取回')");
  await page.waitForFunction(() => document.querySelector("#prompt").value === "两只红灯笼");
  held("a picture gives its parameters back");

  // The gallery: search, love, many at once, the shelf of the deleted.
  await page.goto("/gallery");
  assert.equal(await page.locator(".wall > li").count(), 2);
  await inspect(page, "gallery");
  for (const [question, by, count] of [["灯笼", "text", 2], ["大象", "text", 0], ["lantern", "meaning", 2]]) {
    await page.goto(`/gallery?q=${encodeURIComponent(question)}&by=${by}`);
    assert.equal(await page.locator(".wall > li").count(), count, `${question} by ${by}`);
  }
  held("pictures are found by text and by meaning");
  await page.goto("/gallery?shelf=favourites");
  assert.equal(await page.locator(".wall > li").count(), 1);
  held("the loved one is on its shelf");
  await page.goto("/gallery");
  assert.equal(await page.isVisible(".bulk"), false);
  await page.locator(".plate-tick input").first().check({ force: true });
  await page.fill("#new-title", "灯会");
  await page.selectOption("#board", "new");
  await page.click("button[value=board]");
  await follow(page, ".boards >> text=灯会");
  assert.equal(await page.locator(".wall > li").count(), 1);
  held("a board holds what was put on it");
  await inspect(page, "gallery-board");
  await page.goto("/gallery");
  await page.locator(".plate-tick input").first().check({ force: true });
  await page.click("button[value=delete]");
  await page.waitForSelector("[role=status]");
  await page.goto("/gallery?shelf=deleted");
  await page.locator(".plate-tick input").first().check({ force: true });
  await page.click("button[value=restore]");
  await page.waitForSelector("[role=status]");
  await page.goto("/gallery");
  assert.equal(await page.locator(".wall > li").count(), 2);
  held("a deleted picture comes back");

  // What a rule stops is told with the rule; what is not there, as well.
  await page.goto("/");
  await page.fill("#prompt", "伪造身份证");
  await page.click(".stamp-button");
  await page.waitForSelector(".rule");
  assert.match(await page.textContent(".rule code"), /\w+/);
  held("a stop cites its rule");
  await inspect(page, "stopped");
  await page.click("summary:has-text('觉得判错了')");
  await page.fill("#why", "戏里用的道具，印着「样张」二字。");
  await follow(page, "text=提交申诉");
  await page.goto("/admin/rules");
  await inspect(page, "rules-appeal");
  await page.fill("[id^=why-]", "道具也不能画成真证件；可以画空白卡片。");
  await follow(page, "text=维持原判");
  await page.goto("/account");
  await page.waitForSelector("text=可以画空白卡片");
  await inspect(page, "account-appeal");
  held("an appeal is answered, and whoever appealed reads the answer");
  await page.goto("/nowhere");
  assert.match(await page.textContent("h1"), /这里没有画/);
  await inspect(page, "not-found");

  // Other languages, other lights, other screens.
  for (const look of ["phone", "phone-dark-en", "desktop-dark", "desktop-en"]) {
    const other = await open(browser, look);
    for (const [address, name] of [["/", "compose"], ["/gallery", "gallery"], ["/verify", "verify"], ["/account", "account"]]) {
      await other.goto(address);
      await inspect(other, `${name}-${look}`);
    }
    await other.goto("/gallery");
    await follow(other, ".wall .plate >> nth=0");
    await inspect(other, `picture-${look}`);
    await other.context().close();
  }

  // The switches stay.
  await page.goto("/");
  await follow(page, "button[name=language]");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await follow(page, "button[name=theme]");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.goto("/gallery");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  held("language and light are remembered");
});
