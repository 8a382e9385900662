// What a model is built like: its layout, its size by name or by number.
import { z } from 'zod';

interface Preset {
  readonly architecture: 'bert' | 'gpt2';
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly contextLength: number;
}

const bert = (layers: number, hiddenSize: number, heads: number): Preset => ({
  architecture: 'bert',
  layers,
  hiddenSize,
  heads,
  contextLength: 512,
});

/**
 * Sizes by name. `bert-base`: Devlin et al. 2019 (arXiv:1810.04805), section 3; the smaller ones: Turc et al. 2019
 * (arXiv:1908.08962), table 1 with the four that google-research/bert names. `gpt2`: Radford et al. 2019, table 2, the
 * first row. `nano`, `micro` and `mini` are nobody's but ours: for a laptop's minutes, its hour and its night.
 */
export const presets = {
  nano: { architecture: 'gpt2', layers: 4, hiddenSize: 128, heads: 4, contextLength: 128 },
  micro: { architecture: 'gpt2', layers: 6, hiddenSize: 256, heads: 8, contextLength: 256 },
  mini: { architecture: 'gpt2', layers: 8, hiddenSize: 512, heads: 8, contextLength: 512 },
  gpt2: { architecture: 'gpt2', layers: 12, hiddenSize: 768, heads: 12, contextLength: 1_024 },
  'bert-tiny': bert(2, 128, 2),
  'bert-mini': bert(4, 256, 4),
  'bert-small': bert(4, 512, 8),
  'bert-medium': bert(8, 512, 8),
  'bert-base': bert(12, 768, 12),
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** Of a file that names no preset: small enough for an afternoon on a processor. */
const unnamed = { bert: { ...presets['bert-tiny'], contextLength: 128 }, gpt2: presets.nano } as const;

const layers = z.number().int().min(1).max(48);
const hiddenSize = z.number().int().min(16).max(4_096);
const heads = z.number().int().min(1).max(64);
/** Default: four times the hidden size. */
const intermediateSize = z.number().int().min(16).optional();
/** Tokens a document, [CLS] and [SEP] included, or a window of text. */
const contextLength = z.number().int().min(8).max(8_192);

const definitionSchema = z
  .strictObject({
    architecture: z.enum(['bert', 'gpt2']).optional(),
    /** Where the numbers come from that are not given. */
    preset: z.enum(presetNames).optional(),
    layers: layers.optional(),
    hiddenSize: hiddenSize.optional(),
    heads: heads.optional(),
    intermediateSize,
    contextLength: contextLength.optional(),
  })
  .superRefine(({ architecture, preset }, context) => {
    if (architecture === undefined || preset === undefined) return;
    const { architecture: named } = presets[preset];
    if (architecture === named) return;
    const message = `${preset} is a ${named}, not a ${architecture}`;
    context.addIssue({ code: 'custom', path: ['preset'], message });
  });

const sizes = { layers, hiddenSize, heads, intermediateSize, contextLength };
const dividing = { path: ['heads'], message: 'expected a divisor of hiddenSize' };

/** An encoder in BERT layout (Devlin et al. 2019): post-layer-norm, learned positions, GELU. */
const bertSchema = z.strictObject({ architecture: z.literal('bert'), ...sizes });
/** A decoder in GPT-2 layout (Radford et al. 2019): pre-layer-norm, learned positions, GELU, tied head. */
const gpt2Schema = z.strictObject({ architecture: z.literal('gpt2'), ...sizes });

export const architectureSchema = definitionSchema
  .transform(({ preset, architecture, ...given }) => ({
    ...(preset === undefined ? unnamed[architecture ?? 'bert'] : presets[preset]),
    ...given,
  }))
  .pipe(
    z
      .discriminatedUnion('architecture', [bertSchema, gpt2Schema])
      .refine((spec) => spec.hiddenSize % spec.heads === 0, dividing),
  );
/** What a model is built like, every size filled in. */
export type ArchitectureSpec = z.output<typeof architectureSchema>;
