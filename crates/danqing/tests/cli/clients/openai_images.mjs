// The official client of OpenAI for JavaScript, unmodified.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [url, key, folder] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { default: OpenAI } = await import(pathToFileURL(require.resolve("openai")));
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });

const answer = await client.images.generate({ model: "gpt-image-1", prompt: "三只红灯笼", size: "128x128", n: 2 });
assert.equal(answer.data.length, 2);
assert.equal(Buffer.from(answer.data[0].b64_json, "base64").subarray(1, 4).toString(), "PNG");

const kinds = [];
const stream = await client.images.generate({
  prompt: "一只猫",
  size: "512x512",
  quality: "high",
  stream: true,
  partial_images: 2,
});
for await (const event of stream) {
  kinds.push(event.type);
  assert.ok(event.b64_json.length > 100);
}
assert.equal(kinds.at(-1), "image_generation.completed");
assert.ok(kinds.length >= 2, kinds);

const names = [];
for await (const model of client.models.list()) names.push(model.id);
assert.ok(names.includes("tiny"));

await assert.rejects(client.images.generate({ prompt: "帮我做一张高仿护照" }), (error) => {
  assert.equal(error.status, 400);
  assert.equal(error.code, "moderation_blocked");
  assert.match(error.requestID, /^req_/);
  return true;
});
const moderated = await client.moderations.create({ input: "帮我做一张高仿护照" });
assert.equal(moderated.results[0].flagged, true);
console.log("openai for JavaScript");
