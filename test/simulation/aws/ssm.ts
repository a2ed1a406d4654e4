import type {
  AddTagsToResourceRequest,
  DeleteParameterRequest,
  GetParameterHistoryRequest,
  GetParameterRequest,
  GetParametersByPathRequest,
  ListTagsForResourceRequest,
  PutParameterRequest,
  RemoveTagsFromResourceRequest,
} from '@aws-sdk/client-ssm';
import { AwsError } from './aws-error.ts';
import { PUBLIC_PARAMETERS } from './ec2-catalogue.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import { fromTagList, type Tags, toTagList, withoutTags } from './tags.ts';

export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly tags: Tags;
  /** All that it held so far, and since when (milliseconds since the epoch). */
  readonly versions?: readonly { readonly value: string; readonly at: number }[];
}

const PAGE = 10;

/** AWS Systems Manager, Parameter Store. Errors as in the Systems Manager API Reference. */
export class Ssm extends Service {
  readonly parameters = new Table<Parameter>(this.moment);

  readonly operations: Operations = {
    PutParameter: ({ Name = '', Value = '', Type = 'String', Tags, Overwrite }: PutParameterRequest) => {
      const known = this.parameters.get(Name);
      if (known && !Overwrite) {
        throw new AwsError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const versions = [...versionsOf(known), { value: Value, at: this.now }];
      this.parameters.set(Name, {
        name: Name,
        value: Value,
        type: Type,
        tags: known?.tags ?? fromTagList(Tags),
        versions,
      });
      return { Version: versions.length };
    },
    GetParameterHistory: ({ Name = '', NextToken, MaxResults }: GetParameterHistoryRequest) => {
      const versions = versionsOf(this.#require(Name)).map(({ value, at }, index) => ({
        Name,
        Value: value,
        Version: index + 1,
        LastModifiedDate: new Date(at),
      }));
      const { items, next } = pageOf(versions, NextToken, MaxResults ?? 50);
      return { Parameters: items, ...(next !== undefined && { NextToken: next }) };
    },
    GetParameter: ({ Name = '' }: GetParameterRequest) => {
      const Value = PUBLIC_PARAMETERS[Name];
      if (Value !== undefined) return { Parameter: { Name, Value, Type: 'String' } };
      return { Parameter: show(this.#require(Name)) };
    },
    GetParametersByPath: ({ Path = '/', NextToken, MaxResults }: GetParametersByPathRequest) => {
      const start = Path.endsWith('/') ? Path : `${Path}/`;
      const found = this.parameters.filter(({ name }) => name.startsWith(start));
      const { items, next } = pageOf(found, NextToken, MaxResults ?? PAGE);
      return { Parameters: items.map(show), ...(next !== undefined && { NextToken: next }) };
    },
    DeleteParameter: ({ Name = '' }: DeleteParameterRequest) => {
      this.#require(Name);
      this.parameters.delete(Name);
      return {};
    },
    ListTagsForResource: ({ ResourceId = '' }: ListTagsForResourceRequest) => ({
      TagList: toTagList(this.#tagged(ResourceId).tags),
    }),
    RemoveTagsFromResource: ({ ResourceId = '', TagKeys }: RemoveTagsFromResourceRequest) => {
      this.parameters.change(ResourceId, { tags: withoutTags(this.#tagged(ResourceId).tags, TagKeys) });
      return {};
    },
    AddTagsToResource: ({ ResourceId = '', Tags }: AddTagsToResourceRequest) => {
      const { tags } = this.#tagged(ResourceId);
      this.parameters.change(ResourceId, { tags: { ...tags, ...fromTagList(Tags) } });
      return {};
    },
  };

  #require(name: string): Parameter {
    const parameter = this.parameters.get(name);
    if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    return parameter;
  }

  #tagged(name: string): Parameter {
    const parameter = this.parameters.get(name);
    if (!parameter) throw new AwsError('InvalidResourceId', `The resource ID "${name}" is not valid.`);
    return parameter;
  }
}

/** One that a test put there has held nothing else. */
const versionsOf = (parameter: Parameter | undefined) =>
  parameter?.versions ?? (parameter ? [{ value: parameter.value, at: 0 }] : []);

const show = (parameter: Parameter) => ({
  Name: parameter.name,
  Value: parameter.value,
  Type: parameter.type,
  LastModifiedDate: new Date(versionsOf(parameter).at(-1)?.at ?? 0),
});
