// Holds a log against @sigstore/verify, the verifier of the npm command line and of GitHub's
// actions. It shares nothing with this project but the files it reads (see ../growing.py):
//
//   NODE_PATH=…/node_modules node verify.cjs FOLDER
//
// The package checks the signature under each head and the inclusion of an entry; consistency it
// does not offer. It expects the name that signs a head to be part of the log's address, which is
// why an origin is an address without its scheme.
"use strict";

const { createHash, createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

// The package exports only its verifier of whole bundles; what it does with a log is beside it.
const inside = dirname(require.resolve("@sigstore/verify"));
const { verifyCheckpoint } = require(join(inside, "tlog/checkpoint.js"));
const { verifyTLogInclusion } = require(join(inside, "tlog/index.js"));

const folder = process.argv[2];
const lines = (name) =>
  readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

function logOf(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const key = Buffer.from(rest.join("+"), "base64");
  const hash = createHash("sha256").update(`${name}\n`).update(key).digest();
  if (hash.subarray(0, 4).toString("hex") !== id) throw new Error("the vkey has another key id");
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.subarray(1).toString("base64url") };
  return { baseURL: `https://${name}`, logID: hash, publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
}

function* entriesOf(largest) {
  for (let n = 0; n * 256 < largest; n++) {
    const width = Math.min(256, largest - n * 256);
    const digits = String(n).padStart(3, "0").replace(/\B(?=(\d{3})+$)/g, ",").split(",");
    const path = digits.map((part, at) => (at < digits.length - 1 ? "x" : "") + part.padStart(3, "0"));
    const data = readFileSync(join(folder, "tile/entries", ...path) + (width < 256 ? `.p/${width}` : ""));
    for (let at = 0; at < data.length; ) {
      const end = at + 2 + data.readUInt16BE(at);
      yield data.subarray(at + 2, end);
      at = end;
    }
  }
}

const log = logOf(readFileSync(join(folder, "vkey"), "utf8").trim());
const heads = new Map();
for (const { size, note } of lines("heads.ndjson")) {
  const found = verifyCheckpoint({ inclusionProof: { checkpoint: { envelope: note } } }, [log]);
  if (found.logSize !== BigInt(size)) throw new Error(`head ${size} says ${found.logSize}`);
  heads.set(size, note);
}
const entries = [...entriesOf(Math.max(...heads.keys()))];
let inclusion = 0;
for (const { index, size, proof } of lines("inclusion.ndjson")) {
  const inclusionProof = {
    logIndex: String(index),
    hashes: proof.map((text) => Buffer.from(text, "base64")),
    checkpoint: { envelope: heads.get(size) },
  };
  verifyTLogInclusion({ inclusionProof, canonicalizedBody: entries[index] }, [log]);
  inclusion += 1;
}
console.log(JSON.stringify({ heads: heads.size, entries: entries.length, inclusion }));
