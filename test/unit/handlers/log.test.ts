import { expect, test } from 'vitest';
import { errorText } from '../../../handlers/log.ts';

test('an error’s text is one short line without credentials', () => {
  const error = new Error(`cannot reach mongodb://user:p@ss/w@host:27017\n${'x'.repeat(1000)}`);
  const text = errorText(error);
  expect(text).toMatch(/^Error: cannot reach mongodb:\/\/host:27017 x+$/);
  expect(text.length).toBe(300);
  expect(errorText('thrown text')).toBe('thrown text');
});
