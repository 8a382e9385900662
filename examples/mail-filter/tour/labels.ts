// What the tour's team has labelled at which time, as objects under a prefix that the model file watches.
import { createMinioObjectStore } from '../../../artifacts/minio-object-store.ts';
import type { DocumentLabel } from '../../../contracts/document.ts';
import type { Settings } from '../../../settings/settings.ts';

/** The bucket and prefix of mail-filter.model.ts. */
const bucket = 'mail-filter';
const prefix = 'labels/';

/** A later batch replaces what an earlier one said of the same mail. */
export async function createLabelBatches({ store }: Settings) {
  const { endpoint, accessKey, secretKey, region } = store;
  const objects = createMinioObjectStore({
    endpoint,
    accessKey,
    secretKey: secretKey.reveal(),
    region,
    bucket,
  });
  await objects.ensureBucket({ objectLock: false });
  let batch = 0;
  return async (name: string, labels: readonly DocumentLabel[]): Promise<void> => {
    batch += 1;
    const lines = labels.map((label) => JSON.stringify(label)).join('\n');
    await objects.put(`${prefix}${String(batch).padStart(3, '0')}-${name}.jsonl`, Buffer.from(`${lines}\n`));
  };
}
