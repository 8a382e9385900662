// A process that takes a claim, says so, and keeps it until it is killed. Its argument: where, what and as whom, as JSON.
import { z } from 'zod';
import { createClaims } from '../../artifacts/claims.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';

const argument = z
  .object({
    store: z.object({
      endpoint: z.string(),
      accessKey: z.string(),
      secretKey: z.string(),
      region: z.string(),
      bucket: z.string(),
    }),
    what: z.string(),
    holder: z.string(),
    lifetimeMs: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const claims = createClaims(createMinioObjectStore(argument.store), { lifetimeMs: argument.lifetimeMs });
process.send?.(await claims.take(argument.what, argument.holder));
setInterval(() => undefined, 60_000); // lives on
