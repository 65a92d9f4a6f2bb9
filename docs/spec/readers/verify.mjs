// A reader of the log in JavaScript, from the specification alone, without any package:
//
//   node docs/spec/readers/verify.mjs tests/vectors
//
// It holds every case of the vectors and prints how many. All but the last part runs in a browser.
import { readFileSync } from "node:fs";

const fail = (why) => { throw new Error(why); };
const check = (fine, why) => fine || fail(why);
const vector = (name) => JSON.parse(readFileSync(`${process.argv[2]}/${name}.json`, "utf8"));
const strict = vector("strict");
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const sha256 = async (...parts) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));

// 1. Canonical JSON: parse, write again, compare. That alone finds doubled names, blanks, other
// escapes and numbers that lose digits; the rest of the rules stand here.
const inRange = (point) => strict.unassigned.some(([first, last]) => first <= point && point <= last);
function canonical(value, depth = 0) {
  check(depth < 32, "too deep");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    check(Number.isSafeInteger(value) && !Object.is(value, -0), "not an integer");
    return String(value);
  }
  if (typeof value === "string") {
    check(value.isWellFormed(), "half a surrogate pair");
    check(![...value].some((char) => inRange(char.codePointAt(0))), "an unassigned code point");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1))}]`;
  const member = (name) => {
    check(/^[\x00-\x7f]*$/.test(name), "a name that is not ASCII");
    return `${JSON.stringify(name)}:${canonical(value[name], depth + 1)}`;
  };
  return `{${Object.keys(value).sort().map(member)}}`;
}
function readCanonical(data) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  const value = JSON.parse(text);
  check(canonical(value) === text, "not canonical");
  return value;
}

// 2. Base64 has one text for any bytes: decode, write again, compare.
function base64(text) {
  const data = atob(text);
  check(btoa(data) === text, "not strict base64");
  return Uint8Array.from(data, (char) => char.charCodeAt(0));
}
function base64url(text) {
  check(/^[A-Za-z0-9_-]*$/.test(text), "not base64url");
  const padding = "=".repeat((4 - (text.length % 4)) % 4);
  return base64(text.replaceAll("-", "+").replaceAll("_", "/") + padding);
}

// 3. Ed25519: what no library may be asked.
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const little = (data) => BigInt("0x" + hex(data.toReversed()));
function checkPoint(data) {
  check(data.length === 32 && !strict.ed25519.small_order.includes(hex(data)), "an unsafe point");
  check(little(data) % 2n ** 255n < P, "a point in another form");
}
async function verifyEd25519(key, message, signature) {
  check(signature.length === 64, "no signature");
  checkPoint(key);
  checkPoint(signature.slice(0, 32));
  check(little(signature.slice(32)) < L, "S is not below L");
  const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  check(await crypto.subtle.verify("Ed25519", known, signature, message), "a false signature");
}

// 4. The tree, as RFC 6962 defines it. Shifts are not used: in JavaScript they cut to 32 bits.
const leafHash = (data) => sha256([0], data);
const node = (left, right) => sha256([1], left, right);
const split = (size) => { let k = 1; while (k * 2 < size) k *= 2; return k; };
const checkHashes = (hashes) => check(hashes.every((item) => item.length === 32), "not 32 bytes");
async function rootOf(index, size, leaf, proof) { // takes from the end of the proof
  if (size === 1) return leaf;
  const sibling = proof.pop() ?? fail("too few hashes");
  const k = split(size);
  if (index < k) return node(await rootOf(index, k, leaf, proof), sibling);
  return node(sibling, await rootOf(index - k, size - k, leaf, proof));
}
async function verifyInclusion(index, size, leaf, proof, root) {
  check(index >= 0 && index < size, "no such index");
  checkHashes([leaf, root, ...proof]);
  const rest = [...proof];
  check(hex(await rootOf(index, size, leaf, rest)) === hex(root), "another root");
  check(rest.length === 0, "too many hashes");
}
async function rootsOf(old, size, oldRoot, proof, whole) {
  if (old === size) return whole ? [oldRoot, oldRoot] : Array(2).fill(proof.pop() ?? fail("too few"));
  const sibling = proof.pop() ?? fail("too few hashes");
  const k = split(size);
  if (old <= k) {
    const [before, after] = await rootsOf(old, k, oldRoot, proof, whole);
    return [before, await node(after, sibling)];
  }
  const [before, after] = await rootsOf(old - k, size - k, oldRoot, proof, false);
  return [await node(sibling, before), await node(sibling, after)];
}
async function verifyConsistency(old, oldRoot, size, root, proof) {
  check(old > 0 && old <= size, "nothing to prove"); // from size 0 nothing is proven
  checkHashes([oldRoot, root, ...proof]);
  const rest = [...proof];
  const [before, after] = await rootsOf(old, size, oldRoot, rest, true);
  check(hex(before) === hex(oldRoot) && hex(after) === hex(root), "another root");
  check(rest.length === 0, "too many hashes");
}

// 5. Notes: lines of unknown keys are nothing, a line of a known key that fails voids the note.
async function readKey(text) {
  const [name, id, ...rest] = text.split("+");
  const data = base64(rest.join("+"));
  checkPoint(data.slice(1));
  check(hex((await sha256(utf8(`${name}\n`), data)).slice(0, 4)) === id, "another key id");
  return { name, id, type: data[0], key: data.slice(1) };
}
async function openHead(note, origin, keys) {
  check(!/[\x00-\x09\x0b-\x1f]/.test(note) && note.isWellFormed(), "a control character");
  const end = note.lastIndexOf("\n\n");
  const body = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split("\n");
  check(end > 0 && lines.pop() === "" && lines.length > 0, "no note");
  const found = { cosigned: {}, signed: false };
  for (const line of lines) {
    const [, name, text] = /^\u2014 ([^\s+]+) (\S+)$/.exec(line) ?? fail("no signature line");
    const data = base64(text);
    const key = keys.find((item) => item.name === name && item.id === hex(data.slice(0, 4)));
    if (key?.type === 1) {
      await verifyEd25519(key.key, utf8(body), data.slice(4));
      found.signed = true;
    } else if (key?.type === 4) {
      const time = new DataView(data.buffer).getBigUint64(4); // big-endian
      check(time < 2n ** 63n, "a time out of range");
      const said = utf8(`cosignature/v1\ntime ${time}\n${body}`);
      await verifyEd25519(key.key, said, data.slice(12));
      found.cosigned[name] = Math.min(Number(time), found.cosigned[name] ?? Infinity);
    }
  }
  const [first, size, root, last, ...more] = body.split("\n");
  check(found.signed && first === origin, "not signed by this log");
  check(/^(0|[1-9][0-9]{0,15})$/.test(size) && last === "" && !more.length, "no checkpoint");
  const head = { ...found, size: Number(size), root: base64(root) };
  check(head.root.length === 32, "no root");
  check((head.size === 0) === (hex(head.root) === hex(await sha256())), "a root of another size");
  return head;
}

// 6. Entries and receipts.
const FIELDS = "at,command,effects,prev,rules,seq,v";
function readEntry(data) {
  check(data.length <= 16_384, "too large");
  const entry = readCanonical(data);
  check(Object.keys(entry).sort().join() === FIELDS && entry.v === 1, "other fields");
  check(Number.isInteger(entry.seq) && entry.seq >= 0 && entry.rules >= 1, "a number");
  check(new Date(entry.at).toISOString() === entry.at, "an instant");
  check([entry.prev, entry.effects].every((text) => base64url(text).length === 32), "a digest");
  return entry;
}
async function verifyReceipt(text, data, origin, keys) {
  const entry = readEntry(data);
  const end = text.indexOf("\n\n");
  const [header, index, ...proof] = text.slice(0, end).split("\n");
  check(header === "c2sp.org/tlog-proof@v1" && index === `index ${entry.seq}`, "no receipt of it");
  const head = await openHead(text.slice(end + 2), origin, keys);
  await verifyInclusion(entry.seq, head.size, await leafHash(data), proof.map(base64), head.root);
}

// 7. Commands: the signatures cover header and payload as the texts they came in.
const encoded = (data) =>
  btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
async function verifyCommand(submission, keys) {
  const { command, disclosures } = JSON.parse(submission);
  const payload = canonical(readCanonical(base64url(command.payload)));
  const kids = [];
  for (const { protected: header, signature } of command.signatures) {
    const { alg, kid, typ, ...more } = readCanonical(base64url(header));
    check(alg === "Ed25519" && typ === "duebill-command+jws", "another kind of signature");
    check(Object.keys(more).length === 0 && kid in keys, "another header, or an unknown key");
    const said = utf8(`${header}.${command.payload}`);
    await verifyEd25519(base64url(keys[kid].x), said, base64url(signature));
    kids.push(kid);
  }
  check(kids.length >= 1 && kids.length <= 4 && new Set(kids).size === kids.length, "one per key");
  check(kids.join() === [...kids].sort().join(), "not sorted by key");
  for (const text of disclosures) {
    const [, name] = readCanonical(base64url(text));
    const sealed = `"${name}":{"sd":"${encoded(await sha256(utf8(text)))}"}`;
    check(payload.includes(sealed), "a disclosure of nothing");
  }
}

// Every case of the vectors must be as it says.
const counts = {};
async function hold(name, cases, judge) {
  for (const [at, item] of cases.entries()) {
    const outcome = await judge(item).then(() => null, (error) => error);
    check((outcome === null) === (item.valid ?? true), `${name} ${at}: ${outcome}`);
  }
  counts[name] = cases.length;
}
const refused = (items) => items.map((item) => ({ ...item, valid: false }));
const [canon, proofs, notes, cosigned, entries, commands] =
  ["canonical", "proofs", "notes", "cosignatures", "entries", "commands"].map(vector);
const keys = await Promise.all(notes.known_keys.map(readKey));
const trusted = await Promise.all(cosigned.policy.match(/\S+\+[0-9a-f]{8}\+\S+/g).map(readKey));
await hold("canonical", [...canon.canonical, ...refused(canon.refused)], async (item) =>
  readCanonical(utf8(item.form ?? item.text)));
const lax = strict.base64url.refused.map((text) => ({ text, valid: false }));
await hold("base64url", [...strict.base64url.valid, ...lax], async (item) => base64url(item.text));
await hold("ed25519", strict.ed25519.signatures, (item) =>
  verifyEd25519(...[item.public, item.message, item.signature].map(bytes)));
await hold("inclusion", proofs.inclusion, (item) => verifyInclusion(
  item.index, item.size, bytes(item.leaf_hash), item.proof.map(bytes), bytes(item.root)));
await hold("consistency", proofs.consistency, (item) => verifyConsistency(
  item.old, bytes(item.old_root), item.new, bytes(item.new_root), item.proof.map(bytes)));
await hold("heads", notes.checkpoints, async (item) => {
  const head = await openHead(item.note, notes.origin, keys);
  check(head.size === item.size && hex(head.root) === item.root, "another head");
});
await hold("cosigned", cosigned.heads, async (item) => {
  const head = await openHead(item.note, cosigned.origin, trusted);
  const names = Object.entries(head.cosigned).map(([name, time]) => [name.split(".")[0], time]);
  check(canonical(Object.fromEntries(names)) === canonical(item.cosigned), "other cosignatures");
});
await hold("receipts", entries.entries, (item) =>
  verifyReceipt(item.receipt, utf8(item.data), notes.origin, keys));
await hold("entries", refused(entries.refused), async (item) => readEntry(utf8(item.data)));
const bound = Object.fromEntries(vector("keys").keys.map((item) => [item.kid, item.jwk]));
const changed = commands.one_signer.replace('"payload":"eyJhdWQ', '"payload":"eyJhdWR');
await hold("commands", [
  { text: commands.one_signer }, { text: commands.two_signers }, { text: changed, valid: false },
], (item) => verifyCommand(item.text, bound));
console.log(JSON.stringify(counts));
