// How evaluation writes numbers for people.
import type { Interval } from './bootstrap.ts';

/** @returns three decimals with a true minus sign, or `–` for a number that is none; -0 is 0, and 20000 is 20,000 */
export function formatNumber(value: number, decimals = 3): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) && value >= 10_000) return formatCount(value);
  const text = value.toFixed(decimals);
  return text.replace('-', Number(text) === 0 ? '' : '−');
}

/** @returns `0.921 to 0.960, 95 % confidence` */
export function formatInterval({ low, high, confidence }: Interval): string {
  return `${formatNumber(low)} to ${formatNumber(high)}, ${formatConfidence(confidence)}`;
}

/** @returns `95 % confidence`, and `99.9 % confidence` */
export function formatConfidence(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(4))} % confidence`;
}

/** @returns two different numbers with the fewest decimals, three at least, at which they read differently */
export function formatApart(a: number, b: number): [string, string] {
  for (let decimals = 3; decimals < 17; decimals += 1) {
    const [left, right] = [formatNumber(a, decimals), formatNumber(b, decimals)];
    if (left !== right) return [left, right];
  }
  return [String(a), String(b)];
}

/** @returns a share in per cent, such as `21 %` or `0.4 %` */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** @returns a count with separators, such as `3,424` */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}
