import { randomUUID } from 'node:crypto';
import { type AwsRequest, type AwsResponse, header, isForm } from './aws-request.ts';

/**
 * An error in the form that the request's protocol has for it, so that the SDK makes of it the exception that real
 * AWS would cause.
 */
export function errorResponse(
  request: AwsRequest & { readonly service?: string },
  status: number,
  code: string,
  message: string,
): AwsResponse {
  const requestId = randomUUID();
  const type = status < 500 ? 'Sender' : 'Receiver';
  const answer = (contentType: string, body: string, headers: Record<string, string> = {}): AwsResponse => ({
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body: Buffer.from(body),
  });

  if (isForm(request) && request.service === 'ec2') {
    const error = `<Error><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`;
    return answer(
      'text/xml;charset=UTF-8',
      `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`,
    );
  }
  if (isForm(request)) {
    const error = `<Error><Type>${type}</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error>`;
    return answer('text/xml', `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`);
  }
  if (header(request, 'x-amz-target')) {
    const body = JSON.stringify({ __type: code, message });
    // Services that once spoke the Query protocol add the error as it was called there, if the client asks for it.
    const query = header(request, 'x-amzn-query-mode') ? { 'x-amzn-query-error': `${code};${type}` } : {};
    return answer(header(request, 'content-type'), body, query);
  }
  return answer(
    'application/json',
    JSON.stringify({ message, Type: type === 'Sender' ? 'User' : 'Service' }),
    {
      'x-amzn-errortype': code,
    },
  );
}

function xml(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
