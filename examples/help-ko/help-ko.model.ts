// Korean from the pages of a help: a small GPT-2 from random weights.
import { defineModel } from 'coppice';
import { cleaningSteps, pages } from './pages.ts';

export default defineModel({
  name: 'help-ko',
  task: 'language-modelling',
  description: 'Goes on in the Korean of a help.',
  collection: { sources: [pages] },
  cleaning: { steps: cleaningSteps },
  tokenizer: { algorithm: 'bpe', vocabularySize: 4_000 },
  model: { preset: 'nano' },
  training: { pretraining: { epochs: 4, learningRate: 2e-3, schedule: 'cosine', dropout: 0 } },
  evaluation: {
    holdout: 100,
    samples: ['나는 오늘 맛있는 밥을 먹었다.', '대화 상자에서 확인을 클릭합니다.'],
    prompts: ['나는', '이 함수는', '대화 상자에서'],
    gates: [{ kind: 'at-most', metric: 'bitsPerByte', bound: 2 }],
  },
});
