/** The thread of an EnvironmentHost: starts and ends the processes that it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { Processes, type RunningProcess } from '../../local/processes.ts';
import type { HostReport, HostRequest } from './environment-host.ts';

const processes = await Processes.open((workerData as { folder: string }).folder, () => {});
const running = new Map<string, RunningProcess>();
const report = (message: HostReport) => parentPort?.postMessage(message);

parentPort?.on('message', (request: HostRequest) => void serve(request));
report({ kind: 'open' });

async function serve(request: HostRequest): Promise<void> {
  if (request.kind === 'start') {
    const { name } = request.description;
    try {
      const started = await processes.start(request.description);
      running.set(name, started);
      await started.ended;
    } catch {
      // Not started, or not to be: for who asked it has ended either way.
    }
    report({ kind: 'ended', name });
  } else if (request.kind === 'kill') {
    await running.get(request.name)?.kill();
  } else {
    await processes.stop();
    report({ kind: 'stopped' });
    parentPort?.close();
  }
}
