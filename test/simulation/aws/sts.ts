import { type Operations, Service } from './service.ts';

/** AWS Security Token Service. */
export class Sts extends Service {
  readonly operations: Operations = {
    GetCallerIdentity: () => ({
      Account: this.around.accountId,
      Arn: `arn:${this.around.partition}:iam::${this.around.accountId}:role/operator`,
    }),
  };
}
