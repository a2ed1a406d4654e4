import type { Delivery } from '../local/github-deliveries.ts';

/** A delivery as a REST API with proxy integration and binary media types hands it over. */
export function gatewayEvent({ headers, body }: Delivery): object {
  return {
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { domainName: 'example.execute-api.eu-west-1.amazonaws.com', path: '/live/nami/bench' },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}
