import type { NormalizedSchema } from '@smithy/core/schema';
import type { Protocol } from './schemas.ts';

/** Requests as forms and answers in XML. (Smithy: AWS Query protocol, Amazon EC2 Query protocol.) */

/** A form by the steps of its keys: "Filter.1.Name=…" is { Filter: { 1: { Name: "…" } } }. */
type Form = { [step: string]: Form | string };

export function formOf(body: string): Form {
  const form: Form = {};
  for (const [key, value] of new URLSearchParams(body)) {
    const steps = key.split('.');
    const last = steps.pop() ?? key;
    let at = form;
    for (const step of steps) {
      const next = at[step];
      const part: Form = typeof next === 'object' ? next : {};
      at[step] = part;
      at = part;
    }
    at[last] = value;
  }
  return form;
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const keyOf = (protocol: Protocol, name: string, { xmlName, ec2QueryName }: Traits): string => {
  if (protocol === 'query') return xmlName ?? name;
  return ec2QueryName ?? capital(xmlName ?? name);
};

interface Traits {
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
  readonly xmlFlattened?: unknown;
}
const traitsOf = (schema: NormalizedSchema): Traits => schema.getMergedTraits() as Traits;

export function readForm(protocol: Protocol, schema: NormalizedSchema, form: Form | string): unknown {
  if (schema.isStructSchema()) {
    if (typeof form === 'string') return {};
    return Object.fromEntries(
      [...schema.structIterator()].flatMap(([name, member]) => {
        const part = form[keyOf(protocol, name, traitsOf(member))];
        return part === undefined ? [] : [[name, readForm(protocol, member, part)]];
      }),
    );
  }
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    const isFlat = protocol === 'ec2-query' || traitsOf(schema).xmlFlattened !== undefined;
    const items =
      isFlat || typeof form === 'string' ? form : (form[traitsOf(member).xmlName ?? 'member'] ?? {});
    return typeof items === 'string'
      ? []
      : Object.values(items).map((item) => readForm(protocol, member, item));
  }
  const text = String(form);
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isBooleanSchema()) return text === 'true';
  if (schema.isBlobSchema()) return Buffer.from(text, 'base64');
  if (schema.isTimestampSchema()) return new Date(text);
  return text;
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The members of a structure as elements. */
export const writeMembers = (schema: NormalizedSchema, value: object): string =>
  [...schema.structIterator()]
    .map(([name, member]) => {
      const item = (value as Readonly<Record<string, unknown>>)[name];
      return item === undefined || item === null
        ? ''
        : element(traitsOf(member).xmlName ?? name, member, item);
    })
    .join('');

function element(name: string, schema: NormalizedSchema, value: unknown): string {
  if (schema.isListSchema()) {
    const member = schema.getValueSchema();
    const items = value as readonly unknown[];
    if (traitsOf(schema).xmlFlattened !== undefined)
      return items.map((item) => element(name, member, item)).join('');
    const itemName = traitsOf(member).xmlName ?? 'member';
    return `<${name}>${items.map((item) => element(itemName, member, item)).join('')}</${name}>`;
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as object).map(
      ([key, item]) =>
        `<entry><key>${escaped(key)}</key>${element('value', schema.getValueSchema(), item)}</entry>`,
    );
    return `<${name}>${entries.join('')}</${name}>`;
  }
  if (schema.isStructSchema()) return `<${name}>${writeMembers(schema, value as object)}</${name}>`;
  return `<${name}>${escaped(textOf(value))}</${name}>`;
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}

export function writeXml(
  protocol: Protocol,
  command: string,
  output: NormalizedSchema,
  value: object,
): string {
  const members = output.isStructSchema() ? writeMembers(output, value) : '';
  const inner = protocol === 'query' ? `<${command}Result>${members}</${command}Result>` : members;
  return `<${command}Response>${inner}<requestId>stand-in</requestId></${command}Response>`;
}

export function errorXml(protocol: Protocol, code: string, message: string): string {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return protocol === 'query'
    ? `<ErrorResponse>${error}<RequestId>stand-in</RequestId></ErrorResponse>`
    : `<Response><Errors>${error}</Errors><RequestID>stand-in</RequestID></Response>`;
}
