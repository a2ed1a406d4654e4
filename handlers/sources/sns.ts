import { decodeBase64 } from '../base64.ts';
import type { SourceSettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { isSignedBy, isValidAt } from './certificate.ts';
import { textAnswer } from './handshake.ts';
import { at, jsonBody, textOf, timeOf, UNREAD } from './json-body.ts';
import type { Source, Trust, Verdict } from './source.ts';

/** What is signed of what is there, in this order. */
const SIGNED = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** What of it need not be there, by the type of a message. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Subject', 'SubscribeURL', 'Token'],
  SubscriptionConfirmation: ['Subject'],
  UnsubscribeConfirmation: ['Subject'],
};

/** By `SignatureVersion`. */
const HASHES = new Map([
  ['1', 'sha1'],
  ['2', 'sha256'],
] as const);

/** The file of a certificate, right below the host. */
const FILE = /^[A-Za-z0-9_-]{1,128}\.pem$/;

/**
 * Amazon SNS (docs.aws.amazon.com: "Verifying the signatures of Amazon SNS messages", "HTTP/HTTPS notification JSON
 * format"). Anybody can have SNS sign a message, from a topic of his own: taken is what is of a topic that the user names.
 * The host that is asked for certificates, and told that we are there, is the one of that topic's region, whatever a
 * message says.
 */
export function sns({ sns: { topicArns } = { topicArns: [] } }: SourceSettings): Source {
  const hosts = new Map(topicArns.map((arn) => [arn, hostOf(arn)]));

  const verify = (request: RawRequest, { certificate, now }: Trust): Verdict => {
    const message = jsonBody(request);
    if (message === UNREAD) return 'body-too-complex';
    const [topic, type, version, signature] = ['TopicArn', 'Type', 'SignatureVersion', 'Signature'].map(
      (name) => textOf(at(message, name)),
    );
    if (signature === undefined) return 'signature-missing';
    if (hosts.get(topic ?? '') === undefined) return 'topic-unknown';
    const bytes = decodeBase64(signature);
    const signed = signedText(message, type ?? '');
    const hash = HASHES.get(version as '1' | '2');
    if (!bytes || signed === undefined || hash === undefined) return 'signature-malformed';
    if (!certificate || !isValidAt(certificate, now)) return 'certificate-unknown';
    return isSignedBy(certificate, hash, signed, bytes) ? 'authentic' : 'signature-mismatch';
  };

  return {
    signatureHeaders: [],
    identityHeaders: [],
    checkSecret: () => undefined,
    verify,

    certificateUrl(request) {
      const message = jsonBody(request);
      const host = hosts.get(textOf(at(message, 'TopicArn')) ?? '');
      const url = textOf(at(message, 'SigningCertURL')) ?? '';
      const base = `https://${host}/`;
      // Compared as texts: no parser is there to be led astray.
      const isOurs = host !== undefined && url.startsWith(base) && FILE.test(url.slice(base.length));
      return isOurs ? url : undefined;
    },

    identify(request) {
      const message = jsonBody(request);
      return {
        id: textOf(at(message, 'MessageId')),
        type: textOf(at(message, 'Type')),
        sentAt: timeOf(at(message, 'Timestamp')),
      };
    },

    handshake(request, trust) {
      const message = jsonBody(request);
      if (request.method !== 'POST' || at(message, 'Type') !== 'SubscriptionConfirmation') return undefined;
      const verdict = verify(request, trust);
      if (verdict !== 'authentic') return verdict;
      const [topic = '', token = ''] = ['TopicArn', 'Token'].map((name) => textOf(at(message, name)));
      // What `SubscribeURL` says (AWS: SNS API, ConfirmSubscription), made anew.
      const query = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: topic, Token: token });
      return { ...textAnswer(''), visit: `https://${hosts.get(topic)}/?${query}` };
    },
  };
}

/** Where SNS of a topic's region is (AWS: service endpoints of SNS; in China's regions with `.cn`). */
function hostOf(topicArn: string): string | undefined {
  const [, partition, region] = /^arn:(aws[a-z-]*):sns:([a-z0-9-]+):\d{12}:[\w-]+$/.exec(topicArn) ?? [];
  if (region === undefined) return undefined;
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/**
 * Names and values, a line each; undefined if something is missing or has a line break in it: only of the message itself it can
 * be told where it ends, so that nothing that is signed can be passed off as a part of something else.
 */
function signedText(message: unknown, type: string): string | undefined {
  const optional = Object.hasOwn(OPTIONAL, type) ? OPTIONAL[type] : undefined;
  let text = '';
  for (const name of SIGNED) {
    const value = at(message, name) ?? undefined;
    if (value === undefined && optional?.includes(name)) continue;
    if (typeof value !== 'string' || (name !== 'Message' && value.includes('\n'))) return undefined;
    text += `${name}\n${value}\n`;
  }
  return optional && text;
}
