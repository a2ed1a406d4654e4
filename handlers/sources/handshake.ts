import type { HandshakeAnswer } from './source.ts';

/** The sender's own text given back, as text and nothing else: never as something that a browser would run. */
export function textAnswer(body: string): HandshakeAnswer {
  return { statusCode: 200, contentType: 'text/plain', body };
}

export function jsonAnswer(value: Readonly<Record<string, string | number>>): HandshakeAnswer {
  return { statusCode: 200, contentType: 'application/json', body: JSON.stringify(value) };
}
