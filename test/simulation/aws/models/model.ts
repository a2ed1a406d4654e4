import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '../service.ts';

/** What AWS's own models say of the requests that the operator makes: required fields, patterns, ranges, enums. */

export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  /** Names of shapes. */
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

export interface Model {
  /** The shape of each command's input. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Made by generate.ts. */
export const MODELS_FILE = join(import.meta.dirname, 'models.json');

let models: Readonly<Record<ServiceName, Model>> | undefined;

function modelOf(service: ServiceName): Model {
  models ??= JSON.parse(readFileSync(MODELS_FILE, 'utf8')) as Readonly<Record<ServiceName, Model>>;
  return models[service];
}

/** What of a request does not fit the service's model, in words; nothing where all does. */
export function misfitsOf(service: ServiceName, command: string, input: unknown): string[] {
  const { inputs, shapes } = modelOf(service);
  const name = inputs[command];
  return name === undefined ? [] : misfitsIn(shapes, name, input, command);
}

type Shapes = Model['shapes'];

function misfitsIn(shapes: Shapes, name: string, value: unknown, at: string): string[] {
  const shape = shapes[name];
  if (shape === undefined || value === undefined || value === null) return [];
  const wrong = (words: string) => [`${at} ${words}`];
  switch (shape.type) {
    case 'structure':
      if (typeof value !== 'object') return wrong('is no structure');
      return misfitsInStructure(shapes, shape, value as Readonly<Record<string, unknown>>, at);
    case 'list':
      if (!Array.isArray(value)) return wrong('is no list');
      return [
        ...outOfRange(shape, value.length, `${at} has ${value.length} items`),
        ...value.flatMap((item, index) => misfitsIn(shapes, shape.member ?? '', item, `${at}[${index}]`)),
      ];
    case 'map':
      if (typeof value !== 'object') return wrong('is no map');
      return Object.entries(value).flatMap(([key, item]) => [
        ...misfitsIn(shapes, shape.key ?? '', key, `${at} key ${key}`),
        ...misfitsIn(shapes, shape.value ?? '', item, `${at}.${key}`),
      ]);
    case 'string':
      // The SDK takes some of these as numbers, and writes them out.
      if (typeof value === 'number') return misfitsInText(shape, String(value), at);
      return typeof value === 'string' ? misfitsInText(shape, value, at) : wrong('is no text');
    case 'integer':
    case 'long':
      if (!Number.isInteger(value)) return wrong('is no whole number');
      return outOfRange(shape, value as number, `${at} is ${value}`);
    case 'float':
    case 'double':
      return typeof value === 'number'
        ? outOfRange(shape, value, `${at} is ${value}`)
        : wrong('is no number');
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('is no boolean');
    case 'blob':
      return typeof value === 'string' || value instanceof Uint8Array ? [] : wrong('is no bytes');
    default:
      return [];
  }
}

function misfitsInStructure(
  shapes: Shapes,
  { members = {}, required = [] }: Shape,
  value: Readonly<Record<string, unknown>>,
  at: string,
): string[] {
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return [
    ...required.filter((name) => value[name] === undefined).map((name) => `${at}.${name} is missing`),
    ...given.flatMap(([name, item]) => {
      const member = members[name];
      return member === undefined
        ? [`${at}.${name} is unknown`]
        : misfitsIn(shapes, member, item, `${at}.${name}`);
    }),
  ];
}

function misfitsInText({ enum: values, pattern, ...range }: Shape, text: string, at: string): string[] {
  if (values !== undefined && !values.includes(text))
    return [`${at} is ${text}, none of ${values.join(', ')}`];
  const fits = pattern === undefined || (expressionOf(pattern)?.test(text) ?? true);
  return [
    ...(fits ? [] : [`${at} is ${text}, which does not match ${pattern}`]),
    ...outOfRange(range, text.length, `${at} has ${text.length} characters`),
  ];
}

const outOfRange = ({ min, max }: Pick<Shape, 'min' | 'max'>, size: number, words: string): string[] =>
  (min !== undefined && size < min) || (max !== undefined && size > max)
    ? [`${words}, and is to be within ${min ?? ''}..${max ?? ''}`]
    : [];

const expressions = new Map<string, RegExp | undefined>();

/** Patterns are Java's; the few that JavaScript can't read are passed over. */
function expressionOf(pattern: string): RegExp | undefined {
  if (!expressions.has(pattern)) expressions.set(pattern, compiled(pattern));
  return expressions.get(pattern);
}

function compiled(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags);
    } catch {
      // With the next flags, or not at all.
    }
  }
  return undefined;
}

/** What the requests of all simulated operators of a process did not fit, each once. */
export const misfits = new Set<string>();
