// Runs before an uninstall that is to be refused while there are pipelines: ends with 1 and says which.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, NAMESPACES = '' } = process.env;

function get(path) {
  const headers = { authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8')}` };
  const options = { host, port, path, headers, ca: readFileSync(`${account}/ca.crt`), timeout: 20_000 };
  return new Promise((resolve, reject) => {
    const asked = request(options, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
    });
    asked.on('timeout', () => asked.destroy(new Error('the API server does not answer')));
    asked.on('error', reject);
    asked.end();
  });
}

const { status, text } = await get('/apis/nami.dev/v1alpha1/webhookpipelines');
// Without the custom resource there are no pipelines.
if (status !== 200 && status !== 404) throw new Error(`the pipelines can't be listed: ${text}`);
const watched = NAMESPACES.split(',').filter(Boolean);
const live = (status === 404 ? [] : JSON.parse(text).items)
  .map(({ metadata }) => metadata)
  .filter(({ namespace }) => watched.length === 0 || watched.includes(namespace));
if (live.length > 0) {
  console.log(`there are ${live.length} pipelines, which nobody would look after or take down in AWS:`);
  for (const { namespace, name } of live) console.log(`  ${namespace}/${name}`);
  console.log(
    'delete them first and wait until they are gone (kubectl delete webhookpipelines --all --all-namespaces),',
  );
  console.log(
    'or uninstall with --no-hooks: they and what they have in AWS then stay, and an installation takes them up.',
  );
  process.exit(1);
}
