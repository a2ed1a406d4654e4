import type { CreateTagsRequest, DeleteTagsRequest } from '@aws-sdk/client-ec2';
import { AwsError } from './aws-error.ts';
import { Ec2Instances } from './ec2-instances.ts';
import { Ec2Network } from './ec2-network.ts';
import { Ec2Snapshots } from './ec2-snapshots.ts';
import { Ec2Volumes } from './ec2-volumes.ts';
import type { Iam } from './iam.ts';
import { type Operations, Service, type Surroundings } from './service.ts';
import type { Table } from './table.ts';
import { fromTagList, type Tags, withoutTags } from './tags.ts';

/** Amazon EC2: networks, instances, volumes. */
export class Ec2 extends Service {
  readonly network: Ec2Network;
  readonly machines: Ec2Instances;
  readonly disks: Ec2Volumes;
  readonly copies: Ec2Snapshots;
  readonly operations: Operations;

  constructor(around: Surroundings, iam: Iam) {
    super(around);
    this.network = new Ec2Network(around, this.moment);
    this.machines = new Ec2Instances(around, this.moment, this.network, iam);
    this.disks = new Ec2Volumes(around, this.moment, this.machines);
    this.copies = new Ec2Snapshots(around, this.moment, this.disks);
    this.network.inUseBy = this.machines;
    iam.onRoleDeleted = (arn) => this.network.loseRole(arn);
    this.operations = {
      ...this.network.operations,
      ...this.machines.operations,
      ...this.disks.operations,
      ...this.copies.operations,
      CreateTags: this.#createTags,
      DeleteTags: this.#deleteTags,
    };
  }

  get vpcs() {
    return this.network.vpcs;
  }
  get internetGateways() {
    return this.network.internetGateways;
  }
  get routeTables() {
    return this.network.routeTables;
  }
  get subnets() {
    return this.network.subnets;
  }
  get securityGroups() {
    return this.network.securityGroups;
  }
  get instances() {
    return this.machines.instances;
  }
  get snapshots() {
    return this.copies.snapshots;
  }
  get volumes() {
    return this.disks.volumes;
  }

  readonly #createTags = ({ Resources = [], Tags }: CreateTagsRequest) => {
    for (const id of Resources) this.#retag(id, (tags) => ({ ...tags, ...fromTagList(Tags) }));
    return {};
  };

  readonly #deleteTags = ({ Resources = [], Tags = [] }: DeleteTagsRequest) => {
    const keys = Tags.flatMap(({ Key }) => Key ?? []);
    for (const id of Resources) this.#retag(id, (tags) => withoutTags(tags, keys));
    return {};
  };

  /** All whose objects carry tags. */
  get tables(): Table<{ readonly tags: Tags }>[] {
    return [
      ...this.network.tables,
      this.machines.instances,
      this.disks.volumes,
      this.copies.snapshots,
    ] as never;
  }

  #retag(id: string, change: (tags: Tags) => Tags): void {
    const table = this.tables.find((each) => each.has(id));
    if (!table) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    table.change(id, { tags: change(table.get(id)?.tags ?? {}) });
  }
}
