/** What differs between AWS's partitions, beside the second part of every ARN. */
interface Partition {
  /** Ends the names of its servers. */
  readonly dnsSuffix: string;
  /** Whom a role trusts that EC2 takes: every other service is called the same in all partitions. */
  readonly ec2Service: string;
}

const EVERYWHERE = { ec2Service: 'ec2.amazonaws.com' };

/**
 * (AWS SDKs: partitions.json; AWS in China: "Identity and Access Management", for the one service with a name of its own,
 * as hashicorp/terraform-provider-aws#47141 found.)
 */
const PARTITIONS: Readonly<Record<string, Partition>> = {
  aws: { ...EVERYWHERE, dnsSuffix: 'amazonaws.com' },
  'aws-cn': { dnsSuffix: 'amazonaws.com.cn', ec2Service: 'ec2.amazonaws.com.cn' },
  'aws-eusc': { ...EVERYWHERE, dnsSuffix: 'amazonaws.eu' },
  'aws-iso': { ...EVERYWHERE, dnsSuffix: 'c2s.ic.gov' },
  'aws-iso-b': { ...EVERYWHERE, dnsSuffix: 'sc2s.sgov.gov' },
  'aws-iso-e': { ...EVERYWHERE, dnsSuffix: 'cloud.adc-e.uk' },
  'aws-iso-f': { ...EVERYWHERE, dnsSuffix: 'csp.hci.ic.gov' },
  'aws-us-gov': { ...EVERYWHERE, dnsSuffix: 'amazonaws.com' },
};

/** A partition by its name in ARNs; one that is not known here is taken to be like the commercial one. */
export const partitionOf = (name: string): Partition =>
  PARTITIONS[name] ?? { ...EVERYWHERE, dnsSuffix: 'amazonaws.com' };

/** The public registry of container images, and the partition that hardly reaches it. */
const FAR_REGISTRY = 'public.ecr.aws/';
const FAR_FROM = 'aws-cn';

/** Whether hosts in a partition can hardly pull an image. */
export const isFarAway = (image: string, partition: string): boolean =>
  partition === FAR_FROM && image.startsWith(FAR_REGISTRY);
