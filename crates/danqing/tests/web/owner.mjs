// The first owner, by the link that `danqing serve` prints: an account, a guest, a key, the administration.

import assert from "node:assert/strict";

import { follow, held, inspect, open, tour, url } from "./studio.mjs";

const password = "墨分五色，丹青不渝";

await tour(async (browser) => {
  const page = await open(browser, "desktop");
  await page.goto(process.env.DANQING_OWNER_LINK);
  await inspect(page, "welcome");
  await page.fill("#name", "mobai");
  await page.fill("#display", "墨白");
  await page.fill("#password", "短");
  await page.evaluate(() => document.querySelector("#password").removeAttribute("minlength"));
  await page.click(".gate .deed");
  assert.equal(await page.inputValue("#name"), "mobai");
  await page.waitForSelector("[role=alert]");
  held("a password that is too short is told on the form");
  await page.fill("#password", password);
  await page.click(".gate .deed");
  await page.waitForSelector("#prompt");
  held("the owner is in");

  const stranger = await open(browser, "phone-dark-en");
  await stranger.goto("/gallery");
  assert.match(stranger.url(), /\/sign-in\?next=%2Fgallery$/);
  held("strangers are asked to sign in");
  await inspect(stranger, "sign-in");
  await stranger.goto("/verify");
  assert.equal(await stranger.locator("#file").count(), 1);
  held("strangers may verify");
  assert.equal((await stranger.goto(process.env.DANQING_OWNER_LINK)).status(), 410);
  held("the owner's link works once");

  // A key for a program, shown once and working.
  await page.goto("/account");
  await page.fill("#label", "我的脚本");
  await follow(page, "text=做一把钥匙");
  const key = (await page.textContent("#secret")).trim();
  assert.match(key, /^dq_/);
  await inspect(page, "account-key");
  const answer = await fetch(`${url}/jobs`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 200);
  await page.goto("/account");
  assert.equal(await page.locator("#secret").count(), 0);
  held("a key is shown once and opens the door");
  await follow(page, "button:has-text('作废')");
  assert.equal((await fetch(`${url}/jobs`, { headers: { authorization: `Bearer ${key}` } })).status, 401);
  held("a revoked key does not");

  // A guest by invitation.
  await page.goto("/admin");
  await page.selectOption("#role", "creator");
  await follow(page, "text=开邀请链接");
  const link = (await page.textContent("#secret")).trim();
  await inspect(page, "admin-people");
  await stranger.goto(link);
  await stranger.fill("#name", "qing");
  await stranger.fill("#password", "green green green");
  await stranger.click(".gate .deed");
  await stranger.waitForSelector("#prompt");
  held("a guest is in");
  assert.equal((await stranger.goto("/admin")).status(), 403);
  await inspect(stranger, "forbidden");
  held("the administration is not for guests");

  // Whose picture it is, others do not even see that it is there.
  await stranger.goto("/");
  await stranger.fill("#prompt", "a red lantern");
  await stranger.click(".stamp-button");
  await stranger.waitForSelector(".job[data-state=done] .plate", { timeout: 120_000 });
  const picture = await stranger.getAttribute(".job .plate", "href");
  assert.equal((await stranger.goto(picture)).status(), 200);

  for (const [address, name] of [["/admin", "people"], ["/admin/queue", "queue"], ["/admin/rules?try=伪造身份证", "rules"], ["/admin/ledger", "ledger"], ["/admin/storage", "storage"]]) {
    await page.goto(address);
    await inspect(page, `admin-${name}`);
  }
  await page.goto("/admin/ledger");
  await page.click("text=核对整本");
  await page.waitForSelector(".notice.good");
  held("the ledger is whole");
  await page.click(".ledger summary >> nth=0");
  const [proof] = await Promise.all([page.waitForEvent("download"), page.click("text=下载证明 >> nth=0")]);
  assert.match(proof.suggestedFilename(), /^entry-\d+\.proof\.txt$/);
  held("an entry is proved");
  await page.goto("/admin/rules");
  await page.click("text=重新读入");
  await page.waitForSelector("[role=status]");
  held("rules are read again");
  await page.goto("/admin/storage");
  const [backup] = await Promise.all([page.waitForEvent("download"), page.click("text=备份并下载")]);
  assert.match(backup.suggestedFilename(), /\.backup$/);
  held("a backup is downloaded");

  // A guest who is suspended is out.
  await page.goto("/admin");
  await page.click("summary:has-text('qing')");
  await page.locator("li:has-text('qing') input[name=reason]").fill("试一下");
  await page.locator("li:has-text('qing') button[value=suspend]").click();
  await page.waitForSelector("[role=status]");
  await stranger.goto("/gallery");
  assert.match(stranger.url(), /sign-in/);
  held("a suspended guest is out");

  const phone = await open(browser, "phone", { storageState: await page.context().storageState() });
  for (const [address, name] of [["/admin", "people"], ["/admin/queue", "queue"], ["/admin/ledger", "ledger"], ["/account", "account-owner"]]) {
    await phone.goto(address);
    await inspect(phone, `${name}-phone`);
  }

  await page.goto("/account");
  await follow(page, "text=退出登录");
  await page.goto("/gallery");
  assert.match(page.url(), /sign-in/);
  held("whoever signs out is out");
  await page.fill("#name", "mobai");
  await page.fill("#password", "wrong");
  await page.click(".gate .deed");
  await page.waitForSelector("[role=alert]");
  await page.fill("#password", password);
  await page.click(".gate .deed");
  await page.waitForURL(/\/gallery$/);
  held("signing in leads back to where one wanted to go");
});
