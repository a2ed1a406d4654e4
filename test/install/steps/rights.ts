import { deepStrictEqual, ok } from 'node:assert';
import { parseAllDocuments } from 'yaml';
import { type AuditEvent, CHART_FOLDER, type Cluster, RELEASE } from '../cluster.ts';
import type { Step } from '../step.ts';
import { doomed } from './namespaces.ts';

const ACCOUNT = new RegExp(`^system:serviceaccount:[^:]+:${RELEASE.deployment}$`);

/** Which rights an operator has, and no call of these steps used, each with the reason why it stays. */
const UNUSED: Readonly<Record<string, string>> = {
  'patch events': 'counts an Event that repeats, and these steps repeat none',
  'get configmaps': 'own code of a pipeline, which no pipeline of these steps has',
};

const rightOf = ({ verb, objectRef }: AuditEvent): string =>
  `${verb} ${[objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')}`;

/**
 * A namespace that is being deleted takes no new Events, from whoever has what right. (Kubernetes: the admission plugin
 * NamespaceLifecycle.) What they would say stands in the operator's log as well.
 */
function isEventOfDeletedNamespace(call: AuditEvent): boolean {
  const isAfter = doomed.deletedAt !== 0 && Date.parse(call.requestReceivedTimestamp) >= doomed.deletedAt;
  return rightOf(call) === 'create events' && call.objectRef?.namespace === doomed.name && isAfter;
}

/** An operator that is uninstalled has lost its rights when it would give its Lease back: Helm waits for no pod between. */
function isOfUninstalled({ uninstalls }: Cluster, call: AuditEvent): boolean {
  const secondsSince = ({ at }: { at: number }) => (Date.parse(call.requestReceivedTimestamp) - at) / 1000;
  const isBetween = (seconds: number) => seconds >= 0 && seconds < 30;
  const ofIts = uninstalls.filter(({ namespace }) => namespace === call.objectRef?.namespace);
  return rightOf(call) === 'update leases' && ofIts.some((each) => isBetween(secondsSince(each)));
}

export const RIGHTS: readonly Step[] = [
  {
    name: 'no call of the operator was denied',
    async run(cluster) {
      const calls = cluster.requests().filter(({ user }) => ACCOUNT.test(user.username));
      ok(calls.length > 50, `the audit log holds ${calls.length} calls`);
      const denied = calls
        .filter(
          ({ annotations, responseStatus }) =>
            annotations?.['authorization.k8s.io/decision'] === 'forbid' || responseStatus?.code === 403,
        )
        .filter((call) => !isEventOfDeletedNamespace(call) && !isOfUninstalled(cluster, call));
      deepStrictEqual(
        denied.map((call) => `${rightOf(call)} in ${call.objectRef?.namespace}`),
        [],
      );
      return `${calls.length} calls`;
    },
  },
  {
    name: 'every right was used by a call, but for those that have a reason',
    async run(cluster) {
      const rendered = await cluster.helm('template', RELEASE.name, CHART_FOLDER, '-f', cluster.values());
      const rules = parseAllDocuments(rendered)
        .map((document) => document.toJS())
        // The others are for the users of pipelines.
        .filter((object) => /Role$/.test(object?.kind) && !/:(view|edit)$/.test(object.metadata.name))
        .flatMap(({ rules }: { rules: readonly Rule[] }) => rules);
      const given = rules.flatMap(({ resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
      );
      const used = new Set(
        cluster
          .requests()
          .filter(({ user }) => ACCOUNT.test(user.username))
          .map(rightOf),
      );
      // Several roles may give the same.
      const unused = [...new Set(given)].filter((right) => !used.has(right));
      deepStrictEqual(unused.sort(), Object.keys(UNUSED).sort());
      return unused.map((right) => `unused: ${right}: ${UNUSED[right]}`).join('\n');
    },
  },
];

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
