import { describe, expect, test } from 'vitest';
import { errorResponse } from '../../../../local/proxy/aws-error.ts';
import { understand } from '../../../../local/proxy/aws-request.ts';
import { SAMPLE_CALLS } from './aws-calls.ts';
import { serveAws } from './aws-server.ts';

const MESSAGE = 'not <now> & not "here"';

describe.each(SAMPLE_CALLS)("an error of $service:$action becomes its SDK client's exception", ({ call }) => {
  test.each([
    [400, 'ThrottlingException'],
    [403, 'AccessDeniedException'],
    [500, 'InternalFailure'],
  ])('%i %s', async (status, code) => {
    await using server = await serveAws((request) =>
      errorResponse(understand(request) ?? request, status, code, MESSAGE),
    );
    await expect(call(server.client)).rejects.toMatchObject({
      name: code,
      message: MESSAGE,
      $metadata: { httpStatusCode: status },
    });
  });
});
