// The same without any script: forms, links and pages that load themselves again.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";

import { follow, held, open, scratch, tour } from "./studio.mjs";

await tour(async (browser) => {
  const page = await open(browser, "phone", { javaScriptEnabled: false });
  await page.goto("/");
  await page.fill("#prompt", "三只红灯笼");
  await follow(page, "text=看看读懂了多少");
  assert.match(await page.textContent("#reading"), /红灯笼/);
  assert.equal(await page.inputValue("#prompt"), "三只红灯笼");
  held("a prompt is read");

  await page.click("text=按章法写");
  await page.fill("#f-subject", "灯笼");
  await page.fill("#f-adjective", "红色的");
  await page.fill("#f-detail", "黄色背景");
  await follow(page, "text=写上去");
  assert.equal(await page.inputValue("#prompt"), "红色的灯笼，黄色背景");
  held("the formula writes a prompt");

  await follow(page, ".stamp-button");
  assert.equal(new URL(page.url()).pathname, "/");
  assert.equal(await page.locator(".job").count(), 1);
  held("an order stands on the desk");
  const deadline = Date.now() + 120_000;
  while (!(await page.locator(".job[data-state=done] .plate img").count())) {
    assert.ok(Date.now() < deadline, await page.textContent(".job"));
    await page.reload();
  }
  held("the picture is there");

  await follow(page, ".job .plate");
  assert.equal(await page.textContent(".stamp"), "验讫");
  await follow(page, "button[value=favourite]");
  assert.equal(await page.getAttribute("button[value=plain]", "aria-pressed"), "true");
  held("a picture is loved");
  await page.click("text=导出不带可见标识的文件");
  await page.fill("#purpose", "印在 T 恤上");
  await page.fill("#recipient", "小青");
  await page.check("input[name=agreed]");
  const [clean] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.click("text=导出并记入账本", { timeout: 60_000 })]);
  await clean.saveAs(`${scratch}/clean.png`);
  held("a file without the visible label is given out");
  await page.goto("/verify");
  await page.setInputFiles("#file", `${scratch}/clean.png`);
  await follow(page, ".well .deed");
  assert.equal(await page.textContent(".checked .stamp"), "验讫");
  held("its other labels hold");
  await page.goto("/admin/ledger");
  assert.match(await page.textContent(".ledger"), /无可见标识导出/);
  held("the ledger knows of it");

  // Layers: the lantern in another place, half as large.
  await page.goto("/gallery");
  await follow(page, ".wall .plate >> nth=0");
  await follow(page, "text=改画");
  assert.equal(await page.locator(".layers li").count(), 1);
  await page.click(".layers summary");
  await page.fill("#x-1", "-40");
  await page.fill("#scale-1", "50");
  await follow(page, "text=照此重排");
  const laid = Date.now() + 120_000;
  while (!(await page.locator(".job >> nth=0").locator("a.plate").count())) {
    assert.ok(Date.now() < laid, await page.textContent(".job"));
    await page.goto("/");
  }
  await follow(page, ".job a.plate >> nth=0");
  assert.equal(await page.textContent(".stamp"), "验讫");
  held("a thing of a picture is moved and made smaller");

  writeFileSync(`${scratch}/orders.csv`, "prompt,count,size\n一只猫,2,128\n一条鱼,1,128\n");
  await page.goto("/");
  await page.click("text=一次画几百张");
  await page.setInputFiles("#batch", `${scratch}/orders.csv`);
  await follow(page, "text=全部下单");
  assert.match(await page.textContent("[role=status]"), /已下单/);
  assert.equal(await page.locator(".job").count(), 4);
  held("a table orders all its rows");
  writeFileSync(`${scratch}/bad.csv`, "prompt,count\n猫,1\n狗,1000\n");
  await page.click("text=一次画几百张");
  await page.setInputFiles("#batch", `${scratch}/bad.csv`);
  await follow(page, "text=全部下单");
  assert.match(await page.textContent("main"), /第 3 行/);
  held("a row that cannot be ordered is named");

  await page.goto("/");
  await page.fill("#prompt", "一百个气球");
  await page.click("summary:has-text('细调')");
  await page.locator("#exact").fill("9999");
  await follow(page, ".stamp-button");
  assert.equal(await page.inputValue("#prompt"), "一百个气球");
  assert.match(await page.textContent("[role=alert]"), /9999/);
  held("an order that cannot be taken comes back as it was");

  await page.locator("#exact").fill("");
  await page.locator("#steps").fill("200");
  await follow(page, ".stamp-button");
  await follow(page, ".job button:has-text('不画了')");
  await page.goto("/");
  assert.match(await page.textContent(".job .state"), /已取消|正在停下/);
  held("an order is called off");

  await page.goto("/gallery");
  await page.locator(".plate-tick input").first().check({ force: true });
  await follow(page, "button[value=delete]");
  assert.match(await page.textContent("[role=status]"), /已删除/);
  held("a picture is deleted");
  await follow(page, "button[name=language]");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.match(await page.textContent("h1"), /Gallery/);
  held("the language changes where one is");
  await page.goto("/admin/queue");
  assert.equal((await page.goto("/pictures/nothing")).status(), 404);
  held("what is not there is not there");
});
