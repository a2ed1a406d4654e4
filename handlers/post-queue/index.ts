import { logToStdout } from '../log.ts';
import { connect } from './connection.ts';
import { postQueueHandler } from './handle.ts';
import { readSettings } from './settings.ts';

/** What Lambda calls (`index.handler`). */
export const handler = postQueueHandler(connect(readSettings(process.env)), logToStdout, () => new Date());
