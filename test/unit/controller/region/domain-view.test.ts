import { expect, test } from 'vitest';
import { domainsOf, viewDomains } from '../../../../src/controller/region/domain-view.ts';
import { regionOwner } from '../../../../src/plan/identity.ts';
import { refuse, scripted } from '../../aws/kinds/scripted-account.ts';

const OWNER = regionOwner('c', '/nami/');

test('a region has the domain names that name it, and the operator’s those that name none', () => {
  const domain = (name: string, region?: string) => ({
    name,
    region,
    certificateArn: '',
    basePath: '',
  });
  const config = {
    region: 'eu-central-1',
    domains: [domain('a.example'), domain('b.example', 'us-east-1'), domain('c.example', 'eu-central-1')],
  };
  const names = (region: string) => domainsOf(config, region).map(({ name }) => name);
  expect(names('eu-central-1')).toEqual(['a.example', 'c.example']);
  expect(names('us-east-1')).toEqual(['b.example']);
});

test('a domain name is seen with what it leads to where it is ours, and is not there where it is another’s', async () => {
  const { account, calls } = scripted({
    GetDomainName: ({ domainName }) =>
      domainName === 'gone.example'
        ? refuse('NotFoundException')
        : {
            domainName: String(domainName),
            regionalDomainName: `d.${domainName}`,
            tags: domainName === 'ours.example' ? OWNER.identity : {},
          },
    GetBasePathMappings: () => ({
      items: [
        { basePath: '(none)', restApiId: 'api1', stage: 'live' },
        { basePath: 'in', restApiId: 'api2', stage: 'live' },
      ],
    }),
  });
  const names = ['gone.example', 'theirs.example', 'ours.example'];
  const view = [{ name: 'ours.example', target: 'd.ours.example', basePaths: { api1: '', api2: 'in' } }];
  expect(await viewDomains(account, OWNER, names)).toEqual(view);
  expect(await viewDomains(account, OWNER, names)).toEqual(view);
  expect(calls).toHaveLength(4);
  expect(await viewDomains(account, OWNER, [])).toEqual([]);
});
