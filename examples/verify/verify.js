// Verifies a webhook after the Standard Webhooks specification; take the file over as it stands.
const { createHmac, timingSafeEqual } = require("node:crypto");

// Gives whether to act on it: false where its id is in `seen`; throws where it is forged or off by five minutes.
// `headers` by lower-case names, as Node gives them; `body` is the Buffer that was received, before anything parses it.
// Answer 2xx also where it came before, and add its id to `seen` once you have acted.
function verify(secret, headers, body, seen = new Set()) {
  const [id, sent, given] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`] ?? "");
  if (!/^\d+$/.test(sent) || Math.abs(Date.now() / 1000 - Number(sent)) > 300) throw new Error("stale");
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64");
  const right = Buffer.from(`v1,${digest}`);
  const same = (one) => one.length === right.length && timingSafeEqual(one, right);
  if (!given.split(" ").map((one) => same(Buffer.from(one))).includes(true)) throw new Error("forged");
  return !seen.has(id);
}

module.exports = { verify };
