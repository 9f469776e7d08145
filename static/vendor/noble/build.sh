#!/bin/sh
# Makes noble.js again from the npm packages, byte for byte. For maintainers: users need no Node.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund @noble/curves@2.4.0 @noble/hashes@2.4.0 esbuild@0.28.2 >/dev/null
cat > entry.js <<'ENTRY'
export { bls12_381 } from "@noble/curves/bls12-381.js";
export { sha256 } from "@noble/hashes/sha2.js";
export { hmac } from "@noble/hashes/hmac.js";
ENTRY
node_modules/.bin/esbuild entry.js --bundle --format=esm --target=es2022 --minify --legal-comments=none \
  --charset=ascii --banner:js="/*! noble-curves 2.4.0, noble-hashes 2.4.0 - MIT License (c) Paul Miller (paulmillr.com) */" \
  --outfile="$here/noble.js" --log-level=warning
cp node_modules/@noble/curves/LICENSE "$here/LICENSE.curves"
cp node_modules/@noble/hashes/LICENSE "$here/LICENSE.hashes"
cd "$here" && sha256sum noble.js LICENSE.curves LICENSE.hashes
