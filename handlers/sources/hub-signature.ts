import { hmacSigned } from './hmac-signature.ts';

/** `sha256=<hex>`, the HMAC-SHA256 of the body: WebSub's (W3C, section 8), which several senders took over. */
export const hubSigned = (header: string) => hmacSigned({ header, prefix: 'sha256=', encoding: 'hex' });
