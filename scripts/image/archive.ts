import { digestOf, type Layer, tarOf } from './layer.ts';

export interface Image {
  /** Name and tag, such as nami-operator:0.1.0. */
  readonly reference: string;
  /** As Go and container images call it: amd64, arm64. */
  readonly architecture: string;
  readonly layers: readonly Layer[];
  /** What a container of it runs, as in the image specification. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface Archive {
  readonly tar: Buffer;
  /** The digest under which a registry and containerd know the image. */
  readonly digest: string;
}

const OCI = 'application/vnd.oci.image';

/**
 * Writes an image as one file that every tool loads: it is an OCI layout (containerd, skopeo, crane), and has beside it
 * the manifest that `docker load` reads. (OCI image-spec: image-layout, manifest, config; moby: image/tarexport.)
 */
export async function archiveOf({ reference, architecture, layers, config }: Image): Promise<Archive> {
  const blobs = new Map<string, Buffer>();
  const descriptor = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(blobPath(digest), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layerDescriptors = layers.map(({ tar }) => descriptor(`${OCI}.layer.v1.tar`, tar));
  const configDescriptor = descriptor(
    `${OCI}.config.v1+json`,
    json({
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  const manifest = descriptor(
    `${OCI}.manifest.v1+json`,
    json({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: configDescriptor,
      layers: layerDescriptors,
    }),
  );
  const names = {
    'io.containerd.image.name': fullName(reference),
    'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
  };
  const index = {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ ...manifest, annotations: names }],
  };
  const forDocker = [
    {
      Config: blobPath(configDescriptor.digest),
      RepoTags: [reference],
      Layers: layerDescriptors.map(({ digest }) => blobPath(digest)),
    },
  ];
  const tar = await tarOf([
    { path: 'oci-layout', bytes: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', bytes: json(index) },
    { path: 'manifest.json', bytes: json(forDocker) },
    'blobs',
    'blobs/sha256',
    ...[...blobs].map(([path, bytes]) => ({ path, bytes })),
  ]);
  return { tar, digest: manifest.digest };
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A name without a registry is one of Docker Hub's: Kubernetes asks containerd for it by its full name. */
function fullName(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry) return reference;
  return `docker.io/${rest.length > 0 ? '' : 'library/'}${reference}`;
}
