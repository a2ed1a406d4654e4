import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SourceType } from '../../../../handlers/contract.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { SECRET_SOURCE_TYPES, SOURCE_TYPES, withSender } from '../../../../src/senders/index.ts';

const FOLDER = 'docs/sources';
const text = (file: string, folder = FOLDER) => readFileSync(`${folder}/${file}`, 'utf8');
const pagesIn = (folder: string) => readdirSync(folder).filter((file) => file !== 'README.md');
const pages = pagesIn(FOLDER);
const everyPage = [FOLDER, 'docs/senders'].flatMap((folder) =>
  pagesIn(folder).map((file) => [file, text(file, folder)] as const),
);
const manifests = everyPage.flatMap(([file, page]) =>
  [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => ({
    file,
    manifest: parse(yaml),
  })),
);

describe('the pages on sources', () => {
  test.each(manifests)('$file has a manifest that a pipeline can be made of', ({ manifest }) => {
    expect(manifest).toMatchObject({ apiVersion: 'nami.dev/v1alpha1', kind: 'WebhookPipeline' });
    const spec = webhookPipelineSpec.parse(manifest.spec);
    // Nothing that is said there is dropped as unknown.
    expect(spec).toMatchObject(manifest.spec);
    const { type, secretRefs = [], hmac, publicKey, jwt } = spec.source;
    expect(secretRefs.length > 0 || (publicKey ?? jwt?.keys) !== undefined).toBe(
      SECRET_SOURCE_TYPES.includes(type),
    );
    expect(hmac !== undefined).toBe(type === 'HMAC');
    expect(publicKey !== undefined).toBe(type === 'PublicKey');
    expect(jwt !== undefined).toBe(type === 'JWT');
    expect(() => sourceOf(withSender(spec.source))).not.toThrow();
  });

  test('show each type, and the table lists each page', () => {
    const shown = new Set<SourceType>(manifests.map(({ manifest }) => manifest.spec.source.type));
    expect([...shown].sort()).toEqual([...SOURCE_TYPES].sort());
    const linked = [...text('README.md').matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, file]) => file);
    expect(linked.sort()).toEqual(pages.sort());
  });
});
