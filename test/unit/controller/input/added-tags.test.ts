import { describe, expect, test } from 'vitest';
import { addedTags, checkTags } from '../../../../src/controller/input/added-tags.ts';
import { pipeline } from '../pipelines.ts';

const added = (spec: Record<string, string>, operator: Record<string, string> = {}) =>
  addedTags(pipeline('a', { spec: { tags: spec } }), { tags: operator });

describe('the tags of a pipeline', () => {
  test('are those of the operator and of the spec; the operator’s come first, in whichever case', () => {
    expect(added({ team: 'shop', Stage: 'test' }, { stage: 'prod' })).toEqual({
      team: 'shop',
      stage: 'prod',
    });
    expect(addedTags(pipeline('a'), { tags: {} })).toEqual({});
  });

  test('are refused in words where AWS can not take them all', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'v']));
    expect(() => checkTags(added(many))).not.toThrow();
    expect(() => checkTags(added(many, { stage: 'prod' }))).toThrow(/make 41 tags, and 40 are the most/);
    expect(() => checkTags(added({ env: 'a', Env: 'b' }))).toThrow(/two spellings/);
  });
});
