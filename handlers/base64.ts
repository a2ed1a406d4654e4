/**
 * The bytes of a padded base64 text (RFC 4648, section 4), or undefined if it isn't one. Node's own decoder never
 * fails: it skips what it doesn't know, so a text with anything foreign in it yields fewer bytes than its length says,
 * and it takes the URL-safe alphabet too.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}

/** The bytes of a text in the alphabet for URLs (RFC 4648, section 5), padded or not, or undefined if it isn't one. */
export function decodeBase64Url(text: string): Buffer | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.includes('+') || text.includes('/') || (padding > 0 && text.length % 4 !== 0)) return undefined;
  const digits = text
    .slice(0, text.length - padding)
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  return decodeBase64(digits.padEnd(Math.ceil(digits.length / 4) * 4, '='));
}
