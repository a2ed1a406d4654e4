import { headerValue, type RawRequest } from '../raw-request.ts';
import { BODY_LIMITS } from './limits.ts';

/** Every value of every field, decoded; undefined of what is no form. */
export type FormFields = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether the sender says that the body is one: JSON may read as one too. */
export const isForm = (request: RawRequest): boolean =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headerValue(request, 'content-type') ?? '');

/** Whether a form is beyond what is parsed before it is known who sent it. */
export function isTooComplex(form: Buffer): boolean {
  const { bytes, fields } = BODY_LIMITS.form;
  if (form.length > bytes) return true;
  let found = 1;
  for (let i = form.indexOf('&'); i !== -1 && found <= fields; i = form.indexOf('&', i + 1)) found++;
  return found > fields;
}

/** The fields of a form, each value once (as Twilio's libraries do it). */
export function formFields(body: string | undefined): FormFields | undefined {
  const fields = new Map<string, Set<string>>();
  try {
    for (const field of body?.split('&') ?? []) {
      const end = `${field}=`.indexOf('=');
      const [name = '', value = ''] = [field.slice(0, end), field.slice(end + 1)].map((part) =>
        decodeURIComponent(part.replaceAll('+', ' ')),
      );
      fields.set(name, (fields.get(name) ?? new Set()).add(value));
    }
  } catch {
    return undefined;
  }
  return body === undefined ? undefined : fields;
}

/** Names and values one after the other, in order. */
export function sortedForm(fields: FormFields): string {
  const names = [...fields.keys()].sort();
  const valuesOf = (name: string) => [...(fields.get(name) ?? [])].sort();
  return names.flatMap((name) => valuesOf(name).map((value) => name + value)).join('');
}
