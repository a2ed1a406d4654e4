import type { Config } from '../../../../src/config.ts';
import { FULL_SPEC, type SpecInput } from '../../api/specs.ts';

/** What pipelines of the namespace "shop" ask for under the operator's settings, and what becomes of it. */

const managed = (fields: NonNullable<NonNullable<SpecInput['store']>['managed']>): SpecInput => ({
  store: { managed: fields },
});
const MONGO = 'public.ecr.aws/docker/library/mongo';

type Case = [name: string, spec: SpecInput, allowed: Partial<Config['allowed']>];

export const GRANTED: readonly Case[] = [
  ['any instance type, unless some are listed', managed({ instanceType: 'u-24tb1.metal' }), {}],
  [
    'listed instance types',
    managed({ instanceType: 'a.b', fallbackInstanceTypes: ['c.d'] }),
    { instanceTypes: ['a.b', 'c.d'] },
  ],
  ['any tag of a listed image', managed({ mongoImage: `${MONGO}:7` }), {}],
  ['any digest of a listed image', managed({ mongoImage: `${MONGO}@sha256:0` }), {}],
  ['listed machine images', managed({ amiId: 'ami-0123456789abcdef0' }), { amis: ['ami-0123456789abcdef0'] }],
  ['a volume of the largest size', managed({ volume: { sizeGiB: 10 } }), { volumeGiB: 10 }],
  [
    'code from a listed bucket',
    { postQueue: { code: { s3: { bucket: 'modules', key: 'a.mjs' } } } },
    { codeBuckets: ['modules'] },
  ],
  [
    'code from a ConfigMap',
    { postQueue: { code: { configMapRef: { name: 'modules', key: 'a.mjs' } } } },
    { codeBuckets: [] },
  ],
  ['as many environments as may be', { preQueue: { provisionedConcurrency: 100 } }, {}],
  [
    'listed subnets and security groups',
    { network: FULL_SPEC.network },
    { subnets: FULL_SPEC.network.subnetIds, securityGroups: FULL_SPEC.network.securityGroupIds },
  ],
  [
    'code below a prefix of the namespace',
    { postQueue: { code: { s3: { bucket: 'modules', key: 'shop/a.mjs' } } } },
    { codeBuckets: ['modules/{namespace}/'] },
  ],
  [
    'code below a prefix that ends without a slash',
    { postQueue: { code: { s3: { bucket: 'modules', key: 'shop/a.mjs' } } } },
    { codeBuckets: ['modules/{namespace}'] },
  ],
  [
    'one object',
    { postQueue: { code: { s3: { bucket: 'modules', key: 'all/a.mjs' } } } },
    { codeBuckets: ['modules/all/a.mjs'] },
  ],
  [
    'listed groups and ranges within listed ones at the database',
    managed({
      access: {
        securityGroupIds: ['sg-0123456789abcdef0'],
        cidrs: ['10.1.0.0/16', '10.2.3.4/32', '10.0.0.0/8'],
      },
    }),
    { accessSecurityGroups: ['sg-0123456789abcdef0'], accessCidrs: ['192.168.0.0/16', '10.0.0.0/8'] },
  ],
  [
    'everybody at the database, where that is allowed',
    managed({ access: { cidrs: ['0.0.0.0/0'] } }),
    { accessCidrs: ['0.0.0.0/0'] },
  ],
  [
    'a Secret by which events are read, where that is allowed',
    { store: { managed: {}, connectionSecret: { name: 'events' } } },
    { connectionSecrets: true },
  ],
  ['a tag and a digest together', managed({ mongoImage: `${MONGO}:7.0-jammy@sha256:0` }), {}],
];

/** With what the refusal says. */
export const REFUSED: readonly [...Case, RegExp][] = [
  [
    'another instance type',
    managed({ instanceType: 'm.large' }),
    { instanceTypes: ['t.micro'] },
    /instance type m\.large: use one of t\.micro, or have operator\.allowed\.instanceTypes \(NAMI_ALLOWED_INSTANCE_TYPES\) changed$/,
  ],
  [
    'another fallback',
    managed({ instanceType: 't.micro', fallbackInstanceTypes: ['m.large'] }),
    { instanceTypes: ['t.micro'] },
    /instance type m\.large/,
  ],
  [
    'another image',
    managed({ mongoImage: 'evil:1' }),
    {},
    /image evil:1: use one of .*operator\.allowed\.mongoImages \(NAMI_ALLOWED_MONGO_IMAGES\)/,
  ],
  [
    'an image whose name only starts alike',
    managed({ mongoImage: `${MONGO}-evil:8` }),
    {},
    /operator\.allowed\.mongoImages \(NAMI_ALLOWED_MONGO_IMAGES\)/,
  ],
  [
    'an image below a listed one',
    managed({ mongoImage: `${MONGO}/evil:8` }),
    {},
    /operator\.allowed\.mongoImages \(NAMI_ALLOWED_MONGO_IMAGES\)/,
  ],
  [
    'a machine image',
    managed({ amiId: 'ami-0123456789abcdef0' }),
    {},
    /machine image ami-0123456789abcdef0: use the default.*operator\.allowed\.amis \(NAMI_ALLOWED_AMIS\)/,
  ],
  [
    'a larger volume',
    managed({ volume: { sizeGiB: 11 } }),
    { volumeGiB: 10 },
    /a volume of 11 GiB: use 10 GiB at most.*operator\.allowed\.volumeGiB \(NAMI_MAX_VOLUME_GIB\)/,
  ],
  [
    'code from any bucket by default',
    { postQueue: { code: { s3: { bucket: 'private', key: 'a.mjs' } } } },
    {},
    /code from s3:\/\/private\/a\.mjs: use a ConfigMap \(configMapRef\), or have operator\.allowed\.codeBuckets \(NAMI_ALLOWED_CODE_BUCKETS\)/,
  ],
  [
    'code from a bucket whose name only starts alike',
    { preQueue: { code: { s3: { bucket: 'modules-of-others', key: 'a.mjs' } } } },
    { codeBuckets: ['modules'] },
    /code from s3:\/\/modules-of-others\/a\.mjs: use modules,/,
  ],
  [
    'code below the prefix of another namespace',
    { preQueue: { code: { s3: { bucket: 'modules', key: 'other/a.mjs' } } } },
    { codeBuckets: ['modules/{namespace}/'] },
    /code from s3:\/\/modules\/other\/a\.mjs: use modules\/\{namespace\}\//,
  ],
  [
    'code below a folder whose name only starts like that of the namespace',
    { preQueue: { code: { s3: { bucket: 'modules', key: 'shop-b/a.mjs' } } } },
    { codeBuckets: ['modules/{namespace}'] },
    /code from s3:\/\/modules\/shop-b\/a\.mjs: use modules\/\{namespace\}/,
  ],
  [
    'code by a way out of its folder',
    { preQueue: { code: { s3: { bucket: 'modules', key: 'shop/../other/a.mjs' } } } },
    { codeBuckets: ['modules/{namespace}'] },
    /code from s3:\/\/modules\/shop\/\.\.\/other\/a\.mjs/,
  ],
  [
    'an image of a registry whose name is that of a listed image',
    managed({ mongoImage: 'mongo:5000/evil' }),
    { mongoImages: ['mongo'] },
    /image mongo:5000\/evil: use one of mongo/,
  ],
  [
    'an image that a listed one would match as a pattern',
    managed({ mongoImage: 'registry-example.com/mongo:8' }),
    { mongoImages: ['registry.example.com/mongo'] },
    /image registry-example\.com\/mongo:8: use one of registry\.example\.com\/mongo/,
  ],
  [
    'any further security group',
    { network: FULL_SPEC.network },
    {},
    /security group sg-.*none but the pipeline's own.*operator\.allowed\.securityGroups \(NAMI_ALLOWED_SECURITY_GROUPS\)/,
  ],
  [
    'more environments that are always ready',
    { preQueue: { provisionedConcurrency: 101 } },
    {},
    /a provisionedConcurrency of 101: use 100 at most.*operator\.allowed\.provisionedConcurrency \(NAMI_MAX_PROVISIONED_CONCURRENCY\)/,
  ],
  [
    'any group at the database by default',
    managed({ access: { securityGroupIds: ['sg-0123456789abcdef0'] } }),
    {},
    /access to the database from sg-0123456789abcdef0: use none, or have operator\.allowed\.accessSecurityGroups \(NAMI_ALLOWED_ACCESS_SECURITY_GROUPS\) changed$/,
  ],
  [
    'everybody at the database by default',
    managed({ access: { cidrs: ['0.0.0.0/0'] } }),
    {},
    /access to the database from 0\.0\.0\.0\/0: use none, or have operator\.allowed\.accessCidrs \(NAMI_ALLOWED_ACCESS_CIDRS\) changed$/,
  ],
  [
    'a range that reaches beyond an allowed one',
    managed({ access: { cidrs: ['10.1.0.0/16', '10.0.0.0/7'] } }),
    { accessCidrs: ['10.0.0.0/8'] },
    /access to the database from 10\.0\.0\.0\/7: use a range within 10\.0\.0\.0\/8,/,
  ],
  [
    'a range that is none',
    managed({ access: { cidrs: ['10.1.0.256/24'] } }),
    { accessCidrs: ['0.0.0.0/0'] },
    /access to the database from 10\.1\.0\.256\/24: use a range within 0\.0\.0\.0\/0,/,
  ],
  [
    'a Secret by which events are read by default',
    { store: { managed: {}, connectionSecret: { name: 'events' } } },
    {},
    /the connection Secret events: use none, or have operator\.allowed\.connectionSecrets \(NAMI_ALLOWED_CONNECTION_SECRETS\) changed$/,
  ],
  [
    'another subnet',
    { network: FULL_SPEC.network },
    { subnets: ['subnet-1'], securityGroups: FULL_SPEC.network.securityGroupIds },
    /subnet subnet-.*operator\.allowed\.subnets \(NAMI_ALLOWED_SUBNETS\)/,
  ],
];
