import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error.ts';
import type { Tags } from './tags.ts';

/** What can be filtered by beside tags: the values that an object has under a filter's name. */
export type Attributes<Row> = Readonly<Record<string, (row: Row) => readonly (string | undefined)[]>>;

/** Rows for which each filter has a value. (EC2 API: "Filter"; "tag:<key>".) */
export function filtered<Row extends { readonly tags: Tags }>(
  rows: readonly Row[],
  filters: readonly Filter[] | undefined,
  attributes: Attributes<Row> = {},
): Row[] {
  return (filters ?? []).reduce(
    (left: Row[], { Name = '', Values = [] }) => {
      const valuesOf = Name.startsWith('tag:') ? ({ tags }: Row) => [tags[Name.slice(4)]] : attributes[Name];
      if (!valuesOf) throw new AwsError('InvalidParameterValue', `The filter '${Name}' is invalid`);
      return left.filter((row) =>
        valuesOf(row).some((value) => value !== undefined && Values.includes(value)),
      );
    },
    [...rows],
  );
}
