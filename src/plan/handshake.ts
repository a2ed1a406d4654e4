import type { HandshakeSettings } from '../../handlers/contract.ts';
import type { PlanInput } from './input.ts';

type Handshake = NonNullable<PlanInput['spec']['endpoint']['handshake']>;
type Place = { [Kind in 'header' | 'query' | 'jsonPath']?: string | undefined };

/** What the function is told of a handshake that the user describes. */
export function handshakeSettings({ method, challenge, when, signed, answer }: Handshake): HandshakeSettings {
  const echoed = challenge === undefined ? '' : placeOf(challenge);
  const { statusCode, contentType, header, jsonField } = answer;
  return {
    method,
    when: {
      ...(challenge && { [echoed]: null }),
      ...(when && { [placeOf(when)]: when.value }),
    },
    ...(signed && { signed }),
    answer: {
      statusCode,
      contentType,
      ...(header !== undefined && { headers: { [header]: echoed } }),
      ...(jsonField !== undefined && { json: { [jsonField]: echoed } }),
      ...(header === undefined && jsonField === undefined && { text: echoed }),
    },
  };
}

/** The place as the function reads it. */
function placeOf({ header, query, jsonPath }: Place): string {
  if (header !== undefined) return `{header:${header}}`;
  return query === undefined ? `{json:${jsonPath}}` : `{query:${query}}`;
}
