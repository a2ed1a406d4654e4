import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DescribeLogGroupsRequest,
  ListTagsForResourceRequest,
  PutRetentionPolicyRequest,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from './aws-error.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import { type Tags, withoutTags } from './tags.ts';

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly retentionDays: number | undefined;
  readonly tags: Tags;
}

const PAGE = 50;

/** Amazon CloudWatch Logs, log groups. Errors as in the CloudWatch Logs API Reference. */
export class Logs extends Service {
  readonly groups = new Table<LogGroup>(this.moment);

  readonly operations: Operations = {
    CreateLogGroup: ({ logGroupName: name = '', tags = {} }: CreateLogGroupRequest) => {
      if (this.groups.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      const arn = this.arn('logs', `log-group:${name}`);
      this.groups.set(name, { name, arn, retentionDays: undefined, tags });
      return {};
    },
    DescribeLogGroups: ({ logGroupNamePrefix = '', nextToken, limit }: DescribeLogGroupsRequest) => {
      const found = this.groups.filter(({ name }) => name.startsWith(logGroupNamePrefix));
      const { items, next } = pageOf(found, nextToken, limit ?? PAGE);
      return {
        logGroups: items.map(({ name, arn, retentionDays }) => ({
          logGroupName: name,
          arn: `${arn}:*`,
          logGroupArn: arn,
          ...(retentionDays !== undefined && { retentionInDays: retentionDays }),
        })),
        ...(next !== undefined && { nextToken: next }),
      };
    },
    PutRetentionPolicy: ({ logGroupName: name = '', retentionInDays }: PutRetentionPolicyRequest) => {
      this.#require(({ name: other }) => other === name);
      this.groups.change(name, { retentionDays: retentionInDays });
      return {};
    },
    DeleteLogGroup: ({ logGroupName: name = '' }: DeleteLogGroupRequest) => {
      this.#require(({ name: other }) => other === name);
      this.groups.delete(name);
      return {};
    },
    ListTagsForResource: ({ resourceArn }: ListTagsForResourceRequest) => ({
      tags: { ...this.#require(({ arn }) => arn === resourceArn).tags },
    }),
    UntagResource: ({ resourceArn, tagKeys }: UntagResourceRequest) => {
      const { name, tags } = this.#require(({ arn }) => arn === resourceArn);
      this.groups.change(name, { tags: withoutTags(tags, tagKeys) });
      return {};
    },
    TagResource: ({ resourceArn, tags }: TagResourceRequest) => {
      const group = this.#require(({ arn }) => arn === resourceArn);
      this.groups.change(group.name, { tags: { ...group.tags, ...tags } });
      return {};
    },
  };

  #require(isIt: (group: LogGroup) => boolean): LogGroup {
    const group = this.groups.find(isIt);
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  }
}
