// The SDK's runtime for tests that are about failures: it need not report them on the terminal.
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Once in a process, before anything else of the SDK. */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: 'ERROR' } },
  });
}
