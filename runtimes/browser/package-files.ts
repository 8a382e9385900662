// A version's package as a page has it: fetched from where the page lies, or given.
import { packageFiles } from '../../contracts/version-package.ts';

/** Contents of the files, by what they are. */
export interface PackageFiles {
  /** `config.json` */
  readonly config: string;
  /** `model.safetensors`, or `model.int8.safetensors` */
  readonly weights: Uint8Array;
  /** `tokenizer.json` */
  readonly tokenizer: string;
  /** `preprocessing.json` */
  readonly preprocessing: string;
  /** `decision.json`, of a classifier. */
  readonly decision?: string;
}

/**
 * @param base address of the folder that `coppice export` wrote
 * @param names of the files
 * @throws Error naming the file that did not come
 */
export async function fetchPackage(
  base: string | URL,
  names: Readonly<Record<keyof typeof packageFiles, string>> = packageFiles,
): Promise<PackageFiles> {
  const folder = String(base).replace(/\/$/, '');
  const get = async (name: string): Promise<Response> => {
    const response = await fetch(`${folder}/${name}`);
    if (response.ok) return response;
    throw new Error(`${name}: ${response.status} ${response.statusText}`);
  };
  const text = async (name: string): Promise<string> => (await get(name)).text();
  const [config, weights, tokenizer, preprocessing] = await Promise.all([
    text(names.config),
    get(names.weights).then((response) => response.arrayBuffer()),
    text(names.tokenizer),
    text(names.preprocessing),
  ]);
  const files = { config, weights: new Uint8Array(weights), tokenizer, preprocessing };
  return architectureOf(config) === 'BertForSequenceClassification'
    ? { ...files, decision: await text(names.decision) }
    : files;
}

/** @returns the one of `architectures` in config.json, as transformers names them */
export function architectureOf(config: string): string {
  const { architectures } = JSON.parse(config) as { architectures?: unknown };
  return String(Array.isArray(architectures) ? architectures[0] : architectures);
}
