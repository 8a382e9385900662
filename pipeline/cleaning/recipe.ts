// A recipe: cleaning steps in their order, with a funnel that says what each did. Training cleans with `createRecipe`,
// the gateway with `requestRecipe`; both run the same steps, so that a model reads in service what it was taught on.
import type { CleaningSample } from '../../contracts/cleaning-sample.ts';
import type { Alignment, CleanDocument, CollectedDocument } from '../../contracts/document.ts';
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { corpusSteps } from '../../contracts/model-spec/cleaning.ts';
import type { FunnelRow } from '../../contracts/stage-results.ts';
import { identity, isIdentity } from './alignment.ts';
import { createStep, createTools } from './create-step.ts';
import type { ReadDocument } from './decode-document.ts';
import { createFunnel } from './funnel.ts';
import { type Analysers, withoutAnalysers } from './language/analysers.ts';
import { createRedaction } from './personal-data/redact-personal-data.ts';
import { createSampleCollector } from './samples.ts';
import type { CleaningStep, Content, Verdict, WorkingDocument } from './working-document.ts';
import { openDocument } from './working-document.ts';

/** What became of one document. */
export type Outcome =
  | { readonly outcome: 'kept'; readonly document: CleanDocument }
  | { readonly outcome: 'dropped'; readonly step: CleaningStepSpec['step']; readonly reason: string };

/** A step over some documents at a time; answers with a verdict for each, in their order. */
export type BatchStep = (documents: readonly WorkingDocument[]) => Promise<readonly Verdict[]>;

/** Cleans one corpus, in the order of its documents. */
export interface Recipe {
  readonly clean: (document: CollectedDocument) => Promise<Outcome>;
  /** Some documents at a time, for steps that compare them in batches. @returns an outcome for each, in their order */
  readonly cleanBatch: (documents: readonly CollectedDocument[]) => Promise<Outcome[]>;
  /** What each step has done so far. */
  readonly funnel: () => FunnelRow[];
  /** A few documents that it changed or dropped. */
  readonly samples: () => CleaningSample[];
}

/** What a request carries: a document as it came, or text. */
export type RequestContent = Omit<Content, 'encoding'> & { readonly encoding?: Content['encoding'] };

/** Cleans single requests, each on its own. */
export interface RequestRecipe {
  /** @returns the text for the model, or why there is none. */
  readonly clean: (content: RequestContent) => Promise<{ text: string } | { reason: string }>;
  /**
   * @returns the text as well as the one that was given, and where in it each stretch comes from
   * @throws RangeError where a step does not say where its text comes from
   */
  readonly cleanAligned: (content: RequestContent) => Promise<AlignedText | { reason: string }>;
}

interface AlignedText {
  readonly text: string;
  readonly original: string;
  readonly alignment: Alignment;
}

/**
 * @returns the document as the step leaves it
 * @throws RangeError where offsets count and the step does not say where its text comes from
 */
function changed(
  document: WorkingDocument,
  { text, alignment, corrections }: Extract<Verdict, { decision: 'change' }>,
  step: string,
): WorkingDocument {
  if (document.alignment !== undefined && alignment === undefined)
    throw new RangeError(`${step} does not say where its text comes from`);
  return { ...document, text, ...(alignment && { alignment }), ...(corrections && { corrections }) };
}

function marked(
  document: WorkingDocument,
  { marks }: Extract<Verdict, { decision: 'keep' }>,
): WorkingDocument {
  return marks ? { ...document, marks: [...new Set([...(document.marks ?? []), ...marks])] } : document;
}

function closeDocument(document: WorkingDocument): CleanDocument {
  const { id, source, uri, digest, collectedAt, time, licence, text, marks, corrections, alignment } =
    document;
  return {
    ...{ id, source, uri, digest, collectedAt },
    ...(time === undefined ? {} : { time }),
    ...(licence === undefined ? {} : { licence }),
    text,
    ...(marks && { marks }),
    ...(corrections && { corrections }),
    ...(alignment && !isIdentity(alignment) && { alignment }),
  };
}

function open(collected: CollectedDocument, aligned: boolean): WorkingDocument {
  const document = openDocument(collected);
  return aligned ? { ...document, alignment: identity(document.text.length) } : document;
}

/** With the size of its text, which is counted once for all steps that leave it as it is. */
function sized(place: number, document: WorkingDocument) {
  return { place, document, bytes: Buffer.byteLength(document.text) };
}

const each =
  (step: CleaningStep, pause?: () => Promise<void>): BatchStep =>
  async (documents) => {
    const verdicts: Verdict[] = [];
    for (const document of documents) {
      verdicts.push(await step(document));
      await pause?.();
    }
    return verdicts;
  };

export interface RecipeOptions {
  /** Called between documents, so that others may run. */
  readonly pause?: () => Promise<void>;
  /** @returns what takes the place of a step, at its position from 0 */
  readonly inBatches?: (spec: CleaningStepSpec, position: number) => BatchStep | undefined;
  /** True: what is kept says where its text comes from, and every step is one of `alignedSteps`. */
  readonly aligned?: boolean | undefined;
  /** Engines of languages; a step that needs one says so where there are none. */
  readonly analysers?: Analysers;
  /** Reads papers and books; where nothing does, `decode-document` drops them. */
  readonly readDocument?: ReadDocument;
}

/** What a recipe redacts stands in no sample of any step. */
function hidingOf(specs: readonly CleaningStepSpec[]): (text: string) => string {
  const redactions = specs.flatMap((spec) =>
    spec.step === 'redact-personal-data' ? [createRedaction(spec)] : [],
  );
  return (text) => redactions.reduce((left, redact) => redact(left), text);
}

/**
 * Makes a recipe for one pass over a corpus; steps that compare documents begin with an empty memory.
 * @param specs steps in the order in which they run; none leaves the text as it was received
 */
export function createRecipe(
  specs: readonly CleaningStepSpec[],
  { aligned = false, analysers = withoutAnalysers, readDocument, pause, inBatches }: RecipeOptions = {},
): Recipe {
  const tools = createTools(analysers, readDocument);
  const steps = specs.map((spec, position) => ({
    name: spec.step,
    run: inBatches?.(spec, position) ?? each(createStep(spec, tools), pause),
  }));
  const names = specs.map(({ step }) => step);
  const funnel = createFunnel(names);
  const samples = createSampleCollector(names, hidingOf(specs));

  const cleanBatch = async (collected: readonly CollectedDocument[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    let left = collected.map((it, place) => sized(place, open(it, aligned)));
    for (const [position, { name, run }] of steps.entries()) {
      const verdicts = await run(left.map(({ document }) => document));
      left = left.flatMap(({ place, document, bytes }, at) => {
        const verdict = verdicts[at];
        samples.add(position, document, verdict);
        if (verdict.decision === 'keep') {
          funnel.count(position, verdict, { before: bytes, after: bytes });
          return [{ place, document: marked(document, verdict), bytes }];
        }
        if (verdict.decision === 'change') {
          const next = sized(place, changed(document, verdict, name));
          funnel.count(position, verdict, { before: bytes, after: next.bytes });
          return [next];
        }
        funnel.count(position, verdict, { before: bytes, after: 0 });
        outcomes[place] = { outcome: 'dropped', step: name, reason: verdict.reason };
        return [];
      });
    }
    for (const { place, document } of left)
      outcomes[place] = { outcome: 'kept', document: closeDocument(document) };
    return outcomes;
  };
  const clean = async (collected: CollectedDocument): Promise<Outcome> => (await cleanBatch([collected]))[0];
  return { clean, cleanBatch, funnel: funnel.rows, samples: samples.samples };
}

// A request is no document of a collection; what stands here reaches no step that a request passes.
const nobody = {
  id: 'request',
  source: 'request',
  uri: '',
  digest: `sha256:${'0'.repeat(64)}`,
  collectedAt: '1970-01-01T00:00:00.000Z',
};

/**
 * Makes the recipe for single requests: the same steps without those that compare documents or weigh them for training.
 * @param specs the steps of the model's cleaning
 * @param analysers engines of languages; a step that needs one says so where there are none
 */
export function requestRecipe(
  specs: readonly CleaningStepSpec[],
  analysers: Analysers = withoutAnalysers,
): RequestRecipe {
  const tools = createTools(analysers);
  const steps = specs
    .filter(({ step }) => !corpusSteps.includes(step))
    .map((spec) => ({ name: spec.step, run: createStep(spec, tools) }));

  const finish = async (opened: WorkingDocument): Promise<WorkingDocument | { reason: string }> => {
    let document = opened;
    for (const { name, run } of steps) {
      const verdict = await run(document);
      if (verdict.decision === 'drop') return { reason: verdict.reason };
      if (verdict.decision === 'change') document = changed(document, verdict, name);
    }
    return document.text.trim() === '' ? { reason: 'no-text' } : document;
  };
  const opened = ({ encoding = 'utf8', ...rest }: RequestContent, aligned: boolean) =>
    open({ ...nobody, content: { ...rest, encoding } }, aligned);
  return {
    clean: async (content) => {
      const cleaned = await finish(opened(content, false));
      return 'reason' in cleaned ? cleaned : { text: cleaned.text };
    },
    cleanAligned: async (content) => {
      const document = opened(content, true);
      const cleaned = await finish(document);
      if ('reason' in cleaned) return cleaned;
      const { text, alignment = [] } = cleaned;
      return { text, alignment, original: document.text };
    },
  };
}
