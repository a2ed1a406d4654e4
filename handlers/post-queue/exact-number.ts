import { Decimal128, Long } from 'mongodb';

/** A number as a document holds it so that no digit is lost. */
export type ExactNumber = number | Long | Decimal128 | string;

/**
 * A number of JSON, as it is written, in the first of these types that holds it: a double, from which its digits can be
 * written again; for whole numbers beyond ±2^53 a 64-bit integer; a decimal of 34 digits; its text.
 */
export function exactNumber(text: string): ExactNumber {
  const double = Number(text);
  const isMiddling = Math.abs(double) > 1e-290 && Math.abs(double) <= Number.MAX_SAFE_INTEGER;
  if (isMiddling && text.length <= DOUBLE_DIGITS) return double;
  const number = decimal(text);
  const isWhole = number.exponent >= 0;
  if (isWhole ? Number.isSafeInteger(double) : equal(decimal(String(double)), number)) return double;
  if (number.digits.length > DECIMAL_DIGITS || text.length > MAX_LENGTH) return text;
  const size = number.digits.length + number.exponent;
  const long = isWhole && size <= LONG_DIGITS ? BigInt(written(number)) : undefined;
  if (long !== undefined && BigInt.asIntN(64, long) === long) return Long.fromBigInt(long);
  return asDecimal(text, number) ?? text;
}

/** So many a double always holds. (IEEE 754: binary64.) */
const DOUBLE_DIGITS = 15;
/** Digits of 2^63. */
const LONG_DIGITS = 19;
/** IEEE 754: decimal128. Its largest number has 6,145 digits before the point, its smallest so many zeros behind it. */
const DECIMAL_DIGITS = 34;
const MAX_LENGTH = 6500;

/** `digits` × 10^`exponent`, with no zeros at either end of the digits; none for zero. */
interface Decimal {
  readonly sign: string;
  readonly digits: string;
  readonly exponent: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function decimal(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start++;
  while (end > start && digits[end - 1] === '0') end--;
  if (start === end) return { sign, digits: '', exponent: 0 };
  return {
    sign,
    digits: digits.slice(start, end),
    exponent: Number(exponent) - fraction.length + digits.length - end,
  };
}

const equal = (one: Decimal, other: Decimal) =>
  one.sign === other.sign && one.digits === other.digits && one.exponent === other.exponent;

const written = ({ sign, digits, exponent }: Decimal) => `${sign}${digits}${'0'.repeat(exponent)}`;

function asDecimal(text: string, number: Decimal): Decimal128 | undefined {
  try {
    const found = Decimal128.fromString(text);
    return equal(decimal(found.toString()), number) ? found : undefined;
  } catch {
    // Its exponent is beyond what a decimal has.
    return undefined;
  }
}
