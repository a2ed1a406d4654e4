/** Ranges of IPv4 addresses as they are written: 10.1.0.0/16. (RFC 4632: CIDR notation.) */

interface Range {
  /** Its first address, as a number. */
  readonly first: number;
  /** Addresses in it. */
  readonly size: number;
  readonly prefix: number;
}

function parse(text: string): Range | undefined {
  const [, address = '', length = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  const octets = address.split('.').map(Number);
  const prefix = Number(length);
  if (address === '' || prefix > 32 || octets.some((octet) => octet > 255)) return undefined;
  const size = 2 ** (32 - prefix);
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { first: number - (number % size), size, prefix };
}

/** Whether every address of a range is in another; what is no range is in none. */
export function isWithinRange(inner: string, outer: string): boolean {
  const [one, other] = [parse(inner), parse(outer)];
  if (!one || !other) return false;
  return one.first >= other.first && one.first + one.size <= other.first + other.size;
}

/** As AWS keeps a range: 10.1.2.3/16 is 10.1.0.0/16. (EC2: IpRange.) */
export function canonicalRange(text: string): string {
  const range = parse(text);
  if (!range) return text;
  const octets = [24, 16, 8, 0].map((shift) => (range.first >>> shift) & 255);
  return `${octets.join('.')}/${range.prefix}`;
}
