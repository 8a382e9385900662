// A version described in Markdown, with the front matter that Hugging Face's hub reads (huggingface.co/docs/hub/model-cards;
// Mitchell et al. 2019, Model cards for model reporting).
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import type { VersionDocument } from '../../contracts/registry.ts';
import { formatVersion } from '../../contracts/registry.ts';
import { formatCount, formatNumber } from './format.ts';
import {
  answeringMetrics,
  classificationMetrics,
  entityDescriptions,
  languageModelMetrics,
} from './metric-table.ts';

/** Of the evidence of a version, whatever it is for, what its card tells. */
export const cardEvidenceSchema = z.looseObject({
  tokenizer: z
    .looseObject({
      languages: z.array(z.looseObject({ language: z.string(), documents: z.number() })).optional(),
    })
    .optional(),
  warnings: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
});
export type CardEvidence = z.infer<typeof cardEvidenceSchema>;

export interface ModelCardFacts {
  readonly version: VersionDocument;
  readonly spec: ModelSpec;
  readonly evidence: CardEvidence;
}

const tasks = {
  'text-classification': { tag: 'text-classification', loader: 'AutoModelForSequenceClassification' },
  'token-classification': { tag: 'token-classification', loader: 'AutoModelForTokenClassification' },
  'language-modelling': { tag: 'text-generation', loader: 'AutoModelForCausalLM' },
} as const;

const titles: Readonly<Partial<Record<string, { readonly title: string; readonly meaning: string }>>> = {
  ...classificationMetrics,
  ...languageModelMetrics,
  ...answeringMetrics,
  ...entityDescriptions,
};

/** A language of fewer documents than this share is not one that the model is for. */
const LEAST_SHARE = 0.02;

/** @returns README.md of a folder that transformers loads */
export function modelCard(facts: ModelCardFacts): string {
  const { version, spec, evidence } = facts;
  const name = formatVersion(version.model, version.version);
  return `---
${stringify(frontMatter(facts), { lineWidth: 0 })}---

# ${name}

${spec.description === '' ? `A model for ${inWords(spec.task)}.` : spec.description}

## What it is

${bullets([
  ['task', inWords(spec.task)],
  [
    'architecture',
    `${spec.model.architecture}: ${spec.model.layers} layers, ${spec.model.hiddenSize} wide, ${spec.model.heads} heads, context of ${formatCount(spec.model.contextLength)} tokens`,
  ],
  [
    'made',
    `${version.createdAt.slice(0, 10)}${version.basedOn === undefined ? ', from random weights' : `, trained on from version ${version.basedOn}`}`,
  ],
  ['served in', version.precision ?? 'float32'],
  ...(spec.licence === undefined ? [] : [['licence', spec.licence] as const]),
])}

## What it was trained on

${sourcesTable(spec)}

${formatCount(spec.evaluation.holdout)} documents were held out; the figures below are of these. Texts were cleaned by ${
    spec.cleaning.steps.length === 0
      ? 'no step'
      : spec.cleaning.steps.map(({ step }) => `\`${step}\``).join(', ')
  } (\`preprocessing.json\`): whoever asks the model must clean alike.

## How good it is

${metricsTable(version)}
${evidence.warnings === undefined || evidence.warnings.length === 0 ? '' : `\n${evidence.warnings.map((warning) => `> ${warning}`).join('\n>\n')}\n`}
## How to use it

\`\`\`python
from transformers import AutoTokenizer, ${tasks[spec.task].loader}

tokenizer = AutoTokenizer.from_pretrained(".")
model = ${tasks[spec.task].loader}.from_pretrained(".")
\`\`\`

## Where it comes from

${bullets([
  ['package', `\`${version.package.digest}\``],
  ['evidence', `\`${version.evidence.digest}\``],
  ['run', `\`${version.runId}\``],
  ...Object.entries(evidence.environment ?? {}),
])}

\`coppice lineage ${name}\` leads from it back to every document that it saw.
`;
}

function frontMatter({ version, spec, evidence }: ModelCardFacts): object {
  const languages = languagesOf(evidence);
  const { tag } = tasks[spec.task];
  return {
    ...(languages.length > 0 && { language: languages }),
    ...(spec.licence !== undefined && { license: spec.licence.toLowerCase() }),
    library_name: 'transformers',
    pipeline_tag: tag,
    tags: ['coppice', spec.model.architecture],
    'model-index': [
      {
        name: version.model,
        results: [
          {
            task: { type: tag },
            dataset: { name: `held-out documents of ${spec.name}`, type: spec.name },
            metrics: Object.entries(version.metrics).map(([type, value]) => ({
              type,
              value,
              name: titles[type]?.title ?? type,
            })),
          },
        ],
      },
    ],
  };
}

/** ISO 639 codes, the commonest first; what cannot be told is none. */
function languagesOf({ tokenizer }: CardEvidence): string[] {
  const rows = tokenizer?.languages ?? [];
  const total = rows.reduce((sum, { documents }) => sum + documents, 0);
  return rows
    .filter(
      ({ language, documents }) =>
        language !== 'und' && language !== 'mul' && documents >= LEAST_SHARE * total,
    )
    .sort((a, b) => b.documents - a.documents)
    .map(({ language }) => language);
}

function sourcesTable({ collection }: ModelSpec): string {
  const rows = collection.sources.map(
    ({ name, kind, licence }) => `| ${cell(name)} | ${kind} | ${cell(licence ?? 'not said')} |`,
  );
  return ['| source | kind | licence |', '| --- | --- | --- |', ...rows].join('\n');
}

function metricsTable({ metrics }: VersionDocument): string {
  const rows = Object.entries(metrics).map(([name, value]) => {
    const { title = name, meaning = '' } = titles[name] ?? {};
    return `| ${cell(title)} | ${formatNumber(value)} | ${cell(meaning)} |`;
  });
  return ['| metric | value | what it is |', '| --- | ---: | --- |', ...rows].join('\n');
}

const bullets = (pairs: readonly (readonly [term: string, fact: string])[]): string =>
  pairs.map(([term, fact]) => `- ${term}: ${fact}`).join('\n');

/** Text in a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

const inWords = (task: ModelSpec['task']): string => task.replace('-', ' ');
