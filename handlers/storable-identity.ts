import { sha256Hex } from './sha256.ts';

/** An identity is part of a document's `_id`: one that is long, or holds more than printable ASCII or a `#`, is hashed. */
export function storableIdentity(identity: string): string {
  // `#` separates the identity of a conflicting document from its hash (see post-queue/document.ts).
  return /^[\x21\x22\x24-\x7e]{1,256}$/.test(identity) ? identity : `sha256:${sha256Hex(identity)}`;
}
