import { openAccount } from '../aws/account/account.ts';
import { judge } from '../aws/account/errors.ts';
import { systemClock as clock } from '../clock.ts';
import { ConfigError, readConfig } from '../config.ts';
import { ProxyError, readProxies } from '../proxies.ts';
import { checkRights } from './check.ts';
import { inWords } from './words.ts';

/** Says whether AWS answers and which rights are missing; run by `helm test` as the operator is run. Ends with 0 or 1. */
async function main(): Promise<boolean> {
  const { region, rateShare, cluster, iamPath, permissionsBoundaryArn, allowed, domains } = readConfig(
    process.env,
  );
  const account = await openAccount(region, { clock, rateShare, proxies: readProxies(process.env) });
  console.log(`AWS answers in ${region}: account ${account.accountId}, as ${account.callerArn}`);
  const { codeBuckets } = allowed;
  const hostedZoneIds = domains.flatMap(({ hostedZoneId }) => hostedZoneId ?? []);
  const settings = { cluster, iamPath, permissionsBoundaryArn, codeBuckets, hostedZoneIds };
  const findings = await checkRights(account, settings);
  for (const line of inWords(findings)) console.log(line);
  return findings.missing.size === 0 && findings.unanswered.size === 0;
}

main().then(
  (isWell) => process.exit(isWell ? 0 : 1),
  (error: unknown) => {
    const isPlain = error instanceof ConfigError || error instanceof ProxyError;
    console.log(isPlain ? error.message : judge(error).message);
    process.exit(1);
  },
);
