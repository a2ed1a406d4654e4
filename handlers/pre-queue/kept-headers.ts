import { isProofHeader, PROOF_HEADER } from '../contract.ts';
import type { HeaderValues } from '../raw-request.ts';
import type { Source } from '../sources/source.ts';

/** Names that a document can hold as a key and a user can query; senders use no others. */
const PLAIN_NAME = /^[a-z][a-z0-9_-]*$/;

/** What the way here added or needed, and what has its own place in the envelope. */
const TRANSPORT =
  /^(host|connection|content-(type|length|encoding)|accept-encoding|transfer-encoding|te|via|forwarded|x-forwarded-.*|x-amzn.*|x-amz-(?!sns-|eventbridge-).*|cloudfront-.*)$/;

/** What headers that tell about an event, a delivery or a sender end in, as words between hyphens. */
const TELLING_WORDS = `
  id ids uuid guid identifier event events type subtype kind topic subtopic action name subject title resource object
  time timestamp date at created updated sent triggered expires attempt attempts retry retries number num count index
  sequence seq offset position delivery deliveries message batch channel stream queue partition hook webhook
  agent author user actor sender from to source origin tenant account organization organisation org team workspace
  application app installation platform vendor provider client project repository repo branch ref domain instance site
  shop store url uri link path region country environment env mode test sandbox stage flow
  status state reason error priority severity level category tag tags version specversion schema format encoding
  language locale timezone accept algorithm algo request correlation trace traceid traceparent tracestate parent
`;

const TELLING = [
  new RegExp(`(^|[-_])(${TELLING_WORDS.trim().split(/\s+/).join('|')})$`),
  PROOF_HEADER.butNot,
  // Attributes of an event may have any name (CloudEvents HTTP protocol binding, 3.1.3.1).
  /^ce-/,
  // AWS as a sender, not as the way here (AWS: "Amazon SNS HTTP/HTTPS headers").
  /^x-amz-(sns|eventbridge)-/,
];

/**
 * The headers that stay with an event: those that source and user name, and of all others those that tell something
 * by their name. None that could prove to someone else who sent: what isn't known is left out, for with source None any
 * sender's key may come here.
 */
export function keptHeaders(
  headers: HeaderValues,
  { signatureHeaders, identityHeaders }: Pick<Source, 'signatureHeaders' | 'identityHeaders'>,
  keepHeaders: readonly string[] = [],
): Record<string, readonly string[]> {
  const wanted = keepHeaders.map((name) => name.toLowerCase());
  const isKept = (name: string) => {
    if (!PLAIN_NAME.test(name) || signatureHeaders.includes(name)) return false;
    if (identityHeaders.includes(name)) return true;
    if (isProofHeader(name)) return false;
    return wanted.includes(name) || (!TRANSPORT.test(name) && TELLING.some((form) => form.test(name)));
  };
  return Object.fromEntries([...headers].filter(([name]) => isKept(name)));
}
