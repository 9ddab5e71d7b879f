// Reads cases from standard input and prints for each what the verifier says of it at the case's own time.
const { readFileSync } = require("node:fs");
const { verify } = require(process.argv[2]);

const said = JSON.parse(readFileSync(0, "utf8")).map(({ secret, headers, body, seen, at }) => {
  Date.now = () => at * 1000;
  try {
    return verify(secret, headers, Buffer.from(body, "base64"), new Set(seen)) ? "new" : "seen";
  } catch (error) {
    return error.message;
  }
});
console.log(JSON.stringify(said));
