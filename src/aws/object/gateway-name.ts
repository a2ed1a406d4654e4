/** Names of the gateways of a region: the first has the name of their owner, each further one a number after it. */
export const gatewayName = (prefix: string, number: number): string =>
  number === 1 ? prefix : `${prefix}-${number}`;

/** The number that a name says, from 1; undefined for a name that is no gateway's. */
export function gatewayNumber(prefix: string, name: string): number | undefined {
  if (name === prefix) return 1;
  const [, number] = /^-([1-9]\d*)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
  return number === undefined || number === '1' ? undefined : Number(number);
}
