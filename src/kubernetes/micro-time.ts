import { rfc3339 } from '../clock.ts';

/**
 * Kubernetes' MicroTime: exactly six decimals. The API server refuses a time with three, which is what a
 * JavaScript Date turns into.
 */
export function microTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  return rfc3339(whole).replace('Z', `.${String(whole % 1000).padStart(3, '0')}000Z`);
}
