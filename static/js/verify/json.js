// JSON as the protocol allows it. JSON.parse takes duplicate keys, 1e2 and lone surrogates; this does not,
// and it puts a million ticket references into one block of bytes instead of a million strings.

import { Refusal } from "./refusal.js";
import { say } from "./words.js";

export const MAX_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 8;
// More than any document may have: winners and reserves are at most 1,000, each with at most one re-draw.
const MAX_ITEMS = 4096;
const MAX_KEYS = 64;
const MAX_TEXT = 1024 * 1024;
const REFS_A_SLICE = 16384;
const REF_TEXT = 64;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const ARRAY = 91;
const ARRAY_END = 93;
const OBJECT = 123;
const OBJECT_END = 125;
const ESCAPED = new Map(
  Object.entries({ '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" })
);

const isDigit = (byte) => byte >= 48 && byte <= 57;

class Reader {
  constructor(bytes, onProgress) {
    this.bytes = bytes;
    this.at = 0;
    this.onProgress = onProgress;
  }

  refuse(what) {
    return new Refusal(say("This is not a draw document: %(what)s at byte %(byte)s.", { what, byte: this.at + 1 }));
  }

  skipSpace() {
    const { bytes } = this;
    let { at } = this;
    while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
    this.at = at;
    return bytes[at];
  }

  takes(byte) {
    if (this.skipSpace() !== byte) return false;
    this.at++;
    return true;
  }

  expect(byte) {
    if (!this.takes(byte)) throw this.refuse(say("“%(sign)s” is missing", { sign: String.fromCharCode(byte) }));
  }

  async document() {
    this.expect(OBJECT);
    const whole = await this.members((key) => (key === "entries" ? this.entries() : this.value(1)));
    if (this.skipSpace() !== undefined) throw this.refuse(say("something follows its end"));
    return whole;
  }

  async members(read) {
    const found = new Map();
    if (this.takes(OBJECT_END)) return found;
    do {
      const key = this.key(found);
      found.set(key, await read(key));
    } while (this.takes(COMMA));
    this.expect(OBJECT_END);
    return found;
  }

  key(found) {
    if (this.skipSpace() !== QUOTE) throw this.refuse(say("a name is missing"));
    const key = this.text();
    if (found.has(key)) throw this.refuse(say("the name “%(name)s” appears twice", { name: key.slice(0, 40) }));
    if (found.size === MAX_KEYS) throw this.refuse(say("there are too many names"));
    this.expect(COLON);
    return key;
  }

  value(depth) {
    const byte = this.skipSpace();
    if (byte === QUOTE) return this.text();
    if (isDigit(byte)) return this.integer();
    if (byte !== ARRAY && byte !== OBJECT) return this.word();
    if (depth === MAX_DEPTH) throw this.refuse(say("it is nested too deeply"));
    this.at++;
    return byte === ARRAY ? this.list(depth + 1) : this.object(depth + 1);
  }

  object(depth) {
    const found = new Map();
    if (this.takes(OBJECT_END)) return found;
    do found.set(this.key(found), this.value(depth));
    while (this.takes(COMMA));
    this.expect(OBJECT_END);
    return found;
  }

  list(depth) {
    const items = [];
    if (this.takes(ARRAY_END)) return items;
    do {
      if (items.length === MAX_ITEMS) throw this.refuse(say("a list is too long"));
      items.push(this.value(depth));
    } while (this.takes(COMMA));
    this.expect(ARRAY_END);
    return items;
  }

  word() {
    for (const [word, value] of [["null", null], ["true", true], ["false", false]]) {
      if ([...word].every((letter, i) => this.bytes[this.at + i] === letter.charCodeAt(0))) {
        this.at += word.length;
        return value;
      }
    }
    throw this.refuse(say("a value was expected"));
  }

  integer() {
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at++;
    const digits = this.at - start;
    const next = this.bytes[this.at];
    if (next === 46 || next === 69 || next === 101) throw this.refuse(say("a number is not whole"));
    if (digits > 1 && this.bytes[start] === 48) throw this.refuse(say("a number begins with 0"));
    if (digits > 16) throw this.refuse(say("a number is too large"));
    const number = Number(String.fromCharCode(...this.bytes.subarray(start, this.at)));
    if (!Number.isSafeInteger(number)) throw this.refuse(say("a number is too large"));
    return number;
  }

  text() {
    const start = ++this.at;
    let plain = true;
    for (; this.bytes[this.at] !== QUOTE; this.at++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw this.refuse(say("a text has no end"));
      if (byte < 32) throw this.refuse(say("a text holds a control character"));
      if (byte === BACKSLASH) {
        plain = false;
        this.at++;
      }
    }
    if (this.at - start > MAX_TEXT) throw this.refuse(say("a text is too long"));
    const raw = this.decode(this.bytes.subarray(start, this.at));
    this.at++;
    return plain ? raw : this.unescape(raw);
  }

  decode(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.refuse(say("a text is not UTF-8"));
    }
  }

  unescape(raw) {
    const text = raw.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_, escape) => {
      if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      if (!ESCAPED.has(escape)) throw this.refuse(say("a text has an unknown escape"));
      return ESCAPED.get(escape);
    });
    if (!text.isWellFormed()) throw this.refuse(say("a text has half a character"));
    return text;
  }

  /** The list of references as one block of bytes, 32 a ticket; null where there is none. */
  async entries() {
    if (this.skipSpace() !== ARRAY) {
      if (this.value(1) === null) return null;
      throw this.refuse(say("the ticket list is not a list"));
    }
    this.at++;
    if (this.takes(ARRAY_END)) return new Uint8Array(0);
    let refs = new Uint8Array(32 * Math.ceil((this.bytes.length - this.at) / (REF_TEXT + 3) + 1));
    let count = 0;
    do {
      this.ref(refs, count++);
      if (count % REFS_A_SLICE === 0) await this.onProgress(this.at / this.bytes.length);
    } while (this.takes(COMMA));
    this.expect(ARRAY_END);
    return refs.subarray(0, 32 * count);
  }

  ref(refs, index) {
    if (this.skipSpace() !== QUOTE) throw this.refuse(
      say("ticket %(number)s is not a reference", { number: index + 1 })
    );
    const start = this.at + 1;
    for (let i = 0; i < 32; i++) {
      const high = NIBBLE[this.bytes[start + 2 * i]];
      const low = NIBBLE[this.bytes[start + 2 * i + 1]];
      if (!(high < 16 && low < 16)) throw this.notHex(index);
      refs[32 * index + i] = 16 * high + low;
    }
    if (this.bytes[start + REF_TEXT] !== QUOTE) throw this.notHex(index);
    this.at = start + REF_TEXT + 1;
  }

  notHex(index) {
    return this.refuse(say("ticket %(number)s is not 64 characters of lower-case hex", { number: index + 1 }));
  }
}

const NIBBLE = new Uint8Array(256).fill(99);
for (let i = 0; i < 16; i++) NIBBLE[i.toString(16).charCodeAt(0)] = i;

/** The document as maps, lists, texts and whole numbers, `entries` as bytes. Refuses at `document`. */
export async function parse(bytes, onProgress = async () => {}) {
  if (bytes.length > MAX_BYTES) throw new Refusal(
    say("The file is larger than 256 MB, the most a draw document may have.")
  );
  if (bytes.length === 0) throw new Refusal(say("The file is empty."));
  return new Reader(bytes, onProgress).document();
}
