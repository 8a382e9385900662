// The golden numbers of metrics of written texts, read with their types.
import { readFileSync } from 'node:fs';

function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../../golden/${name}`, import.meta.url), 'utf8'));
}

interface GoldenScore {
  readonly signature: string;
  readonly sentences: number[];
}

interface GoldenTexts {
  readonly name: string;
  readonly hypotheses: string[];
  readonly references: string[][];
  readonly bleu: (GoldenScore & {
    readonly options: {
      readonly tokenize?: '13a' | 'none' | 'char';
      readonly smooth_method?: 'none' | 'floor' | 'add-k' | 'exp';
      readonly smooth_value?: number;
      readonly lowercase?: boolean;
      readonly max_ngram_order?: number;
      readonly effective_order?: boolean;
    };
    readonly corpus: { score: number; precisions: number[]; bp: number; sys_len: number; ref_len: number };
  })[];
  readonly chrf: (GoldenScore & {
    readonly options: {
      readonly char_order?: number;
      readonly word_order?: number;
      readonly beta?: number;
      readonly lowercase?: boolean;
      readonly whitespace?: boolean;
      readonly eps_smoothing?: boolean;
    };
    readonly corpus: { score: number };
  })[];
}

/** Of sacrebleu; tests/golden/make-machine-translation.py makes them. */
export const machineTranslation = readGolden('machine-translation.json') as { cases: GoldenTexts[] };

/** Of rouge-score and NLTK; tests/golden/make-rouge.py makes them. */
export const rougeGolden = readGolden('rouge.json') as {
  readonly stems: Record<string, string>;
  readonly cases: {
    readonly hypothesis: string;
    readonly references: string[];
    /** By tokenization and kind: precision, recall, F1. */
    readonly scores: Record<'english' | 'english-stems', Record<'1' | '2' | 'L' | 'Lsum', number[]>>;
  }[];
};

/** Of SQuAD's script; tests/golden/make-token-f1.py makes them. */
export const tokenF1Golden = readGolden('token-f1.json') as {
  readonly cases: { readonly hypothesis: string; readonly references: string[]; readonly f1: number }[];
};
