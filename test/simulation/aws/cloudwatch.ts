import type {
  DeleteAlarmsInput,
  DescribeAlarmsInput,
  ListTagsForResourceInput,
  PutMetricAlarmInput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from './aws-error.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import { fromTagList, type Tags, toTagList, withoutTags } from './tags.ts';

export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  readonly settings: Omit<PutMetricAlarmInput, 'Tags'>;
}

const PAGE = 50;

/** Amazon CloudWatch, alarms. Errors as in the CloudWatch API Reference. */
export class CloudWatch extends Service {
  readonly alarms = new Table<Alarm>(this.moment);

  readonly operations: Operations = {
    PutMetricAlarm: ({ Tags, ...settings }: PutMetricAlarmInput) => {
      const { AlarmName: name = '' } = settings;
      const arn = this.arn('cloudwatch', `alarm:${name}`);
      // Tags count only for a new alarm. (PutMetricAlarm: Tags.)
      const tags = this.alarms.get(name)?.tags ?? fromTagList(Tags);
      this.alarms.set(name, { name, arn, tags, settings });
      return {};
    },
    DescribeAlarms: ({ AlarmNamePrefix = '', AlarmNames, NextToken, MaxRecords }: DescribeAlarmsInput) => {
      const found = this.alarms.filter(
        ({ name }) => name.startsWith(AlarmNamePrefix) && (AlarmNames?.includes(name) ?? true),
      );
      const { items, next } = pageOf(found, NextToken, MaxRecords ?? PAGE);
      return {
        MetricAlarms: items.map(({ arn, settings }) => ({ ...settings, AlarmArn: arn })),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    DeleteAlarms: ({ AlarmNames = [] }: DeleteAlarmsInput) => {
      for (const name of AlarmNames) {
        if (!this.alarms.has(name))
          throw new AwsError('ResourceNotFound', `alarm ${name} does not exist`, 404);
      }
      for (const name of AlarmNames) this.alarms.delete(name);
      return {};
    },
    ListTagsForResource: ({ ResourceARN = '' }: ListTagsForResourceInput) => ({
      Tags: toTagList(this.#byArn(ResourceARN).tags),
    }),
    UntagResource: ({ ResourceARN = '', TagKeys }: UntagResourceInput) => {
      const { name, tags } = this.#byArn(ResourceARN);
      this.alarms.change(name, { tags: withoutTags(tags, TagKeys) });
      return {};
    },
    TagResource: ({ ResourceARN = '', Tags }: TagResourceInput) => {
      const { name, tags } = this.#byArn(ResourceARN);
      this.alarms.change(name, { tags: { ...tags, ...fromTagList(Tags) } });
      return {};
    },
  };

  #byArn(arn: string): Alarm {
    const alarm = this.alarms.get(arn.split(':alarm:')[1]);
    if (!alarm) throw new AwsError('ResourceNotFoundException', `Unable to find resource ${arn}`, 404);
    return alarm;
  }
}
