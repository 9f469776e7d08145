// Bytes, hex and the protocol's tagged hash.

import { sha256 } from "../../vendor/noble/noble.js";

const encoder = new TextEncoder();

export const utf8 = (text) => encoder.encode(text);

export function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

/** The bytes of lower-case hex text whose form is already known to be right. */
export function unhex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const u8 = (number) => Uint8Array.of(number);

function big(size, number) {
  const bytes = new Uint8Array(size);
  for (let i = size - 1, rest = number; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

export const u16 = (number) => big(2, number);
export const u32 = (number) => big(4, number);
export const u64 = (number) => big(8, number);

/** T(tag, parts): SHA-256 over the tag and each part, every one behind its length. */
export function tagged(tag, ...parts) {
  const name = utf8(`lucky11/1/${tag}`);
  return sha256(join(u16(name.length), name, ...parts.flatMap((part) => [u32(part.length), part])));
}
